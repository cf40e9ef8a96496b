"""The proof of an employer's books: every claim in one place, every sum right, every decision what the engine says.

The replay starts each family from nothing and decides its claims again, one after the other in the recorded order, on
the facts as they were known at the time; what comes out must be the recorded rows, text for text and cent for cent.
A new version sees the live decisions before its place, as it did when it was decided; a reversal must be the opposite
of what it takes back.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, Sum

from tenants.scope import employer_scope
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import facts
from tpa.books.claims import faults as claims
from tpa.books.claims.models import Decision, DecisionLine
from tpa.books.claims.recording import LINE_COLUMNS, line_row
from tpa.books.ledger import selectors as ledger
from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.facts import Claim, Family, History
from tpa.engine.adjudication.reversal import reversal_of
from tpa.engine.journal.accounts import claims_expense
from tpa.kernel.periods import Span

SLICE = 500
"""Families replayed at once."""


class Proof(NamedTuple):
    """How many decisions were replayed, and everything that is wrong."""

    decisions_count: int
    faults: list[str]


def verify_books(*, employer_id: int, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Proof:
    """Prove the employer's books. Reads everything, changes nothing. `on_progress(families done, all)`."""
    with employer_scope(employer_id):
        found = [*claims.faults(), *accumulators.faults(), *ledger.faults(), *ledger_beside_decisions()]
        families = list(Decision.objects.order_by("family_id").values_list("family_id", flat=True).distinct())
        count = 0
        for start in range(0, len(families), SLICE):
            part = families[start : start + SLICE]
            books = _recorded(part)
            found += _of_nobody(books)
            found += [fault for _, fault in _replayed(books, _facts_then(employer_id, books.decisions))]
            count += len(books.decisions)
            on_progress(start + len(part), len(families))
        return Proof(count, found)


def replay(
    *,
    employer_id: int,
    claim_ids: Collection[int] = (),
    decided: Span | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Proof:
    """Decide recorded claims again, with everything that came before them in their families; changes nothing.

    Of the claims that are named, or decided on days of the span, or all. What comes out must be the recorded rows, byte
    for byte; `decisions_count` counts those that were asked for. `on_progress(families done, all)`.
    """
    with employer_scope(employer_id):
        asked = Decision.objects.all()
        if claim_ids:
            asked = asked.filter(claim_id__in=list(claim_ids))
        if decided is not None:
            asked = asked.filter(decided_on__gte=decided.starts_on, decided_on__lt=decided.ends_before)
        families = list(asked.order_by("family_id").values_list("family_id", flat=True).distinct())
        count, found = 0, list[str]()
        for start in range(0, len(families), SLICE):
            part = families[start : start + SLICE]
            wanted = set(asked.filter(family_id__in=part).values_list("pk", flat=True))
            books = _recorded(part)
            said = _replayed(books, _facts_then(employer_id, books.decisions))
            found += [fault for decision_id, fault in said if decision_id in wanted]
            count += len(wanted)
            on_progress(start + len(part), len(families))
        return Proof(count, found)


def ledger_beside_decisions(*, as_of: date | None = None) -> Iterator[str]:
    """Every decision is in the ledger once, and claims expense is what the decisions pay: all, or up to a day."""
    until = Q() if as_of is None else Q(decided_on__lte=as_of)
    approved = ledger.entries(as_of=as_of).filter(event__in=("claim_approved", "claim_denied")).count()
    decided = Decision.objects.filter(until).exclude(outcome=Decision.Outcome.REVERSED).count()
    if approved != decided:
        yield f"{decided} decisions, {approved} entries of claims approved or denied"
    lines = (
        DecisionLine.objects.all() if as_of is None else DecisionLine.objects.filter(decision__decided_on__lte=as_of)
    )
    paid = lines.values_list("line_of_coverage").annotate(Sum("paid_cents"))
    for name, cents in paid.order_by("line_of_coverage"):
        booked = ledger.balance(claims_expense(name), as_of=as_of) if name else 0
        if booked != cents:
            yield f"claims expense {name}: {booked} in the ledger, {cents} in the decisions"


class _Recorded(NamedTuple):
    """A decision as the books have it."""

    id: int
    claim_id: int
    family_id: int
    family_seq: int
    place: int | None
    outcome: str
    decided_at: datetime
    lines: tuple[tuple[Any, ...], ...]
    entries: tuple[AccumulatorEntry, ...]


class _Books(NamedTuple):
    """The decisions of some families, by family in the order of decision; and entries that no decision has made."""

    decisions: list[_Recorded]
    others: dict[int, list[tuple[int, tuple[AccumulatorEntry, ...]]]]


def _recorded(family_ids: Sequence[int]) -> _Books:
    rows = Decision.objects.filter(family_id__in=family_ids).order_by("family_id", "family_seq")
    lines: dict[int, list[tuple[Any, ...]]] = {}
    found = DecisionLine.objects.filter(decision__family_id__in=family_ids).order_by("decision_id", "number")
    for row in found.values_list(*LINE_COLUMNS):
        lines.setdefault(row[0], []).append(row)
    entries: dict[tuple[int, int], list[AccumulatorEntry]] = {}
    for one in accumulators.entries_of(family_ids):
        entry = AccumulatorEntry(one.member_id, one.code, one.period_on, one.amount, one.line_number)
        entries.setdefault((one.family_id, one.family_seq), []).append(entry)
    columns = ("id", "claim_id", "family_id", "family_seq", "place", "outcome", "decided_at")
    decisions = []
    for row in rows.values_list(*columns):
        key, family_id, seq = row[0], row[2], row[3]
        made = entries.pop((family_id, seq), [])
        decisions.append(_Recorded._make((*row, tuple(lines.get(key, ())), tuple(made))))
    others: dict[int, list[tuple[int, tuple[AccumulatorEntry, ...]]]] = {}
    for (family_id, seq), rest in sorted(entries.items()):
        others.setdefault(family_id, []).append((seq, tuple(rest)))
    return _Books(decisions, others)


def _of_nobody(books: _Books) -> Iterator[str]:
    """Entries under a number that neither a decision nor an amount from outside has."""
    outside = accumulators.external_numbers(books.others)
    for family_id, found in books.others.items():
        for seq, _ in found:
            if (family_id, seq) not in outside:
                yield f"family {family_id}: nobody has made the entries of number {seq}"


class _Then(NamedTuple):
    """Claims by key and families by key as they were known at an instant."""

    claims: dict[int, facts.Waiting]
    families: dict[int, facts.FamilyFacts]


def _facts_then(employer_id: int, decisions: Iterable[_Recorded]) -> dict[datetime, _Then]:
    by_instant: dict[datetime, list[int]] = {}
    for one in decisions:
        by_instant.setdefault(one.decided_at, []).append(one.claim_id)
    found = {}
    for instant, claim_ids in by_instant.items():
        chosen = facts.claims_decided_at(employer_id, claim_ids, instant)
        families = facts.families_of(chosen, known_at=instant)
        found[instant] = _Then({one.claim.claim_id: one for one in chosen}, families)
    return found


class _Counted(NamedTuple):
    """A live decision of the replay, at its place."""

    place: int
    claim: Claim
    decision: engine.Decision


class _State:
    """What a family has used and had decided, built up by the replay alone."""

    def __init__(self, others: Sequence[tuple[int, tuple[AccumulatorEntry, ...]]]) -> None:
        self.balances = Balances()
        self.history: History = {}
        self._live: dict[int, _Counted] = {}
        self._others = others
        self._begun = 0

    def begin(self, family: Family, one: _Recorded) -> None:
        """Let the family stand as it stood before this decision."""
        while self._begun < len(self._others) and self._others[self._begun][0] < one.family_seq:
            self.balances.add(self._others[self._begun][1])
            self._begun += 1
        family.balances, family.history = self.balances, self.history
        if one.place is None:
            return
        family.balances, family.history = Balances(), {}
        for _, entries in self._others[: self._begun]:
            family.balances.add(entries)
        for known in sorted(self._live.values(), key=_by_place):
            if known.place < one.place:
                family.fold(known.claim, known.decision)

    def count(self, family: Family, one: _Recorded, claim: Claim, decision: engine.Decision) -> None:
        """Let the family's next claim see it."""
        family.balances, family.history = self.balances, self.history
        family.fold(claim, decision)
        self._live[claim.claim_id] = _Counted(one.place or one.family_seq, claim, decision)

    def take_back(self, claim_id: int) -> engine.Decision | None:
        """Undo the claim's live decision: the reversal that this makes; None where there is nothing to undo."""
        known = self._live.pop(claim_id, None)
        if known is None:
            return None
        turned = reversal_of(known.decision)
        self.balances.add(turned.entries)
        for prior in self.history.values():
            prior[:] = [one for one in prior if one.claim_id != claim_id]
        return turned


def _by_place(known: _Counted) -> int:
    return known.place


def _replayed(books: _Books, then: dict[datetime, _Then]) -> Iterator[tuple[int, str]]:
    states: dict[int, _State] = {}
    for one in books.decisions:
        state = states.get(one.family_id)
        if state is None:
            state = states[one.family_id] = _State(books.others.get(one.family_id, ()))
        known = then[one.decided_at]
        claim, family = known.claims[one.claim_id].claim, known.families[one.family_id].family
        state.begin(family, one)
        if one.outcome == Decision.Outcome.REVERSED:
            turned = state.take_back(one.claim_id)
            if turned is None or (_rows(one.id, claim, turned), turned.entries) != (one.lines, one.entries):
                yield one.id, f"decision {one.id}: not the opposite of the decision that it takes back"
            continue
        outcome = adjudicate(claim, family)
        if isinstance(outcome, engine.Pend):
            yield one.id, f"decision {one.id}: the replay pends the claim ({outcome.reasons[0].code})"
            continue
        state.count(family, one, claim, outcome)
        if _rows(one.id, claim, outcome) != one.lines:
            yield one.id, f"decision {one.id}: the replay decides otherwise"
        if outcome.entries != one.entries:
            yield one.id, f"decision {one.id}: the replay fills other accumulators"


def _rows(decision_id: int, claim: Claim, decision: engine.Decision) -> tuple[tuple[Any, ...], ...]:
    days = {line.number: line.from_on for line in claim.lines}
    return tuple(line_row(decision_id, line, days[line.number]) for line in decision.lines)
