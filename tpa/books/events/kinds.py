"""The types of events. What an event's data holds is ids and figures of the group, never a name, a code or a birth date.

Within version 1 of the API types and fields are added, none is renamed.
"""

KINDS = {
    "claims.decided": "Claims were decided, or decided again: decisions, each {claim, decision}.",
    "enrolment.applied": "An enrolment file was written into the books: load.",
    "enrolment.undone": "An applied load was taken back: load.",
    "invoice.issued": "A funding invoice is final: invoice, number, month, total_cents, due_on.",
    "deposit.received": "Money of the employer came in: reference, received_on, cents, purpose.",
    "payments.run": "Payments to providers were released: run, released_on, paid_count, paid_cents.",
    "stop_loss.notice": "A deductible is reached in part: reached_bp, eligible_cents, deductible_cents.",
}
