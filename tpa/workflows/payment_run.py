"""The payment run: decided claims are paid, oldest first, as far as the employer's money is there.

Fees and premium of final invoices go first; what is in the fund for them is not spent on claims. An agreement may say
that payments leave before the money has come (`pay_before_funded`); then nothing is held.
"""

from collections.abc import Sequence

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger import services as ledger_services
from tpa.books.payments import selectors, services
from tpa.books.payments.models import PaymentRun
from tpa.books.payments.services import Payable
from tpa.engine.journal.accounts import EMPLOYER_DEPOSITS, FEE_PAYABLE, PREMIUM_PAYABLE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Entry
from tpa.engine.journal.recipes.claim_paid import ClaimPaid
from tpa.engine.journal.recipes.funded import Funded
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.errors import must
from tpa.workflows.fixed_costs import send_fixed_costs


@transaction.atomic
def run_payments() -> PaymentRun | None:
    """Pay what may be paid, in one transaction, inside employer_scope; None where nothing is owed. Run twice, it pays once."""
    employer = open_employer()
    locks.lock("payment_run")
    now, today = clock.now(), clock.today(employer.time_zone)
    send_fixed_costs(on=today)
    waiting = selectors.payables()
    if not waiting:
        return None
    available = available_cents()
    advances = agreements.governing_agreement(employer.pk, today).pay_before_funded
    paid = waiting if advances else fundable(waiting, available)
    held = waiting[len(paid) :]
    run = services.record_run(run_on=today, started_at=now, available_cents=available, paid=paid, held=held)
    amounts = selectors.amounts_by_line([one.decision_id for one in paid])
    entries: list[Entry] = []
    for one in paid:
        by_line = tuple(Amount(line, cents) for line, cents in amounts[one.decision_id])
        must(sum(cents for _, cents in by_line) == one.cents, f"decision {one.decision_id} is not the sum of its lines")
        entries.append(entry_for(Funded(one.decision_id, today, by_line)))
        entries.append(entry_for(ClaimPaid(one.decision_id, today, by_line)))
    ledger_services.post_entries(entries=entries, recorded_at=now)
    return run


def available_cents() -> int:
    """The employer's deposits that are free for claims: what fees and premium still owe is set aside."""
    deposits = -ledger.balance(EMPLOYER_DEPOSITS)
    fixed = -ledger.balance(FEE_PAYABLE) - ledger.balance(PREMIUM_PAYABLE)
    return max(0, deposits - max(0, fixed))


def fundable(waiting: Sequence[Payable], available: int) -> list[Payable]:
    """As many as the money covers, in their order: a later, smaller claim does not overtake."""
    paid = []
    for one in waiting:
        if one.cents > available:
            break
        available -= one.cents
        paid.append(one)
    return paid
