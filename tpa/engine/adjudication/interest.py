"""Interest on a claim that is paid late: an amount of its own, outside every accumulator and maximum of the plan.

Prompt-pay laws bind insurers. A self-funded plan under ERISA is exempt from them, unless its agreement promises interest;
so terms are asked for, and without terms nothing is owed. What a claim earns is reckoned from all its payments::

    paid 100.00 in time, corrected to 150.00: the 50.00 earn interest to their own day, the 100.00 none
    paid 100.00 late, corrected to 40.00: 40.00 have earned interest to the day of the payment, the rest is given back
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.statute import MissingValueError, statute
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS, divide_rounded

STATUTE = "us/prompt_pay"
_YEAR, _MOST_BP = 365, 5_000


class InterestTerms(NamedTuple):
    """Interest runs from the day after `days` days since receipt (day 0), at `rate_bp` a year; below `least_cents` none."""

    days: int
    rate_bp: int
    least_cents: int = 0
    source: str = ""


class Interest(NamedTuple):
    """What is owed besides the claim, and for how many days."""

    days_late: int
    cents: int


class Paid(NamedTuple):
    """What was paid for a claim on a day, its take-backs of that day deducted."""

    on: date
    cents: int


class Promise(NamedTuple):
    """What an agreement says of late payment: the law of a state, or terms of its own."""

    jurisdiction: str = ""
    terms: InterestTerms | None = None

    def on(self, clean_on: date) -> InterestTerms | None:
        """The terms for a claim that was complete on a day; claims come electronically. Raises MissingValueError."""
        return terms_of(self.jurisdiction, clean_on) if self.jurisdiction else self.terms


def parse_promise(document: Mapping[str, Any]) -> Promise | None:
    """An agreement's terms: {"jurisdiction"}, or {"days", "rate_bp", "least_cents"}; empty: no interest is promised.

    Raises DocumentError with the key that is wrong.
    """
    if not document:
        return None
    with Section(document) as row:
        return _promise(row)


def _promise(row: Section) -> Promise:
    state = row.text("jurisdiction", "")
    days, rate_bp = row.whole("days", None, most=_YEAR), row.whole("rate_bp", None, least=1, most=_MOST_BP)
    least_cents = int(row.cents("least_cents", 0))
    if state:
        known = sorted({value["jurisdiction"] for value in statute(STATUTE).values})
        if state not in known:
            raise DocumentError(
                f"The prompt-pay law of {state!r} is not known.",
                where=row.at("jurisdiction"),
                remedy=f"One of {', '.join(known)}, or days and rate_bp.",
            )
        if (days, rate_bp, least_cents) != (None, None, 0):
            raise DocumentError("Either jurisdiction, or days and rate_bp are wanted.", where=row.at("jurisdiction"))
        return Promise(state)
    if days is None or rate_bp is None:
        raise DocumentError("days and rate_bp belong together.", where=row.at("days"))
    return Promise(terms=InterestTerms(days, rate_bp, least_cents))


def terms_of(jurisdiction: str, received_on: date, *, electronic: bool = True) -> InterestTerms:
    """A state's prompt-pay law as it held when the claim came in. Raises MissingValueError where it is not known."""
    for value in statute(STATUTE).values_on(received_on):
        if value["jurisdiction"] == jurisdiction:
            days = value["electronic_days" if electronic else "paper_days"]
            return InterestTerms(days, value["rate_bp"], value["least_cents"], value.source)
    raise MissingValueError(
        f"The prompt-pay law of {jurisdiction} for {received_on} is not known.",
        where=STATUTE,
        remedy=f"Add a [[value]] of {jurisdiction}, with its source, to tpa/engine/statute/{STATUTE}.toml.",
    )


def interest(paid_cents: int, received_on: date, paid_on: date, terms: InterestTerms | None) -> Interest:
    """Simple interest on what the plan pays, for each day that it is late. `received_on` is the day of the clean claim."""
    return interest_of([Paid(paid_on, paid_cents)], paid_cents, received_on, terms)


def interest_of(paid: Iterable[Paid], owed_cents: int, clean_on: date, terms: InterestTerms | None) -> Interest:
    """Interest on `owed_cents`, the claim as it is decided now, from its payments, the earliest first.

    A payment earns as far as it is part of what is owed; what was paid beyond earns nothing. `clean_on`: the day on
    which the claim was complete.
    """
    if terms is None:
        return Interest(0, 0)
    left, latest, cents = owed_cents, 0, 0
    for on, paid_cents in paid:
        part = max(0, min(left, paid_cents))
        late = max(0, (on - clean_on).days - terms.days) if part else 0
        cents += divide_rounded(part * terms.rate_bp * late, BASIS_POINTS * _YEAR)
        left, latest = left - part, max(latest, late)
    return Interest(latest, cents if cents >= terms.least_cents else 0)
