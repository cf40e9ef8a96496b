"""The employer's money is set aside for a decided claim."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.journal.accounts import (
    CLAIMS_FUNDED,
    CLAIMS_PAYABLE,
    EMPLOYER_CONTRIBUTIONS,
    EMPLOYER_DEPOSITS,
)
from tpa.engine.journal.entry import Amount, Entry, Posting, Recipe, transfer


class Funded(NamedTuple):
    """`amounts`: what is set aside for the decision, by line of coverage."""

    decision_id: int
    funded_on: date
    amounts: tuple[Amount, ...]


def funded(facts: Funded) -> Entry:
    """Deposits become a contribution; the claim may be paid.

    ::

        employer deposits  |  employer contributions
        amount             |                         amount

        claims payable     |  claims funded
        amount             |                         amount
    """
    postings: list[Posting] = []
    for line, cents in facts.amounts:
        postings += transfer(EMPLOYER_DEPOSITS, EMPLOYER_CONTRIBUTIONS, cents, line)
        postings += transfer(CLAIMS_PAYABLE, CLAIMS_FUNDED, cents, line)
    return Entry("funded", facts.funded_on, "decision", facts.decision_id, tuple(postings))


RECIPE = Recipe("funded", Funded, funded)
