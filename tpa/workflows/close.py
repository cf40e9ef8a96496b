"""The close of a month: it closes only when the books prove, and then takes no entry any more.

    checks = prove_month(month=date(2026, 3, 1))               # what is compared, with both figures
    close_month(month=date(2026, 3, 1), person_id=7, explained={"claims_funded": "Two checks are being reissued"})
    reopen_month(month=date(2026, 3, 1), person_id=8, reason="The bank's file was of another account")

A clearing account that is not empty may be explained; what two books say differently may not. Months close one after the
other; the last one is reopened by somebody else than who closed it. Everything happens inside `employer_scope`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum

from tpa.books.agreements import selectors as agreements
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import Credit, Deposit, FundingInvoice
from tpa.books.ledger import closing
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger.errors import CloseError
from tpa.books.payments import selectors as payments
from tpa.books.stoploss.models import Receivable
from tpa.engine.journal.accounts import (
    CASH,
    CHART,
    CLAIMS_FUNDED,
    CREDITS_DUE,
    FEE_EXPENSE,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
    MEMO_CONTRA,
    MEMO_DENIED,
    OUTSTANDING_PAYMENTS,
    PREMIUM_EXPENSE,
    STOP_LOSS_RECEIVABLE,
)
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span, month_of
from tpa.workflows.bank_reconciliation import bank_proof
from tpa.workflows.proof import ledger_beside_decisions
from tpa.workflows.stop_loss_sweep import sweep

FINAL = FundingInvoice.State.FINAL
LATEST_STATEMENT = timedelta(days=4)
"""A month that ends on a weekend has its last statement some days before."""


class Check(NamedTuple):
    """One comparison: what the ledger says and what it has to say, in cents. `says` tells what was compared.

    `may_explain`: a person may say why they differ, and the month closes all the same.
    """

    code: str
    says: str
    ledger_cents: int
    other_cents: int = 0
    may_explain: bool = False
    account: str = ""
    detail: str = ""

    @property
    def difference_cents(self) -> int:
        """0 where it proves."""
        return self.ledger_cents - self.other_cents

    @property
    def proves(self) -> bool:
        """Both figures are the same, and nothing else was found."""
        return not self.difference_cents and not self.detail


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


def prove_month(*, month: date) -> list[Check]:
    """Everything that has to prove before the month closes, as of its last day."""
    employer = open_employer()
    span = month_of(month)
    return [
        *_ledger(span),
        *_clearing(span.last_day),
        *_invoices(employer.pk, span),
        *_money(span.last_day),
        _bank(span.last_day),
    ]


def _ledger(month: Span) -> Iterator[Check]:
    total = sum(row.balance_cents for row in ledger.trial_balance(as_of=month.last_day))
    yield Check("trial_balance", "All accounts add up to nothing", total)
    yield Check("postings", "Balances are what was posted", 0, detail="; ".join(ledger.month_faults(month)[:5]))
    yield Check(
        "decisions", "Every decision is in the ledger once", 0, detail="; ".join(list(ledger_beside_decisions())[:5])
    )


def _clearing(as_of: date) -> Iterator[Check]:
    """Accounts that only pass money on: empty, or there is something to say."""
    funded = -ledger.balance(CLAIMS_FUNDED, as_of=as_of)
    yield Check("claims_funded", f"{CHART[CLAIMS_FUNDED].name} is empty", funded, 0, True, CLAIMS_FUNDED)
    receivable, invoiced = (ledger.balance(code, as_of=as_of) for code in (FUNDING_RECEIVABLE, FUNDING_INVOICED))
    yield Check("invoiced", "What was invoiced and has not come is a receivable", receivable, -invoiced)
    denied, contra = (ledger.balance(code, as_of=as_of) for code in (MEMO_DENIED, MEMO_CONTRA))
    yield Check("memo", "Denied charges stand beside their contra", denied, -contra)


def _invoices(employer_id: int, month: Span) -> Iterator[Check]:
    """Invoices, credits and deposits beside the ledger, whole: an invoice is issued in the month after its own."""
    posted = ledger.moved_by_source(FUNDING_RECEIVABLE, "invoice_issued")
    final = dict(funding.invoices().filter(state=FINAL).exclude(total_cents=0).values_list("pk", "total_cents"))
    wrong = [key for key in posted.keys() | final.keys() if posted.get(key, 0) != final.get(key, 0)]
    told = f"{len(wrong)} invoices differ" if wrong else ""
    yield Check("invoices", "Final invoices are in the ledger", sum(posted.values()), sum(final.values()), detail=told)
    for code, account, kind in (("fees", FEE_EXPENSE, "fee"), ("premium", PREMIUM_EXPENSE, "premium")):
        billed = sum(funding.billed_by_month(kind).values())
        yield Check(code, f"{CHART[account].name} is what was billed", ledger.balance(account), billed, account=account)
    open_invoice = funding.invoice_of(month.starts_on)
    is_billed = agreements.agreed_in(employer_id, month)
    missing = is_billed and (open_invoice is None or open_invoice.state != FINAL)
    yield Check("invoice", f"The invoice of {month.starts_on:%B %Y} is final", 0, detail="it is not" if missing else "")
    due = Credit.objects.exclude(invoice__state=FINAL).aggregate(cents=Sum("cents"))["cents"] or 0
    yield Check("credits", "Credits due are those that no final invoice gives", -ledger.balance(CREDITS_DUE), due)


def _money(as_of: date) -> Iterator[Check]:
    came = Deposit.objects.filter(received_on__lte=as_of).aggregate(cents=Sum("cents"))["cents"] or 0
    yield Check(
        "deposits", "Deposits are in the ledger", ledger.moved_by_event(CASH, "payment_received", as_of=as_of), came
    )
    issued = payments.outstanding().aggregate(cents=Sum("amount_cents"))["cents"] or 0
    yield Check("payments", "Payments under way are those not cleared", -ledger.balance(OUTSTANDING_PAYMENTS), issued)
    owed = Receivable.objects.aggregate(cents=Sum("cents"))["cents"] or 0
    booked = sum(ledger.moved_by_source(STOP_LOSS_RECEIVABLE, "stop_loss_receivable").values())
    yield Check("stop_loss", "The stop-loss receivable is what the contracts come to", booked, owed)


def _bank(as_of: date) -> Check:
    """The bank's balance explains the ledger's cash. Without a statement a person says how the bank was looked at."""
    standing = bank_proof(as_of=as_of)
    proof, says = standing.proof, "The bank's balance explains the cash"
    if standing.statement is None:
        detail = "no bank statement" if ledger.account_moved(CASH, as_of=as_of) else ""
        return Check("bank", says, proof.books_cents, proof.books_cents, True, CASH, detail)
    detail = f"{standing.exception_count} entries of the bank are unexplained" if standing.exception_count else ""
    if as_of - standing.statement.ends_on > LATEST_STATEMENT:
        detail = f"the last statement ends on {standing.statement.ends_on}"
    return Check("bank", says, proof.books_cents, proof.expected_cents, False, CASH, detail)


@transaction.atomic
def close_month(*, month: date, person_id: int, explained: Mapping[str, str] | None = None) -> closing.MonthClose:
    """Close the next month. Raises CloseError out of order, NotProven with the list of what does not prove.

    `explained`: check -> why it may differ; kept with the proof.
    """
    employer = open_employer()
    span = month_of(month)
    if clock.today(employer.time_zone) < span.ends_before:
        raise CloseError(f"{span.starts_on:%B %Y} is not over.", where="month")
    sweep()
    locks.lock("close")
    closing.check_next(month)
    said = {code: text.strip()[:200] for code, text in (explained or {}).items() if text.strip()}
    checks = prove_month(month=month)
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
