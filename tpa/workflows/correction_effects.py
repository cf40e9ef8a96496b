"""What a preview shows of one family: claims old and new, payees, accumulators, stop-loss."""

from datetime import date
from typing import Any

from tenants.models import Employer
from tpa.books.payments import selectors as payments
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.stoploss.windows import Amount
from tpa.infra import clock
from tpa.workflows.ripple import Change, Redecided


def shown(employer: Employer, found: Redecided) -> dict[str, Any]:
    """The family's part of a preview, as JSON values; the same books give the same.

    `changes`: claim, version and cause (named or follows), `old` and `new` figures, `pends` where the claim would wait,
    `replaced_by` where another claim takes its place, `is_paid`, and `payee_cents`: what payees get more or less.
    `accumulators`: [member (0 the family), code, first day of the period, before, after].
    `stop_loss`: [contract, unit, eligible before and after, reimbursable before and after], as if all were paid today.
    """
    paid = payments.paid_among([change.old.decision_id for change in found.changes])
    return {
        "changes": [_change(one, one.old.decision_id in paid) for one in found.changes],
        "accumulators": [[*key, *cents] for key, cents in found.moved.items()],
        "stop_loss": _stop_loss(employer, found) if found.changes else [],
    }


def _change(one: Change, is_paid: bool) -> dict[str, Any]:
    new = one.outcome if isinstance(one.outcome, Decision) else None
    old_cents, new_cents = one.old.decision.paid_cents, new.paid_cents if new else 0
    other = one.waiting.claim.claim_id
    return {
        "claim": one.old.claim_id,
        "version": one.old.version,
        "cause": "named" if one.is_named else "follows",
        "old": _figures(one.old.decision),
        "new": _figures(new) if new else None,
        "pends": [reason.code for reason in one.outcome.reasons] if isinstance(one.outcome, Pend) else [],
        "replaced_by": other if other != one.old.claim_id else None,
        "is_paid": is_paid,
        "payee_cents": new_cents - old_cents,
        "overpaid_cents": max(0, old_cents - new_cents) if is_paid else 0,
    }


def _figures(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome,
        "allowed_cents": decision.allowed_cents,
        "paid_cents": decision.paid_cents,
        "member_cents": decision.member_cents,
    }


def _stop_loss(employer: Employer, found: Redecided) -> list[list[Any]]:
    """What the specific covers of the open contracts make of the family before and after."""
    day = clock.today(employer.time_zone)
    gone = {one.old.decision_id for one in found.changes}
    fresh = [amount for one in found.changes for amount in _amounts(one, day)]
    rows = []
    for number, before, after in stoploss.family_effects(employer.pk, found.family_id, gone, fresh, day):
        for unit_id in sorted({*before, *after}):
            was, became = before.get(unit_id, (0, 0)), after.get(unit_id, (0, 0))
            if was != became:
                rows.append([number, unit_id, was[0], became[0], was[1], became[1]])
    return rows


def _amounts(one: Change, day: date) -> list[Amount]:
    """What the new decision pays, as if it were paid today."""
    if not isinstance(one.outcome, Decision):
        return []
    claim, old = one.waiting.claim, one.old
    days = {line.number: line.from_on for line in claim.lines}
    return [
        Amount(
            0, claim.claim_id, claim.member_id, old.family_id, line.coverage_line, days[line.number], day, cents, day
        )
        for line in one.outcome.lines
        if (cents := line.paid_cents)
    ]
