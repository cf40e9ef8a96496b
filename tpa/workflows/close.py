"""The close of a month: it closes only when the books prove, and then takes no entry any more.

    checks = prove_month(month=date(2026, 3, 1))               # what is compared, with both figures
    close_month(month=date(2026, 3, 1), person_id=7, explained={"claims_funded": "Two checks are being reissued"})
    reopen_month(month=date(2026, 3, 1), person_id=8, reason="The bank's file was of another account")

A clearing account that is not empty may be explained; what two books say differently may not. Months close one after the
other; the last one is reopened by somebody else than who closed it. Everything happens inside `employer_scope`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from tpa.books.ledger import closing
from tpa.books.ledger.errors import CloseError
from tpa.infra import clock, locks
from tpa.infra.employers import bound_employer, open_employer
from tpa.kernel.money import format_amount
from tpa.kernel.periods import month_of
from tpa.workflows.close_checks import Check, checks_of
from tpa.workflows.stop_loss_sweep import sweep


class NotProven(CloseError):
    """Something does not prove; the month stays open. `findings` list it."""

    code = "not_proven"
    remedy = "Correct the books; a clearing account that is not empty may be explained."

    def __init__(self, checks: list[Check]) -> None:
        self.findings = [
            {
                "code": one.code,
                "path": f"/checks/{one.code}",
                "message": f"{one.says}: {one.detail or f'off by {format_amount(one.difference_cents)}'}",
            }
            for one in checks
        ]
        told = "; ".join(one["message"] for one in self.findings)
        super().__init__(f"The month does not prove. {told}.", where="month")


@transaction.atomic
def prove_month(*, month: date) -> list[Check]:
    """Everything that has to prove before the month closes, as of its last day; an open employer's stop-loss is swept first."""
    employer = bound_employer()
    if employer.is_open:
        sweep(past=True)
    return checks_of(employer.pk, month_of(month))


@transaction.atomic
def close_month(*, month: date, person_id: int, explained: Mapping[str, str] | None = None) -> closing.MonthClose:
    """Close the next month. Raises CloseError out of order, NotProven with the list of what does not prove.

    `explained`: check -> why it may differ; kept with the proof.
    """
    employer = open_employer()
    span = month_of(month)
    if clock.today(employer.time_zone) < span.ends_before:
        raise CloseError(f"{span.starts_on:%B %Y} is not over.", where="month")
    sweep(past=True)
    locks.lock("close")
    closing.check_next(month)
    said = {code: text.strip()[:200] for code, text in (explained or {}).items() if text.strip()}
    checks = checks_of(employer.pk, span)
    unproven = [one for one in checks if not one.proves and not (one.may_explain and one.code in said)]
    if unproven:
        raise NotProven(unproven)
    proof = [_kept(one, said.get(one.code, "")) for one in checks]
    return closing.close(month=month, proof=proof, person_id=person_id, now=clock.now())


def _kept(one: Check, explanation: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "says": one.says,
        "ledger_cents": one.ledger_cents,
        "other_cents": one.other_cents,
        "explained": "" if one.proves else explanation,
    }


@transaction.atomic
def reopen_month(*, month: date, person_id: int, reason: str) -> closing.MonthClose:
    """Reopen the last closed month; not by who closed it. Raises CloseError."""
    open_employer()
    locks.lock("close")
    return closing.reopen(month=month, reason=reason, person_id=person_id, now=clock.now())
