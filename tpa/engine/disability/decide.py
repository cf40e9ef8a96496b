"""The decision on a disability: its claims, the benefit of each period with every move, and what was paid too much.

The trace is the calculation: a payment's net amount is where its last move ends, and nothing is computed for display.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from tpa.engine.disability.benefit import Benefit, Move, State, reckon
from tpa.engine.disability.cover import Why, refusal
from tpa.engine.disability.duration import Payable, payable
from tpa.engine.disability.elimination import Begin, begins, claims_of, elimination_days
from tpa.engine.disability.facts import NOTHING, Facts, Rate, Spell
from tpa.engine.disability.incomes import changes, incomes_on
from tpa.engine.disability.periods import Cell, cells, days_of, fraction
from tpa.engine.disability.terms import Phase, Step, Terms
from tpa.kernel.money import rounded
from tpa.kernel.periods import FOREVER, Span, add_months

_MOST_YEARS = 100


class Payment(NamedTuple):
    """A period, or the part of one on which nothing changes. `days` as the plan counts them.

    `net_cents` is what is due by all that is known; `paid_cents` what was, by what was known on the day of payment.
    `others_cents`: other incomes and earnings of these days. `whole_*`: of a whole period on these days.
    """

    span: Span
    days: int
    part: Fraction
    pays_on: date
    gross_cents: int
    moves: tuple[Move, ...]
    net_cents: int
    paid_cents: int
    others_cents: int
    whole_gross_cents: int
    whole_net_cents: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `unpaid` says why nothing is paid: `not_insured`, `pre_existing`, `elimination` (it ended before benefits
    began), `duration` (they had ended by then), `not_yet` (no period was paid by `as_of`); None where something is.

    `base` and `full` are what was earned in a period and its whole gross benefit; `ends_before` the first day that the plan
    pays no more, however long the disability lasts.
    """

    spells: tuple[Spell, ...]
    base: Fraction
    full: Benefit
    elimination_days: int
    begin: Begin
    unpaid: Why | None
    ends_before: date | None = None
    payments: tuple[Payment, ...] = ()
    lasts_clause: str = ""

    @property
    def reason(self) -> str:
        """The code of why nothing is paid."""
        return self.unpaid.code if self.unpaid else ""

    @property
    def first_payable_on(self) -> date | None:
        """The first day that is paid."""
        return self.payments[0].span.starts_on if self.payments else None


@dataclass(frozen=True, slots=True)
class Decision:
    """All claims of a person's disability."""

    claims: tuple[Claim, ...]

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Those of all claims, in order."""
        return tuple(one for claim in self.claims for one in claim.payments)

    @property
    def overpaid_cents(self) -> int:
        """What was paid above what is due, by what is known now; below zero where something is owed still."""
        return sum(one.paid_cents - one.net_cents for one in self.payments)


def decide(terms: Terms, facts: Facts) -> Decision:
    """Everything that the plan pays up to `as_of`."""
    known = _known(facts)
    return Decision(tuple(_claim(terms, known, one) for one in claims_of(terms, known)))


def _known(facts: Facts) -> Facts:
    """The facts as they are known on `as_of`: the spells that have begun, of stays the days that are over."""
    as_of = facts.as_of
    stays = (Span(one.starts_on, min(one.ends_before, as_of)) for one in facts.hospital if one.starts_on < as_of)
    return replace(facts, spells=tuple(one for one in facts.spells if one.starts_on <= as_of), hospital=tuple(stays))


def _claim(terms: Terms, facts: Facts, spells: tuple[Spell, ...]) -> Claim:
    base = _base(terms, spells[0])
    full = Benefit(terms, State(terms.steps[0], base, base, Fraction(0), None, (), Fraction(1)))
    full.gross()
    waits = elimination_days(terms.elimination, spells[0])
    begin = begins(terms, facts, spells)
    refused = refusal(terms, facts, spells[0])
    if refused or begin.on is None:
        return Claim(spells, base, full, waits, begin, refused or _too_short(terms))
    found = payable(terms, facts, spells, begin.on)
    payments: tuple[Payment, ...] = ()
    if found.spans:
        calendar = _Calendar(terms, facts, base, spells, found.spans)
        ours = (one for span in found.spans for cell in cells(terms, span) for one in calendar.payments(cell))
        payments = tuple(one for one in ours if one.pays_on <= facts.as_of)
    unpaid = None if payments else _unpaid(terms, begin.on, found)
    return Claim(spells, base, full, waits, begin, unpaid, found.ends_before, payments, found.row.clause)


def _base(terms: Terms, first: Spell) -> Fraction:
    """What was earned in a period, of the kinds that count."""
    yearly = sum((one.rate.yearly for one in first.pay if one.kind in terms.earnings), Fraction(0))
    if terms.earnings_multiple_cents:
        yearly = Fraction(ceil(yearly / terms.earnings_multiple_cents) * terms.earnings_multiple_cents)
    return Rate(yearly).per(terms.period)


def _unpaid(terms: Terms, begins_on: date, found: Payable) -> Why:
    """Why nothing was paid."""
    if found.spans:
        return Why("not_yet", terms.elimination.clause, "no period was over and paid by this day")
    if found.ends_before <= begins_on:
        return Why("duration", found.row.clause, f"the plan pays no more from {found.ends_before} on")
    return _too_short(terms)


def _too_short(terms: Terms) -> Why:
    return Why("elimination", terms.elimination.clause, "the disability ended before benefits began")


class _Calendar:
    """What holds on each day of a claim: earnings, phases of work, incomes. `cuts` are the days on which it may change."""

    def __init__(
        self, terms: Terms, facts: Facts, base: Fraction, spells: Sequence[Spell], spans: Sequence[Span]
    ) -> None:
        self.terms, self.facts, self.base = terms, facts, base
        self.first_payable_on = spans[0].starts_on
        self.steps = list(_steps(terms.steps, spans))
        self.jobs = [job for job in facts.jobs if any(job.span.overlaps(spell.span) for spell in spells)]
        self.phases = self._phases()
        self.anniversaries = [add_months(self.first_payable_on, 12 * year) for year in range(1, _MOST_YEARS)]
        self.cuts = {
            *changes(facts),
            *(day for job in self.jobs for day in job.span),
            *(day for span, _ in self.phases for day in span),
            *(span.starts_on for span, _ in self.steps),
            *self.anniversaries,
        }

    def payments(self, cell: Cell) -> Iterator[Payment]:
        """The payments of a period: one, or one for each part in which the benefit is another."""
        pays_on = cell.paid.last_day + timedelta(days=self.terms.paid_after_days)
        inside = sorted(day for day in self.cuts if cell.paid.starts_on < day < cell.paid.ends_before)
        begins, before = cell.paid.starts_on, self._reckoned(cell.paid.starts_on, pays_on)
        for day in [*inside, cell.paid.ends_before]:
            after = self._reckoned(day, pays_on) if day < cell.paid.ends_before else None
            if after is None or after.key != before.key:
                yield self._payment(cell, Span(begins, day), pays_on, before)
                begins = day
                before = after or before

    def _payment(self, cell: Cell, span: Span, pays_on: date, reckoned: _Reckoned) -> Payment:
        part = fraction(self.terms, cell, span)
        due, known = reckoned.due, reckoned.known
        moves = tuple(_of_part(part, one) for one in due.moves)
        return Payment(
            span,
            days_of(self.terms, span),
            part,
            pays_on,
            rounded(due.gross_cents * part),
            moves,
            rounded(due.cents * part),
            rounded(known.cents * part),
            rounded(reckoned.others * part),
            due.gross_cents,
            due.cents,
        )

    def _reckoned(self, day: date, known_on: date) -> _Reckoned:
        due = self._state(day, self.facts.as_of)
        known = self._state(day, known_on)
        others = sum((one.cents + one.dependents_cents for one in due.incomes if one.status == "awarded"), due.earnings)
        found = reckon(self.terms, due)
        return _Reckoned(found, found if known == due else reckon(self.terms, known), others)

    def _state(self, day: date, known_on: date) -> State:
        rate = next((job.rate for job in self.jobs if day in job.span), NOTHING)
        phase = next((one for span, one in self.phases if day in span), None)
        years = sum(one <= day for one in self.anniversaries)
        index = self.terms.work.index if self.terms.work else Fraction(0)
        return State(
            next(one for span, one in self.steps if day in span),
            self.base,
            self.base * (1 + index) ** years,
            rate.per(self.terms.period),
            phase,
            incomes_on(self.terms, self.facts, day, known_on),
            (1 + self.terms.cost_of_living) ** years,
        )

    def _phases(self) -> list[tuple[Span, Phase]]:
        """The days of each phase, from the first payable day or from the first day of work in the claim."""
        work = self.terms.work
        if work is None:
            return []
        anchor = self.first_payable_on
        if work.counted_from == "work":
            anchor = min((job.span.starts_on for job in self.jobs), default=anchor)
        found, months = [], 0
        for phase in work.phases:
            begins = add_months(anchor, months)
            months += phase.months or 0
            found.append((Span(begins) if phase.months is None else Span(begins, add_months(anchor, months)), phase))
        return found


def _steps(steps: Sequence[Step], spans: Sequence[Span]) -> Iterator[tuple[Span, Step]]:
    """The days of each step: they are counted where they are paid, so that days at work use up none."""
    first = ends_on = spans[0].starts_on
    for step in steps:
        begins = (ends_on - first).days
        ends_on = FOREVER if step.is_last else add_months(ends_on, step.months) + timedelta(days=step.days)
        passed = 0
        for span in spans:
            days = (span.ends_before - span.starts_on).days
            after, before = max(0, begins - passed), min(days, (ends_on - first).days - passed)
            if after < before:
                yield Span(span.starts_on + timedelta(days=after), span.starts_on + timedelta(days=before)), step
            passed += days


class _Reckoned(NamedTuple):
    """The benefit of a whole period as it is due and as it was known on the day of payment; other incomes beside it."""

    due: Benefit
    known: Benefit
    others: Fraction

    @property
    def key(self) -> tuple[object, ...]:
        """What has to be equal for days to be one payment."""
        return tuple(self.due.moves), self.known.cents, self.others


def _of_part(part: Fraction, move: Move) -> Move:
    """A move of a whole period in a part of it; each figure is rounded once."""
    return move._replace(from_cents=rounded(move.from_cents * part), to_cents=rounded(move.to_cents * part))
