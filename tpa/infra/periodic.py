"""The schedule in code: time slots in UTC, each started once, however many beats run or die.

A wake-up that gets lost comes again in the next slot. Work for which that is too late keeps its own row per period.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from celery import Task
from django.db import connection

from tenants import directory
from tpa.infra import clock
from tpa.infra.logs import logger

CANARY = "canary"

_CLAIM = """
INSERT INTO infra_tick (name, slot, at) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE SET slot = excluded.slot, at = excluded.at WHERE infra_tick.slot < excluded.slot
RETURNING slot"""


class Periodic(NamedTuple):
    """A task to be started every so often: once, or once for every open employer."""

    task: Task
    every: timedelta

    @property
    def name(self) -> str:
        """The task's name."""
        return self.task.name


def dispatch(entries: Iterable[Periodic]) -> int:
    """Start every entry whose slot has not been started; how many messages went out."""
    instant, sent = clock.now(), 0
    for entry in entries:
        slot = int(instant.timestamp() // entry.every.total_seconds())
        if not claim_slot(entry.name, slot):
            continue
        targets = [{}] if entry.task.public else [{"employer_id": e.pk} for e in directory.open_employers()]
        for kwargs in targets:
            try:
                entry.task.apply_async(kwargs=kwargs)
                sent += 1
            except ConnectionError as error:
                logger(__name__).warning("the broker does not answer", task=entry.name, error=str(error))
    return sent


def claim_slot(name: str, slot: int) -> bool:
    """Whether the caller is the first to claim this slot of that name."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [name, slot, clock.now()])
        return cursor.fetchone() is not None


def record_sign_of_life() -> None:
    """Called by a worker that has taken a message off the queue."""
    claim_slot(CANARY, int(clock.now().timestamp()))


def seconds_without_sign_of_life() -> float | None:
    """How long no worker has taken a message; None where none ever did. Two minutes mean a deaf worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM %s - at)::float FROM infra_tick WHERE name = %s", [clock.now(), CANARY]
        )
        row = cursor.fetchone()
    return row[0] if row else None
