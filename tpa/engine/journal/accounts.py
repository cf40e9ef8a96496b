"""The chart of accounts of one employer's fund.

A debit is a positive number of cents, a credit a negative one; every entry, and so the whole ledger, adds up to zero.

How the fund's money is explained at any moment::

    cash = employer deposits + credits due + claims funded + outstanding payments + fees and premium funded and not sent on

`funding_invoiced` is the one account that mirrors another: it holds what was invoiced and has not come in, so that an
invoice alone makes no deposit.
"""

from __future__ import annotations

from typing import NamedTuple

from tpa.kernel.errors import InvariantError


class Account(NamedTuple):
    """One account. `kind` is asset, liability, equity, income, expense or memo (outside the balance sheet)."""

    code: str
    name: str
    kind: str


CASH = "1000"
FUNDING_RECEIVABLE = "1100"
PROVIDER_RECEIVABLE = "1200"
STOP_LOSS_RECEIVABLE = "1300"
CLAIMS_PAYABLE = "2000"
CLAIMS_FUNDED = "2010"
OUTSTANDING_PAYMENTS = "2100"
FEE_PAYABLE = "2200"
PREMIUM_PAYABLE = "2300"
STOP_LOSS_PAYABLE = "2350"
EMPLOYER_DEPOSITS = "2400"
CREDITS_DUE = "2450"
FUNDING_INVOICED = "2500"
CLAIMS_RESERVE = "2600"
SETTLEMENT_PAYABLE = "2700"
EMPLOYER_CONTRIBUTIONS = "3000"
STOP_LOSS_RECOVERY = "4000"
FORFEITED_PAYMENTS = "4100"
SUBROGATION_RECOVERY = "4200"
INTEREST_EXPENSE = "5700"
FEE_EXPENSE = "5800"
PREMIUM_EXPENSE = "5900"
MEMO_DENIED = "9000"
MEMO_CONTRA = "9900"

INTEREST = "interest"
"""As what interest on late claims stands beside the lines of coverage, in postings, payments and invoices."""
_CLAIMS_EXPENSE = {
    "medical": "5010",
    "dental": "5020",
    "vision": "5030",
    "drug": "5040",
    "std": "5050",
    "ltd": "5060",
}
"""Line of coverage -> its expense account. Lines that are carved out to an insurer have none."""

_ACCOUNTS = [
    Account(CASH, "Cash", "asset"),
    Account(FUNDING_RECEIVABLE, "Funding receivable from the employer", "asset"),
    Account(PROVIDER_RECEIVABLE, "Receivable from providers (overpaid claims)", "asset"),
    Account(STOP_LOSS_RECEIVABLE, "Receivable from the stop-loss carrier", "asset"),
    Account(CLAIMS_PAYABLE, "Claims approved, not funded", "liability"),
    Account(CLAIMS_FUNDED, "Claims funded, not paid", "liability"),
    Account(OUTSTANDING_PAYMENTS, "Payments issued, not cleared", "liability"),
    Account(FEE_PAYABLE, "Administration fees payable", "liability"),
    Account(PREMIUM_PAYABLE, "Premium payable", "liability"),
    Account(STOP_LOSS_PAYABLE, "Owed back to the stop-loss carrier", "liability"),
    Account(EMPLOYER_DEPOSITS, "Employer's deposits, not used", "liability"),
    Account(CREDITS_DUE, "Credits granted, not on an invoice yet", "liability"),
    Account(FUNDING_INVOICED, "Invoiced, not received", "liability"),
    Account(CLAIMS_RESERVE, "Claims fluctuation reserve", "liability"),
    Account(SETTLEMENT_PAYABLE, "Surplus settled, not paid out", "liability"),
    Account(EMPLOYER_CONTRIBUTIONS, "Employer's contributions used", "equity"),
    Account(STOP_LOSS_RECOVERY, "Stop-loss recoveries", "income"),
    Account(FORFEITED_PAYMENTS, "Payments that nobody claimed", "income"),
    Account(SUBROGATION_RECOVERY, "Subrogation recoveries", "income"),
    *(Account(code, f"Claims: {line}", "expense") for line, code in _CLAIMS_EXPENSE.items()),
    Account(INTEREST_EXPENSE, "Interest on claims paid late", "expense"),
    Account(FEE_EXPENSE, "Administration fees", "expense"),
    Account(PREMIUM_EXPENSE, "Stop-loss and other premium", "expense"),
    Account(MEMO_DENIED, "Charges denied (memo)", "memo"),
    Account(MEMO_CONTRA, "Memo contra", "memo"),
]

CHART: dict[str, Account] = {account.code: account for account in _ACCOUNTS}
"""Code -> account, in the order of the chart."""


def claims_expense(line: str) -> str:
    """The expense account code of a line of coverage. Raises InvariantError for a line that no fund pays."""
    code = _CLAIMS_EXPENSE.get(line)
    if code is None:
        raise InvariantError(f"no claims expense account for line of coverage {line!r}")
    return code
