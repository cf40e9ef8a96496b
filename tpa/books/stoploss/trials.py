"""A claim tried on every contract of the employer. Nothing is stored."""

from datetime import date
from typing import NamedTuple

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.members import selectors as members
from tpa.books.stoploss.amounts import condensed_amounts
from tpa.engine.stoploss.trial import TRIED, Trial, try_claim
from tpa.engine.stoploss.windows import About, Amount


class TriedClaim(NamedTuple):
    """What is tried. `member_id` 0: somebody of whom nothing was paid yet."""

    line: str
    cents: int
    incurred_on: date
    paid_on: date
    member_id: int = 0
    codes: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()


class Tried(NamedTuple):
    """What the claim does under one contract."""

    contract: StopLossInForce
    trial: Trial


def try_on_all(employer_id: int, claim: TriedClaim, as_of: date) -> list[Tried]:
    """The claim on each contract by its policy period, beside what was paid by then. Raises NotFoundError for no member."""
    family_id = members.member(claim.member_id).family_id if claim.member_id else TRIED
    amount = Amount(
        TRIED,
        TRIED,
        claim.member_id or TRIED,
        family_id,
        claim.line,
        claim.incurred_on,
        claim.paid_on,
        claim.cents,
        as_of,
        About(codes=claim.codes, diagnoses=claim.diagnoses),
    )
    return [
        Tried(contract, try_claim(contract.terms, condensed_amounts(contract, as_of), amount, as_of))
        for contract in agreements.stop_loss_contracts(employer_id)
    ]
