"""The employer is promised a credit on the next invoice."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from tpa.engine.journal.accounts import (
    CREDITS_DUE,
    EMPLOYER_DEPOSITS,
    FEE_EXPENSE,
    FEE_PAYABLE,
    PREMIUM_EXPENSE,
    PREMIUM_PAYABLE,
)
from tpa.engine.journal.entry import Entry, Recipe, transfer


class CreditGranted(NamedTuple):
    """`against` says who bears it: the TPA (fee), the carrier (premium), or money that is in the fund already (fund).

    `code` is the fee's or premium's code, or the kind of credit.
    """

    credit_id: int
    granted_on: date
    cents: int
    against: Literal["fee", "premium", "fund"]
    code: str = ""


_GIVEN_BACK = {
    "fee": (FEE_PAYABLE, FEE_EXPENSE),
    "premium": (PREMIUM_PAYABLE, PREMIUM_EXPENSE),
}


def credit_granted(facts: CreditGranted) -> Entry:
    """A part of the deposits is set aside for the next invoice; what was charged too much is taken back.

    ::

        employer deposits                |  credits due
        cents                            |              cents

        fee:      fee payable            |  fee expense
        premium:  premium payable        |  premium expense
    """
    postings = transfer(EMPLOYER_DEPOSITS, CREDITS_DUE, facts.cents, facts.code)
    if facts.against != "fund":
        payable, expense = _GIVEN_BACK[facts.against]
        postings += transfer(payable, expense, facts.cents, facts.code)
    return Entry("credit_granted", facts.granted_on, "credit", facts.credit_id, postings)


RECIPE = Recipe("credit_granted", CreditGranted, credit_granted)
