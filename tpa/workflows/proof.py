"""The proof of an employer's books: every claim in one place, every sum right, every decision what the engine says.

The replay starts each family from nothing and decides its claims again, one after the other in the recorded order, on
the facts as they were known at the time; what comes out must be the recorded rows, text for text and cent for cent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Sum

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
from tpa.engine.adjudication.facts import Family, History
from tpa.engine.journal.accounts import claims_expense

SLICE = 500
"""Families replayed at once."""


class Proof(NamedTuple):
    """How many decisions were replayed, and everything that is wrong."""

    decisions_count: int
    faults: list[str]


def verify_books(*, employer_id: int, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Proof:
    """Prove the employer's books. Reads everything, changes nothing. `on_progress(families done, all)`."""
    with employer_scope(employer_id):
        found = [*claims.faults(), *accumulators.faults(), *ledger.faults(), *_ledger_beside_decisions()]
        families = list(Decision.objects.order_by("family_id").values_list("family_id", flat=True).distinct())
        count = 0
        for start in range(0, len(families), SLICE):
            part = families[start : start + SLICE]
            decisions = _recorded(part)
            found += _replayed(decisions, _facts_then(employer_id, decisions))
            count += len(decisions)
            on_progress(start + len(part), len(families))
        return Proof(count, found)


def _ledger_beside_decisions() -> Iterator[str]:
    """Every decision is in the ledger once, and claims expense is what the decisions pay."""
    approved = ledger.entries().filter(event__in=("claim_approved", "claim_denied")).count()
    decided = Decision.objects.exclude(outcome=Decision.Outcome.REVERSED).count()
    if approved != decided:
        yield f"{decided} decisions, {approved} entries of claims approved or denied"
    paid = DecisionLine.objects.values_list("line_of_coverage").annotate(Sum("paid_cents"))
    for name, cents in paid.order_by("line_of_coverage"):
        booked = ledger.balance(claims_expense(name)) if name else 0
        if booked != cents:
            yield f"claims expense {name}: {booked} in the ledger, {cents} in the decisions"


class _Recorded(NamedTuple):
    """A decision as the books have it."""

    id: int
    claim_id: int
    family_id: int
    family_seq: int
    outcome: str
    decided_at: datetime
    lines: tuple[tuple[Any, ...], ...]
    entries: tuple[AccumulatorEntry, ...]


def _recorded(family_ids: Sequence[int]) -> list[_Recorded]:
    """By family, in the order of decision."""
    rows = Decision.objects.filter(family_id__in=family_ids).order_by("family_id", "family_seq")
    lines: dict[int, list[tuple[Any, ...]]] = {}
    found = DecisionLine.objects.filter(decision__family_id__in=family_ids).order_by("decision_id", "number")
    for row in found.values_list(*LINE_COLUMNS):
        lines.setdefault(row[0], []).append(row)
    entries: dict[tuple[int, int], list[AccumulatorEntry]] = {}
    for one in accumulators.entries_of(family_ids):
        entry = AccumulatorEntry(one.member_id, one.code, one.period_on, one.amount, one.line_number)
        entries.setdefault((one.family_id, one.family_seq), []).append(entry)
    return [
        _Recorded(*row, tuple(lines.get(row[0], ())), tuple(entries.get((row[2], row[3]), ())))
        for row in rows.values_list("id", "claim_id", "family_id", "family_seq", "outcome", "decided_at")
    ]


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
        chosen = facts.chosen_claims(employer_id, claim_ids, known_at=instant)
        families = facts.families_of(chosen, known_at=instant)
        found[instant] = _Then({one.claim.claim_id: one for one in chosen}, families)
    return found


class _State:
    """What a family has used and had decided, built up by the replay alone."""

    def __init__(self) -> None:
        self.balances = Balances()
        self.history: History = {}
        self.last: dict[int, tuple[AccumulatorEntry, ...]] = {}

    def take_back(self, claim_id: int) -> tuple[AccumulatorEntry, ...]:
        """Undo the claim's last decision; the entries that this makes."""
        turned = tuple(entry._replace(amount=-entry.amount) for entry in self.last.pop(claim_id, ()))
        self.balances.add(turned)
        for prior in self.history.values():
            prior[:] = [one for one in prior if one.claim_id != claim_id]
        return turned


def _replayed(decisions: Iterable[_Recorded], then: dict[datetime, _Then]) -> Iterator[str]:
    states: dict[int, _State] = {}
    for one in decisions:
        state = states.setdefault(one.family_id, _State())
        if one.outcome == Decision.Outcome.REVERSED:
            if state.take_back(one.claim_id) != one.entries:
                yield f"decision {one.id}: not the opposite of the decision that it takes back"
            continue
        known = then[one.decided_at]
        family = known.families[one.family_id].family
        yield from _compared(one, known.claims[one.claim_id], family, state)


def _compared(one: _Recorded, waiting: facts.Waiting, family: Family, state: _State) -> Iterator[str]:
    claim = waiting.claim
    family.balances, family.history = state.balances, state.history
    outcome = adjudicate(claim, family)
    if isinstance(outcome, engine.Pend):
        yield f"decision {one.id}: the replay pends the claim ({outcome.reasons[0].code})"
        return
    family.fold(claim, outcome)
    state.last[claim.claim_id] = outcome.entries
    days = {line.number: line.from_on for line in claim.lines}
    if tuple(line_row(one.id, line, days[line.number]) for line in outcome.lines) != one.lines:
        yield f"decision {one.id}: the replay decides otherwise"
    if outcome.entries != one.entries:
        yield f"decision {one.id}: the replay fills other accumulators"
