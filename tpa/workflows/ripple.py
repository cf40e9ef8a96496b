"""Deciding a family's claims again, in the family's order, as if what is corrected had been so from the start.

Every live decision has a place in its family's order, and it keeps the place for ever. From the first place that a
correction touches, each claim is decided again on the facts as they are known now. It sees the decisions before its
place and no others; amounts from outside are facts: all that have come count. What comes out as it stands is left alone;
only what comes out otherwise is reversed and decided anew. So the books are in the end as if the surviving claims had
been decided once, in order, and nobody else is disturbed.

Nothing is written here: `redecided` says what would change, `written` makes it so.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tpa.books.claims import facts, live
from tpa.books.claims import recording as decisions
from tpa.books.claims.live import Live
from tpa.books.claims.models import Decision
from tpa.books.payments import selectors as payments
from tpa.engine.accumulators.balances import Balances
from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.facts import Claim
from tpa.engine.adjudication.pends import reattached
from tpa.engine.adjudication.reversal import is_same_outcome, reversal_of
from tpa.engine.journal.recipes.claim_reversed import Stage
from tpa.infra import locks
from tpa.infra.sequences import next_ids
from tpa.workflows.booking import Chunk

Moved = dict[tuple[int, str, str], tuple[int, int]]
"""(member, accumulator, first day of its period as ISO text) -> before and after. Member 0 is the family."""


class Ask(NamedTuple):
    """What is corrected in one family.

    The claims `again` are decided again, those `back` are taken back, and a claim in `instead` takes the place of the
    one that it is named by. What comes after the first of them in the family's order follows. With `start` everything
    from that place on is looked at, whatever is named.
    """

    family_id: int
    again: Collection[int] = ()
    back: Collection[int] = ()
    instead: Mapping[int, facts.Waiting] = {}
    start: int | None = None

    def is_named(self, claim_id: int) -> bool:
        """Whether the claim itself is corrected; the others follow."""
        return claim_id in self.again or claim_id in self.back or claim_id in self.instead


class Change(NamedTuple):
    """A live decision that does not stay. `outcome` None: it is taken back and nothing takes its place."""

    old: Live
    before: facts.Waiting
    """The claim that the live decision is about."""
    waiting: facts.Waiting
    """The claim that the new outcome is about: the same one, or the one that replaces it."""
    outcome: engine.Decision | engine.Pend | None
    is_named: bool


class Redecided(NamedTuple):
    """What would change in a family, in its order; how many decisions were looked at; accumulators that move."""

    family_id: int
    changes: tuple[Change, ...]
    looked_at_count: int
    moved: Moved


def redecided(employer_id: int, asks: Sequence[Ask]) -> dict[int, Redecided]:
    """What each family's correction comes to. About twenty queries, whatever the number of families.

    Claims that have no live decision are passed over.
    """
    pasts = live.pasts([ask.family_id for ask in asks])
    claim_ids = [one.claim_id for past in pasts.values() for one in past.decisions]
    chosen = {one.claim.claim_id: one for one in facts.chosen_claims(employer_id, claim_ids)}
    instead = [one for ask in asks for one in ask.instead.values()]
    known = facts.families_of([*chosen.values(), *instead])
    found = {}
    for ask in asks:
        past = pasts[ask.family_id]
        if ask.family_id in known:
            found[ask.family_id] = _Order(ask, past, known[ask.family_id], chosen).run()
        else:
            found[ask.family_id] = Redecided(ask.family_id, (), 0, {})
    return found


class _Order:
    """One family's way through its order."""

    def __init__(
        self, ask: Ask, past: live.Past, known: facts.FamilyFacts, chosen: Mapping[int, facts.Waiting]
    ) -> None:
        self._ask, self._past, self._chosen = ask, past, chosen
        self._family = known.family
        self._family.balances, self._family.history = Balances(), {}
        named = [one.place for one in past.decisions if ask.is_named(one.claim_id)]
        if ask.start is not None:
            named.append(ask.start)
        self._start = min(named, default=None)

    def run(self) -> Redecided:
        """Count what stays, decide again what lies behind the first correction."""
        changes: list[Change] = []
        looked_at, before = 0, Balances()
        for _, entries in self._past.others:
            before.add(entries)
            self._family.balances.add(entries)
        for one in self._past.decisions:
            before.add(one.decision.entries)
            if self._start is None or one.place < self._start:
                self._family.fold(self._chosen[one.claim_id].claim, one.decision)
                continue
            looked_at += 1
            change = self._again(one)
            if change is not None:
                changes.append(change)
        return Redecided(self._ask.family_id, tuple(changes), looked_at, _moved(before, self._family.balances))

    def _again(self, one: Live) -> Change | None:
        """The decision's change, or None where it comes out as it stands."""
        named, before = self._ask.is_named(one.claim_id), self._chosen[one.claim_id]
        if one.claim_id in self._ask.back:
            return Change(one, before, before, None, named)
        waiting = self._ask.instead.get(one.claim_id, before)
        outcome = adjudicate(waiting.claim, self._family)
        kept = reattached(waiting.claim.cleared)
        if kept != waiting.claim.cleared and not self._is_as_it_was(waiting, one, outcome):
            # It comes out otherwise than a person has settled it for: what they are to see each time, they see again.
            outcome = adjudicate(waiting.claim._replace(cleared=kept), self._family)
        if isinstance(outcome, engine.Pend):
            return Change(one, before, waiting, outcome, named)
        self._family.fold(waiting.claim, outcome)
        if self._is_as_it_was(waiting, one, outcome):
            return None
        return Change(one, before, waiting, outcome, named)

    @staticmethod
    def _is_as_it_was(waiting: facts.Waiting, one: Live, outcome: engine.Decision | engine.Pend) -> bool:
        return (
            isinstance(outcome, engine.Decision)
            and waiting.claim.claim_id == one.claim_id
            and is_same_outcome(outcome, one.decision)
        )


def _moved(before: Balances, after: Balances) -> Moved:
    was, became = before.rows(), after.rows()
    return {
        (member_id, code, day.isoformat()): (was.get((member_id, code, day), 0), became.get((member_id, code, day), 0))
        for member_id, code, day in sorted({*was, *became})
        if was.get((member_id, code, day), 0) != became.get((member_id, code, day), 0)
    }


def written(changes: Sequence[Change], next_seqs: dict[int, int], decided_at: datetime) -> Chunk:
    """The changes as a chunk to be booked, in the families' turns.

    First what is taken back, the latest place first; then the new decisions in their order. A payment run waits until
    the transaction is over, so that what is taken back here is paid or not.
    """
    locks.lock("payment_run")
    stages = payments.stages([change.old.decision_id for change in changes])
    fresh = [change for change in changes if isinstance(change.outcome, engine.Decision)]
    keys = iter(next_ids(Decision, len(changes) + len(fresh)))
    seqs = dict(next_seqs)
    decided: list[decisions.Decided] = []
    taken_back: dict[int, tuple[int, Stage]] = {}
    for change in sorted(changes, key=lambda one: (one.old.family_id, -one.old.place)):
        old = change.old
        turned = reversal_of(old.decision)
        one = _numbered(next(keys), old.version + 1, old, change.before.claim, turned, seqs)
        decided.append(one._replace(is_reversal=True))
        taken_back[one.decision_id] = old.decision_id, stages.get(old.decision_id, "approved")
    for change in sorted(fresh, key=lambda one: (one.old.family_id, one.old.place)):
        is_same = change.waiting.claim.claim_id == change.old.claim_id
        version = change.old.version + 2 if is_same else change.waiting.version
        assert isinstance(change.outcome, engine.Decision)
        decided.append(_numbered(next(keys), version, change.old, change.waiting.claim, change.outcome, seqs))
    pended = [(one.waiting, one.outcome) for one in changes if isinstance(one.outcome, engine.Pend)]
    waiting = [one.waiting for one in changes]
    return Chunk(waiting, decided, pended, seqs, {}, taken_back)


def _numbered(
    key: int, version: int, old: Live, claim: Claim, decision: engine.Decision, seqs: dict[int, int]
) -> decisions.Decided:
    seq = seqs[old.family_id]
    seqs[old.family_id] = seq + 1
    return decisions.Decided(key, version, old.family_id, seq, claim, decision, old.place)
