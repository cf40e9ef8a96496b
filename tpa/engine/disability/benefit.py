"""A whole period's benefit, move by move: earnings, maximum, other incomes, work, all sources, minimum.

Each move takes the amount that is payable from one figure to the next and names the clause that wants it. A move that would
change nothing is none.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tpa.engine.disability.terms import Phase, Step, Terms
from tpa.kernel.money import format_amount, rounded


class Move(NamedTuple):
    """From one amount to the next, why, and in which clause of the plan."""

    what: str
    from_cents: int
    to_cents: int
    clause: str
    words: str

    @property
    def cents(self) -> int:
        """What it adds, below zero where it takes."""
        return self.to_cents - self.from_cents


class Known(NamedTuple):
    """An income of a period as it is known, the employee's and the family's; `status`: `awarded`, `estimate` or `open`."""

    kind: str
    cents: Fraction
    dependents_cents: Fraction
    status: str

    def counted(self, *, dependents: bool) -> Fraction:
        """With or without what the family gets."""
        return self.cents + self.dependents_cents if dependents else self.cents


class State(NamedTuple):
    """All that decides a period's benefit on a day.

    Earnings: before (`base`), raised for work (`indexed`), from work now. `risen`: by the cost of living, 1 in the first year.
    """

    step: Step
    base: Fraction
    indexed: Fraction
    earnings: Fraction
    phase: Phase | None
    incomes: tuple[Known, ...]
    risen: Fraction


def shown(cents: Fraction | int) -> str:
    """An amount in words, to the cent."""
    return format_amount(rounded(Fraction(cents)))


def percentage(part: Fraction) -> str:
    """`60 %`, `66.67 %`."""
    text = format_amount(rounded(part * 10_000))
    return f"{text.rstrip('0').rstrip('.')} %"


class Benefit:
    """The benefit of a period while it is reckoned. `moves` is the reckoning, `cents` what is payable so far."""

    def __init__(self, terms: Terms, state: State) -> None:
        self.terms, self.state = terms, state
        self.cents = self.gross_cents = 0
        self.moves: list[Move] = []

    def move(self, what: str, cents: Fraction | int, clause: str, words: str) -> None:
        """Go to another amount, never below nothing."""
        after = max(0, rounded(Fraction(cents)))
        if after != self.cents:
            self.moves.append(Move(what, self.cents, after, clause, words))
            self.cents = after

    def gross(self) -> None:
        """The part of the earnings that the plan replaces, up to its maximum."""
        terms, step, base = self.terms, self.state.step, self.state.base
        if step.percent is None:
            words = f"The plan pays {shown(step.flat_cents)} a {terms.period}"
            self.move("benefit", step.flat_cents, step.clause, words)
        else:
            words = f"{percentage(step.percent)} of earnings of {shown(base)} a {terms.period}"
            self.move("benefit", base * step.percent, step.clause, words)
        if terms.maximum_cents is not None and self.cents > terms.maximum_cents:
            self.move(
                "maximum", terms.maximum_cents, terms.clause, f"At most {shown(terms.maximum_cents)} a {terms.period}"
            )
        self.gross_cents = self.cents

    def suspended(self) -> bool:
        """Whether the plan waits for the answer on an income that was applied for."""
        for income in self.state.incomes:
            offset = self.terms.offset(income.kind)
            if income.status == "open" and offset is not None:
                self.move("suspended", 0, offset.clause, f"Nothing is paid until {_named(income.kind)} is decided")
                return True
        return False

    def offsets(self) -> None:
        """Less the incomes that the plan deducts."""
        for income in self.state.incomes:
            offset = self.terms.offset(income.kind)
            if offset is None:
                continue
            found = income.counted(dependents=offset.dependents)
            off = found * offset.percent
            part = "" if offset.percent == 1 else f"{percentage(offset.percent)} of "
            family = ", the family's included" if offset.dependents and income.dependents_cents else ""
            estimated = " as estimated" if income.status == "estimate" else ""
            words = f"Less {part}{_named(income.kind)} of {shown(found)}{estimated}{family}"
            self.move(f"offset {income.kind}", self.cents - rounded(off), offset.clause, words)

    def work(self) -> bool:
        """What is left beside earnings; False where the plan pays nothing to somebody who earns so much."""
        earnings, phase, work = self.state.earnings, self.state.phase, self.terms.work
        if not earnings:
            return True
        if work is None or phase is None:
            self.move("work", 0, work.clause if work else self.terms.clause, "Nothing is paid for days of work")
            return False
        before = self.state.indexed
        if before - earnings < work.least_loss * before or earnings >= before:
            no_loss = f"no loss of {percentage(work.least_loss)} of" if work.least_loss else "no less than"
            lost = f"Earnings of {shown(earnings)} are {no_loss} {shown(before)}"
            self.move("no_loss", 0, work.clause, lost)
            return False
        self.move("work", self._beside(phase, earnings, before), phase.clause, _words_of(phase, earnings, before))
        return True

    def _beside(self, phase: Phase, earnings: Fraction, before: Fraction) -> Fraction:
        if phase.method == "capped":
            return self.cents - max(Fraction(0), self.gross_cents + earnings - before * phase.percent)
        if phase.method == "earnings_off":
            return self.cents - earnings * phase.percent
        return self.cents * (before - earnings) / before

    def all_sources(self) -> None:
        """Less what benefit and all incomes together are above the most that the plan allows."""
        rule, state = self.terms.all_sources, self.state
        if rule is None:
            return
        incomes = (one.counted(dependents=rule.dependents) for one in state.incomes if one.kind in rule.incomes)
        others = sum(incomes, state.earnings if rule.work else Fraction(0))
        most = rule.percent * state.base
        if self.cents + others > most:
            words = f"Benefit and other incomes of {shown(others)} are at most {shown(most)}"
            self.move("all_sources", most - others, rule.clause, f"{words}, {percentage(rule.percent)} of earnings")

    def minimum(self) -> None:
        """At least the plan's minimum, which is never more than the benefit before reductions."""
        rule = self.terms.minimum
        if rule is None or (self.state.earnings and not rule.working):
            return
        least = min(self.gross_cents, max(rule.cents, rounded(self.gross_cents * rule.percent)))
        if self.cents < least:
            self.move("minimum", least, rule.clause, f"At least {shown(least)} a {self.terms.period}")

    def cost_of_living(self) -> None:
        """Raised once a year."""
        words = f"{percentage(self.terms.cost_of_living)} a year for the cost of living"
        self.move("cost_of_living", self.cents * self.state.risen, self.terms.clause, words)


def reckon(terms: Terms, state: State) -> Benefit:
    """A whole period's benefit."""
    found = Benefit(terms, state)
    found.gross()
    if found.suspended():
        return found
    found.offsets()
    if found.work():
        found.all_sources()
        found.minimum()
        found.cost_of_living()
    return found


def _words_of(phase: Phase, earnings: Fraction, before: Fraction) -> str:
    if phase.method == "capped":
        most = f"{percentage(phase.percent)} of earlier earnings, {shown(before * phase.percent)}"
        return f"Benefit and earnings of {shown(earnings)} are at most {most}"
    if phase.method == "earnings_off":
        return f"Less {percentage(phase.percent)} of earnings of {shown(earnings)}"
    return f"By the loss: {shown(before - earnings)} of {shown(before)} are lost"


def _named(kind: str) -> str:
    return kind.replace("_", " ")
