"""What decisions change in all books at once: claims, accumulators, ledger, figures, queues. The caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from tpa.books.accumulators import selectors as accumulator_selectors
from tpa.books.accumulators import services as accumulators
from tpa.books.claims import facts
from tpa.books.claims import recording as decisions
from tpa.books.claims import services as claims
from tpa.books.claims.clocks import clocks_of
from tpa.books.claims.models import Decision
from tpa.books.claims.treatments import begin_treatments
from tpa.books.events import services as events
from tpa.books.ledger import services as ledger
from tpa.books.members import turns
from tpa.engine.adjudication import decision as engine
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Entry
from tpa.engine.journal.recipes.claim_approved import ClaimApproved
from tpa.engine.journal.recipes.claim_denied import ClaimDenied
from tpa.engine.journal.recipes.claim_reversed import ClaimReversed, Stage
from tpa.infra import day_counts, outbox, work_items
from tpa.infra.employers import open_employer
from tpa.workflows.claim_clocks import items_of
from tpa.workflows.totals import figures_of
from tpa.workflows.treatments import begun_by


class Counts(NamedTuple):
    """What became of claims that were taken up."""

    paid: int = 0
    denied: int = 0
    pended: int = 0
    parked: int = 0
    """Put aside because they break the engine."""
    closed: int = 0
    """Need no decision: they took another back, or were replaced before they were decided."""

    @property
    def total(self) -> int:
        """Claims that are off the list of work."""
        return sum(self)

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*map(sum, zip(self, other, strict=True)))


class Chunk(NamedTuple):
    """What came out of the engine for a chunk, and the numbers that the families give next.

    `decided` may hold reversals; `taken_back` then says, by the key of each reversal, which decision it takes back and
    how far its money had come.
    """

    waiting: list[facts.Waiting]
    decided: list[decisions.Decided]
    pended: list[tuple[facts.Waiting, engine.Pend]]
    next_seqs: dict[int, int]
    fresh_counts: dict[int, int]
    taken_back: Mapping[int, tuple[int, Stage]] = MappingProxyType({})


def record(chunk: Chunk, decided_at: datetime, decided_on: date) -> Counts:
    """Everything that the chunk's decisions change, under the families' locks."""
    decided, pended = chunk.decided, chunk.pended
    decisions.record_decisions(decided=decided, decided_at=decided_at, decided_on=decided_on)
    fresh = [one for one in decided if not one.is_reversal]
    begin_treatments(begun=begun_by(fresh))
    accumulators.add_entries(entries=_accumulator_entries(decided))
    ledger.post_entries(entries=[_entry(one, chunk, decided_on) for one in decided], recorded_at=decided_at)
    _pend(pended, decided_at)
    claims.add_totals(rows=figures_of(decided, decided_on, len(pended)))
    counts = [(decided_on, "decided", len(decided)), (decided_on, "pended", len(pended))]
    outbox.publish([*day_counts.counted(counts), *_news(decided)])
    claims.remove_work(claim_ids=[one.claim.claim_id for one in chunk.waiting])
    turns.end_turns(next_seqs=chunk.next_seqs)
    accumulators.write_checkpoints(
        family_ids=[
            family for family, count in chunk.fresh_counts.items() if count >= accumulator_selectors.CHECKPOINT_EVERY
        ]
    )
    denied = sum(one.outcome == Decision.Outcome.DENIED for one in fresh)
    return Counts(len(fresh) - denied, denied, len(pended))


def _news(decided: Sequence[decisions.Decided]) -> list[outbox.News]:
    """What other systems hear: which claims got which decision."""
    if not decided:
        return []
    told = {"claim_ids": [one.claim.claim_id for one in decided], "decision_ids": [one.decision_id for one in decided]}
    return [events.news("claims.decided", told)]


def _accumulator_entries(decided: Iterable[decisions.Decided]) -> list[accumulators.NewEntry]:
    entry = accumulators.NewEntry._make  # of the number in the family and what the engine has filed
    return [
        entry((one.family_id, one.family_seq, n, *filed))
        for one in decided
        for n, filed in enumerate(one.decision.entries, 1)
    ]


def _entry(one: decisions.Decided, chunk: Chunk, decided_on: date) -> Entry:
    """The ledger's entry of a decision or a reversal, by line of coverage."""
    denied = one.decision.outcome == Decision.Outcome.DENIED
    sums: dict[str, int] = {}
    for line in one.decision.lines:
        cents = line.charge_cents if denied else line.paid_cents
        sums[line.coverage_line] = sums.get(line.coverage_line, 0) + cents
    if not one.is_reversal:
        amounts = tuple(Amount(name, cents) for name, cents in sums.items())
        recipe = ClaimDenied if denied else ClaimApproved
        return entry_for(recipe(one.decision_id, decided_on, amounts))
    decision_id, stage = chunk.taken_back[one.decision_id]
    back = tuple(Amount(name, -cents) for name, cents in sums.items() if cents)
    if denied:
        return entry_for(ClaimReversed(decision_id, decided_on, "approved", (), back))
    return entry_for(ClaimReversed(decision_id, decided_on, stage, back))


def _pend(pended: Sequence[tuple[facts.Waiting, engine.Pend]], raised_at: datetime) -> None:
    """Note why claims wait and by when the law wants them decided; they stand in the queues then."""
    if not pended:
        return
    clocks = clocks_of([one.claim.claim_id for one, _ in pended], open_employer().time_zone)
    dues = [clocks[one.claim.claim_id].clock for one, _ in pended]
    claims.pend_claims(
        pends=[
            (pend, one.family_id, one.claim.member_id, due.due_on)
            for (one, pend), due in zip(pended, dues, strict=True)
        ],
        raised_at=raised_at,
    )
    work_items.open_items(
        item
        for (one, pend), due in zip(pended, dues, strict=True)
        for item in items_of(
            one.claim.claim_id,
            pend.reasons,
            sum(line.charge_cents for line in one.claim.lines),
            due,
            raised_at,
            queue=pend.reasons[0].queue,
        )
    )
