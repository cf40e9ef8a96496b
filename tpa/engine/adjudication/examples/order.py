"""The decisions of an example in their family's order, and what corrections do to them, as on the platform.

Each decision has a place and keeps it; a replacement is decided in the place of what it replaces. Where everything is decided
again each claim sees the decisions before its place and all that has become known; claims that wait come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision, Pend
from tpa.engine.adjudication.examples.later import PLAN_ID, Learned, Outside
from tpa.engine.adjudication.examples.read import Example
from tpa.engine.adjudication.facts import Claim, DatedPlan, Family
from tpa.engine.adjudication.rules.claim.replacement import REPLACES
from tpa.engine.plan.terms import PlanTerms
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import DocumentError


class Voided(NamedTuple):
    """A void: neither it nor the claim that it takes back counts for anything."""

    claim_id: int


Outcome = Decision | Pend | Voided


def not_there(number: int, where: str) -> DocumentError:
    """The fault of naming a claim that has no place in the order."""
    return DocumentError(
        f"Claim {number} was taken back or replaced before, or is a replacement that waits.", where=where
    )


class Order:
    """An example's family and its decisions in the order of their places."""

    def __init__(self, example: Example, terms: PlanTerms, first_on: date) -> None:
        """`first_on`: the day in whose periods the amounts lie that the example begins with."""
        self._example = example
        self._coverages, self._elsewhere = dict(example.coverages), dict(example.elsewhere)
        self._authorizations = dict(example.authorizations)
        self._versions = [DatedPlan(1, date.min, terms)]
        self._entries = [used.entry(first_on) for used in example.used]
        self._decided: list[tuple[Claim, Decision]] = []
        self._waiting: list[Claim] = []
        self.family = self._family_after(())

    def decide(self, claim: Claim) -> Decision | Pend:
        """Decide a claim at the end of the order."""
        outcome = adjudicate(claim, self.family)
        if isinstance(outcome, Decision):
            self.family.fold(claim, outcome)
            self._decided.append((claim, outcome))
        else:
            self._waiting.append(claim)
        return outcome

    def correct(self, claim: Claim, number: int, where: str) -> Outcome:
        """Take back the claim of that number (frequency 8), or decide its replacement in its place.

        Where the replacement waits the earlier decision stands. Raises DocumentError where there is none any more.
        """
        replacement = claim._replace(cleared=(*claim.cleared, REPLACES[claim.frequency]))
        is_void = claim.frequency == "8"
        place = next((n for n, (one, _) in enumerate(self._decided) if one.claim_id == number), None)
        if place is None:
            waiting = [one for one in self._waiting if one.claim_id != number]
            if len(waiting) == len(self._waiting):
                raise not_there(number, where)
            self._waiting = waiting
            return Voided(claim.claim_id) if is_void else self.decide(replacement)
        outcome: Outcome = Voided(claim.claim_id)
        if is_void:
            del self._decided[place]
        else:
            outcome = adjudicate(replacement, self._family_after(self._decided[:place]))
            if isinstance(outcome, Pend):
                return outcome
            self._decided[place] = replacement, outcome
        self.family = self._family_after(self._decided)
        return outcome

    def stands(self, number: int) -> bool:
        """Whether the claim of that number is decided, and neither taken back nor replaced."""
        return any(claim.claim_id == number for claim, _ in self._decided)

    def learn(self, fact: Learned | Outside) -> None:
        """Know something from now on. What is decided stands as it is."""
        if isinstance(fact, Learned):
            self._learn(fact)
        else:
            self._entries += [used.entry(fact.on) for used in fact.used]
        self.family = self._family_after(self._decided)

    def _learn(self, fact: Learned) -> None:
        member_id = fact.member_id
        if fact.coverages is not None:
            self._coverages[member_id] = fact.coverages
        if fact.paid_until is not None:
            held = self._coverages[member_id]
            self._coverages[member_id] = tuple(one._replace(paid_until=fact.paid_until) for one in held)
        if fact.elsewhere is not None:
            self._elsewhere[member_id] = fact.elsewhere
        if fact.version is not None:
            effective_on, terms = fact.version
            latest = DatedPlan(1 + max(one.version_id for one in self._versions), effective_on, terms)
            others = [one for one in self._versions if one.effective_on != effective_on]
            self._versions = sorted([*others, latest], key=lambda one: one.effective_on)
        count = sum(map(len, self._authorizations.values()))
        for owner, given in fact.authorizations.items():
            new = (one._replace(authorization_id=count + one.authorization_id) for one in given)
            self._authorizations[owner] = (*self._authorizations.get(owner, ()), *new)

    def decide_again(self) -> Iterator[tuple[Claim, Decision | Pend]]:
        """Every claim with what is decided of it now."""
        claims = [*(claim for claim, _ in self._decided), *self._waiting]
        self._decided, self._waiting = [], []
        self.family = self._family_after(())
        for claim in claims:
            yield claim, self.decide(claim)

    def _family_after(self, decided: Iterable[tuple[Claim, Decision]]) -> Family:
        example = self._example
        family = Family(
            family_id=1,
            people=example.people,
            coverages=self._coverages,
            plans={PLAN_ID: tuple(self._versions)},
            prices=PriceBook(example.prices),
            elsewhere=self._elsewhere,
            authorizations=self._authorizations,
        )
        family.balances.add(self._entries)
        for claim, decision in decided:
            family.fold(claim, decision)
        return family
