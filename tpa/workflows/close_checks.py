"""What has to prove before a month closes: the ledger beside every other book, as of the month's last day.

What is told twice has to be the same. Of an account that only passes money on a person may say why it is not empty.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from tpa.books.agreements import selectors as agreements
from tpa.books.funding import selectors as funding
from tpa.books.funding.models import Credit, Deposit, FundingInvoice, FundingInvoiceLine
from tpa.books.funding.settlement_models import Settlement, SettlementPayout
from tpa.books.ledger import selectors as ledger
from tpa.books.payments import proving as payments
from tpa.books.payments.models import ClaimPayment
from tpa.books.stoploss.models import Receivable
from tpa.engine.journal.accounts import (
    CASH,
    CHART,
    CLAIMS_FUNDED,
    CREDITS_DUE,
    FEE_EXPENSE,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
    INTEREST_EXPENSE,
    MEMO_CONTRA,
    MEMO_DENIED,
    OUTSTANDING_PAYMENTS,
    PREMIUM_EXPENSE,
    PROVIDER_RECEIVABLE,
    SETTLEMENT_PAYABLE,
    STOP_LOSS_RECEIVABLE,
)
from tpa.kernel.periods import Span
from tpa.workflows.bank_reconciliation import bank_proof
from tpa.workflows.proof import ledger_beside_decisions
from tpa.workflows.remittance_proof import remittances_beside_ledger
from tpa.workflows.stop_loss_sweep import owed_by_contract

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


def checks_of(employer_id: int, month: Span) -> list[Check]:
    """Everything that is compared, in the order in which money goes through the books."""
    return [
        *_ledger(month),
        *_clearing(month.last_day),
        *_invoices(employer_id, month),
        *_money(month),
        *_stop_loss(month.last_day),
        _bank(month.last_day),
    ]


def _ledger(month: Span) -> Iterator[Check]:
    day = month.last_day
    total = sum(row.balance_cents for row in ledger.trial_balance(as_of=day))
    yield Check("trial_balance", "All accounts add up to nothing", total)
    yield Check("postings", "Balances are what was posted", 0, detail="; ".join(ledger.month_faults(month)[:5]))
    wrong = list(ledger_beside_decisions(as_of=day))
    yield Check("decisions", "Every decision is in the ledger once", 0, detail="; ".join(wrong[:5]))


def _clearing(day: date) -> Iterator[Check]:
    """Accounts that only pass money on: empty, or explained by the rows that wait, or by a person."""
    funded = -ledger.balance(CLAIMS_FUNDED, as_of=day)
    yield Check("claims_funded", f"{CHART[CLAIMS_FUNDED].name} is empty", funded, 0, True, CLAIMS_FUNDED)
    receivable, invoiced = (ledger.balance(code, as_of=day) for code in (FUNDING_RECEIVABLE, FUNDING_INVOICED))
    yield Check("invoiced", "What was invoiced and has not come is a receivable", receivable, -invoiced)
    owed = ledger.balance(PROVIDER_RECEIVABLE, as_of=day)
    waits = payments.owed_by_payees(day)
    yield Check("payees", "Payees owe what was taken back and not settled", owed, waits, account=PROVIDER_RECEIVABLE)
    payable = -ledger.balance(SETTLEMENT_PAYABLE, as_of=day)
    says = "Surplus that is not paid out is what settlements left"
    yield Check("settlements", says, payable, _to_pay_out(day), account=SETTLEMENT_PAYABLE)
    denied, contra = (ledger.balance(code, as_of=day) for code in (MEMO_DENIED, MEMO_CONTRA))
    yield Check("memo", "Denied charges stand beside their contra", denied, -contra)


def _to_pay_out(day: date) -> int:
    """What settlements by a day owe, less what was paid of it by then."""
    made = Settlement.objects.filter(settled_on__lte=day)
    paid = SettlementPayout.objects.filter(paid_on__lte=day).aggregate(cents=Sum("cents"))["cents"] or 0
    return sum(sum(one.payable.values()) for one in made) - int(paid)


def _invoices(employer_id: int, month: Span) -> Iterator[Check]:
    """Invoices of the months up to this one, whole: the last of them is issued after the month's end."""
    billed = FundingInvoice.objects.filter(state=FINAL, month__lte=month.starts_on)
    totals = dict(billed.exclude(total_cents=0).values_list("pk", "total_cents"))
    later = set(FundingInvoice.objects.filter(month__gt=month.starts_on).values_list("pk", flat=True))
    posted = _without(later, ledger.moved_by_source(FUNDING_RECEIVABLE, "invoice_issued"))
    wrong = sum(posted.get(key, 0) != totals.get(key, 0) for key in posted.keys() | totals.keys())
    told = f"{wrong} invoices differ" if wrong else ""
    yield Check("invoices", "Final invoices are in the ledger", sum(posted.values()), sum(totals.values()), detail=told)
    for code, account, kinds in (("fees", FEE_EXPENSE, ("fee", "tax")), ("premium", PREMIUM_EXPENSE, ("premium",))):
        charged = sum(_without(later, ledger.moved_by_source(account, _CHARGED[account])).values())
        charged += sum(ledger.moved_by_source(account, "credit_granted", as_of=month.last_day).values())
        lines = FundingInvoiceLine.objects.filter(invoice__in=billed, kind__in=kinds)
        given = Credit.objects.filter(against=kinds[0], granted_on__lt=month.ends_before)
        yield Check(
            code, f"{CHART[account].name} are what was billed", charged, _sum(lines) - _sum(given), account=account
        )
    own = funding.invoice_of(month.starts_on)
    missing = agreements.agreed_in(employer_id, month) and (own is None or own.state != FINAL)
    yield Check("invoice", f"The invoice of {month.starts_on:%B %Y} is final", 0, detail="it is not" if missing else "")
    given_by = ledger.moved_by_source(CREDITS_DUE, "invoice_issued", as_of=month.last_day)
    due = Credit.objects.filter(granted_on__lt=month.ends_before).exclude(invoice__in=list(given_by))
    balance = -ledger.balance(CREDITS_DUE, as_of=month.last_day)
    yield Check(
        "credits", "Credits due are those that no issued invoice gives", balance, _sum(due), account=CREDITS_DUE
    )


_CHARGED = {FEE_EXPENSE: "fee_charged", PREMIUM_EXPENSE: "premium_charged"}


def _without(keys: set[int], found: dict[int, int]) -> dict[int, int]:
    return {key: cents for key, cents in found.items() if key not in keys}


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(all_cents=Sum("cents"))["all_cents"] or 0)


def _money(month: Span) -> Iterator[Check]:
    day = month.last_day
    came = _sum(Deposit.objects.filter(received_on__lte=day))
    yield Check(
        "deposits", "Deposits are in the ledger", ledger.moved_by_event(CASH, "payment_received", as_of=day), came
    )
    late = ClaimPayment.objects.filter(issued_on__lte=day).exclude(voided_on__lte=day)
    earned = late.aggregate(cents=Sum("interest_cents"))["cents"] or 0
    says = "Interest on late claims is in the ledger"
    yield Check("interest", says, ledger.balance(INTEREST_EXPENSE, as_of=day), earned, account=INTEREST_EXPENSE)
    issued, under_way = -ledger.balance(OUTSTANDING_PAYMENTS, as_of=day), payments.outstanding_on(day)
    yield Check("payments", "Payments under way are those not cleared", issued, under_way, account=OUTSTANDING_PAYMENTS)
    told = remittances_beside_ledger(month)
    says = "Each remittance (835) is what the ledger paid"
    yield Check("remittances", says, told.ledger_cents, told.written_cents, detail="; ".join(told.faults[:5]))


def _stop_loss(day: date) -> Iterator[Check]:
    """Each receivable beside its entry, and all of them beside the engine.

    What is known later of days before (money recovered from somebody liable, coverage that comes late) the engine sees on
    those days, and the ledger on the day it was booked: a person says so.
    """
    booked = ledger.moved_by_source(STOP_LOSS_RECEIVABLE, "stop_loss_receivable")
    rows = dict(Receivable.objects.values_list("pk", "cents"))
    wrong = sum(booked.get(key, 0) != rows.get(key, 0) for key in booked.keys() | rows.keys())
    by_then = ledger.moved_by_source(STOP_LOSS_RECEIVABLE, "stop_loss_receivable", as_of=day)
    yield Check(
        "stop_loss", "Each stop-loss receivable is in the ledger", sum(by_then.values()),
        sum(rows.get(key, 0) for key in by_then), detail=f"{wrong} differ" if wrong else "", account=STOP_LOSS_RECEIVABLE,
    )  # fmt: skip
    owed = owed_by_contract(day)
    of_open = Receivable.objects.filter(contract_id__in=owed).values_list("pk", flat=True)
    stands = sum(by_then.get(key, 0) for key in of_open)
    says = "The stop-loss receivable is what the engine computes"
    yield Check("stop_loss_engine", says, stands, sum(owed.values()), True, STOP_LOSS_RECEIVABLE)


def _bank(day: date) -> Check:
    """The bank's balance explains the ledger's cash. Without a statement a person says how the bank was looked at."""
    standing = bank_proof(as_of=day)
    proof, says = standing.proof, "The bank's balance explains the cash"
    if standing.statement is None:
        detail = "no bank statement" if ledger.account_moved(CASH, as_of=day) else ""
        return Check("bank", says, proof.books_cents, proof.books_cents, True, CASH, detail)
    detail = f"{standing.exception_count} entries of the bank are unexplained" if standing.exception_count else ""
    if day - standing.statement.ends_on > LATEST_STATEMENT:
        detail = f"the last statement ends on {standing.statement.ends_on}"
    return Check("bank", says, proof.books_cents, proof.expected_cents, False, CASH, detail)
