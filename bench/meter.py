"""Time as it is paid: CPU seconds of this process and of its database backend, and the clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

_FORGET_PEAK = "5"
_LOCAL = ("127.0.0.1", "localhost", "")


class Spent:
    """What a block took, in seconds; `backend` is None where the server is on another machine."""

    wall = 0.0
    client = 0.0
    backend: float | None = None
    peak_mb = 0.0
    """The most memory that this process has held."""

    @property
    def cpu(self) -> float:
        """Client and backend together, as far as they can be seen."""
        return self.client + (self.backend or 0.0)


@contextmanager
def measured() -> Iterator[Spent]:
    """Measure a block that works on this thread's one connection."""
    spent, pid = Spent(), _backend()
    Path("/proc/self/clear_refs").write_text(_FORGET_PEAK)
    backend, client, wall = _cpu_of(pid), time.process_time(), time.perf_counter()
    yield spent
    spent.wall, spent.client = time.perf_counter() - wall, time.process_time() - client
    spent.peak_mb = _memory("VmHWM")
    if backend is not None:
        if _backend() != pid:
            raise RuntimeError("the block changed its connection: its backend's time is not known")
        spent.backend = (_cpu_of(pid) or backend) - backend


def machine_seconds() -> float:
    """CPU of ten million additions: how fast this machine is just now, for it may not always be.

    A virtual machine's processors are shared. Figures in CPU-seconds of two runs compare only as far as this does.
    """
    began, total = time.process_time(), 0
    for n in range(10_000_000):
        total += n
    return time.process_time() - began


def _backend() -> int | None:
    if settings.DATABASES["default"]["HOST"] not in _LOCAL:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_of(pid: int | None) -> float | None:
    """Seconds on a processor of a process of one thread, to the nanosecond (utime and stime count in hundredths)."""
    stat = Path(f"/proc/{pid}/schedstat")
    if pid is None or not stat.exists():
        return None
    return int(stat.read_text().split()[0]) / 1e9


def resident_mb() -> float:
    """The memory that this process holds now."""
    return _memory("VmRSS")


def _memory(name: str) -> float:
    """Megabytes (2^20 bytes) of this process: VmRSS is now, VmHWM the most since it was last forgotten."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024
