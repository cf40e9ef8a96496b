"""Deciding claims: one transaction per chunk of families, everything by sets, the family's row lock as the lease.

A worker takes families that nobody else holds, decides their waiting claims in the order of receipt, writes decisions,
accumulator entries, postings, pends and totals by COPY, and commits. Killed anywhere it leaves nothing behind. A claim
that breaks an invariant loses its chunk's transaction; the chunk is then decided again in smaller parts, until that
claim alone is put aside, as a pend in the technical queue, and all others are decided.
"""

import math
import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, transaction

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.claims import facts
from tpa.books.claims import recording as decisions
from tpa.books.claims.models import Decision
from tpa.books.members import turns
from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.rules.claim.replacement import REPLACES
from tpa.infra import clock
from tpa.infra.copy import look_up_by_index
from tpa.infra.employers import require_open
from tpa.infra.garbage import collection_paused
from tpa.infra.logs import logger
from tpa.infra.sequences import next_ids
from tpa.kernel.errors import InvariantError
from tpa.workflows.booking import Chunk, Counts, record
from tpa.workflows.replacements import before_corrections, settle
from tpa.workflows.wake_ups import wake

CHUNK = 1000
"""Claims in a transaction, at most. More would save few statements and hold families for longer."""
AT_ONCE = 20
"""Claims of a family, at most, that are decided while somebody waits for the answer."""
POISON = engine.PendReason("poison", "technical")
MOST_PARKED = 20
"""Claims that one run puts aside. More of them are not the claims' fault: the run stops, and the work stays."""


def decide_waiting(*, employer_id: int, chunk: int = CHUNK, seconds: float = math.inf) -> Counts:
    """Decide the employer's waiting claims until a whole round through its families finds none to take.

    Families that another worker holds are that worker's. Any number of workers may run this at once. After `seconds` no
    new chunk is begun, and another worker is woken for the rest.
    """
    after, taken, until = 0, 0, time.monotonic() + seconds
    with employer_scope(employer_id) as employer:
        require_open(employer)
        run = _Run(employer, chunk)
        while True:
            if time.monotonic() > until:
                wake("decide_claims", employer_id=employer_id)
                return run.done
            families = facts.families_with_work(after=after, limit=chunk)
            if families:
                taken += run.decide(families)
                after = families[-1]
            elif taken:
                after = taken = 0
            else:
                return run.done


def decide_families(*, employer: Employer, family_ids: Sequence[int], limit: int = CHUNK) -> Counts:
    """Decide up to `limit` waiting claims of those of the families that are free: one transaction.

    A fixed number of statements, whatever the number of claims. Raises whatever breaks; nothing is changed then.
    """
    with collection_paused(), transaction.atomic():
        look_up_by_index()
        waiting, next_seqs = _take(employer, family_ids, limit)
        return _decide(employer, waiting, next_seqs) if waiting else Counts()


class Made(NamedTuple):
    """A decision as it was recorded: when, and on which day where the employer is."""

    decided: decisions.Decided
    at: datetime
    on: date


def decide_at_once(*, employer: Employer, family_id: int) -> list[Made] | None:
    """Decide what waits for one family, inside the caller's transaction; None if it must be left to the workers.

    Gives the decisions that nothing which waited with them has touched since: of one claim alone.

    A family that a worker holds, one with more than a few claims waiting, and one with a claim that breaks something are
    left: a fault costs the caller nothing but the answer.
    """
    try:
        with transaction.atomic():
            waiting, next_seqs = _take(employer, [family_id], AT_ONCE + 1)
            if not 0 < len(waiting) <= AT_ONCE:
                return None
            made: list[Made] | None = [] if len(waiting) == 1 else None
            while _decide(employer, waiting, next_seqs, made).total and any(
                one.claim.frequency in REPLACES for one in waiting
            ):
                waiting, next_seqs = _take(employer, [family_id], AT_ONCE)
            return made or []
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        logger(__name__).warning("left to the workers", family_id=family_id, fault=repr(fault)[:200])
        return None


def _take(employer: Employer, family_ids: Sequence[int], limit: int) -> tuple[list[facts.Waiting], dict[int, int]]:
    """Lock what is free of the families; their waiting claims, and the next number of each."""
    next_seqs = turns.take_turns(family_ids=family_ids)
    return (facts.waiting_claims(employer.pk, list(next_seqs), limit) if next_seqs else []), next_seqs


def _decide(
    employer: Employer,
    waiting: list[facts.Waiting],
    next_seqs: dict[int, int],
    made: list[Made] | None = None,
) -> Counts:
    """Decide them; of each family only the claims before its next replacement or void, or that one alone.

    What is decided, and not by a correction, is added to `made`.
    """
    counts = Counts()
    plain, corrections = before_corrections(waiting)
    if plain:
        decided_at = clock.now()
        decided_on = decided_at.astimezone(ZoneInfo(employer.time_zone)).date()
        chunk = _decided(plain, next_seqs)
        counts = record(chunk, decided_at, decided_on)
        if made is not None:
            made += [Made(one, decided_at, decided_on) for one in chunk.decided]
    for one in corrections:
        counts = counts.plus(settle(employer, one, next_seqs))
    return counts


def _decided(waiting: list[facts.Waiting], next_seqs: dict[int, int]) -> Chunk:
    families = facts.families_of(waiting)
    outcomes: list[tuple[facts.Waiting, engine.Decision, int]] = []
    pended: list[tuple[facts.Waiting, engine.Pend]] = []
    moved: dict[int, int] = {}
    fresh_counts: dict[int, int] = {}
    for one in waiting:
        known = families[one.family_id]
        outcome = adjudicate(one.claim, known.family)
        if isinstance(outcome, engine.Pend):
            pended.append((one, outcome))
            continue
        known.family.fold(one.claim, outcome)
        seq = moved.get(one.family_id, next_seqs[one.family_id])
        moved[one.family_id] = seq + 1
        if outcome.entries:
            fresh_counts[one.family_id] = fresh_counts.get(one.family_id, known.fresh_count) + len(outcome.entries)
        outcomes.append((one, outcome, seq))
    keys = next_ids(Decision, len(outcomes))
    decided = [
        decisions.Decided(key, one.version, one.family_id, seq, one.claim, outcome)
        for key, (one, outcome, seq) in zip(keys, outcomes, strict=True)
    ]
    return Chunk(waiting, decided, pended, moved, fresh_counts)


class _Run:
    """One worker's run: what breaks on one claim does not hold up the others."""

    def __init__(self, employer: Employer, limit: int) -> None:
        self._employer, self._limit = employer, limit
        self.done = Counts()

    def decide(self, family_ids: Sequence[int]) -> int:
        """As `decide_families`, in smaller and smaller parts where something breaks; how many claims were taken up.

        A fault of the connection is not the claim's: it is raised, and the work stays on its list.
        """
        try:
            return self._count(decide_families(employer=self._employer, family_ids=family_ids, limit=self._limit))
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            logger(__name__).warning(
                "chunk undone, trying its parts", families=len(family_ids), fault=repr(fault)[:200]
            )
        if len(family_ids) == 1:
            return self._one_by_one(family_ids)
        half = math.ceil(len(family_ids) / 2)
        return self.decide(family_ids[:half]) + self.decide(family_ids[half:])

    def _count(self, counts: Counts) -> int:
        self.done = self.done.plus(counts)
        return counts.total

    def _one_by_one(self, family_ids: Sequence[int]) -> int:
        taken = 0
        while taken < self._limit and (count := self._count(self._decide_or_park(family_ids))):
            taken += count
        return taken

    def _decide_or_park(self, family_ids: Sequence[int]) -> Counts:
        """Decide the family's next claim, or put it aside with what went wrong: the kind of fault, no data of the claim."""
        with transaction.atomic():
            waiting, next_seqs = _take(self._employer, family_ids, 1)
            if not waiting:
                return Counts()
            try:
                with transaction.atomic():
                    return _decide(self._employer, waiting, next_seqs)
            except (OperationalError, InterfaceError):
                raise
            except Exception as fault:
                if self.done.parked >= MOST_PARKED:
                    raise
                return _park(waiting[0], fault)


def _park(one: facts.Waiting, fault: Exception) -> Counts:
    logger(__name__).critical("claim put aside", claim_id=one.claim.claim_id, fault=type(fault).__name__)
    detail = str(fault) if isinstance(fault, InvariantError) else type(fault).__name__
    pend = engine.Pend(one.claim.claim_id, (POISON._replace(detail=detail[:400]),))
    raised_at = clock.now()
    record(Chunk([one], [], [(one, pend)], {}, {}), raised_at, raised_at.date())
    return Counts(parked=1)
