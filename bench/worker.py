"""A worker of its own: `python -m bench.worker` reads an employer's key a line and decides what waits for that employer.

It says `ready`, and after each line how long it took on the clock, in JSON. The bench starts one or two of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from django.db import connection

from tests import databases
from tpa.workflows.adjudication import decide_waiting

_LOOP = """
import time
began = time.perf_counter()
for _ in range(20_000_000):
    pass
print(time.perf_counter() - began)"""


@contextmanager
def workers(count: int) -> Iterator[list[Worker]]:
    """So many workers on the database at which this process is."""
    address = databases.database_url(connection.settings_dict["NAME"])
    with ExitStack() as stack:
        yield [stack.enter_context(_started(address)) for _ in range(count)]


@contextmanager
def _started(address: str) -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bench.worker"],
        cwd=databases.ROOT,
        env={**os.environ, "DATABASE_URL": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        worker = Worker(process)
        worker.answer("ready")
        yield worker


def most(count: int) -> float:
    """How much faster so many processes are than one on this machine where they wait for nothing and share nothing.

    No number of workers is faster than that. Two processors that are two threads of one core do not make two.
    """
    return count * _loops(1) / _loops(count)


def _loops(count: int) -> float:
    """Seconds on the clock that the slowest of so many processes takes for the same calculation, all at once."""
    running = [
        subprocess.Popen([sys.executable, "-c", _LOOP], cwd=databases.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    return max(float(process.communicate()[0]) for process in running)


class Worker:
    """A worker process, seen from the bench."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def decide(self, employer_id: int) -> None:
        """Let it decide what waits for an employer."""
        self._to.write(f"{employer_id}\n")
        self._to.flush()

    def seconds(self) -> float:
        """How long the last took; waits for it."""
        return float(json.loads(self.answer("{"))["seconds"])

    def answer(self, begin: str) -> str:
        """The next line. Raises RuntimeError where it is not what is expected."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith(begin):
            raise RuntimeError(f"the worker says {line!r}")
        return line

    @property
    def _to(self) -> IO[str]:
        if self._process.stdin is None:
            raise RuntimeError("the worker has no input")
        return self._process.stdin


def main() -> None:
    """Decide for whom it is told, until the input ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        decide_waiting(employer_id=int(line))
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    main()
