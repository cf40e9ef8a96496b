"""An installation of its own: PostgreSQL and Valkey in a folder, a Celery worker and beat, and a clock that runs fast.

The application's clock plays a minute a second, so that what the sweep does after half a minute it does at once. The
installation restarts processes that were killed, as a machine's supervisor does, and does nothing else for them.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from tenants import directory
from tests import databases
from tests.brokers import at_broker
from tpa.infra.embedded import processes
from tpa.infra.embedded.services import Services

_PLAYED_FROM = datetime(2026, 4, 2, 12, tzinfo=UTC)
_TICK_SECONDS, _PLAYED_SECONDS = 0.1, 6
_NAMES = ("HOST", "PORT", "USER", "PASSWORD", "NAME")
_CELERY = (sys.executable, "-m", "celery", "-A", "tests.survival.celery_app")


@contextmanager
def at_servers(services: Services) -> Iterator[None]:
    """This process works with the servers of `services` inside the block."""
    usual = dict(connection.settings_dict)
    with psycopg.connect(services.postgres.url) as there:
        info = there.info
        place = dict(zip(_NAMES, (info.host, str(info.port), info.user, info.password, info.dbname), strict=True))
    _go(place)
    try:
        with at_broker(services.valkey.url):
            yield
    finally:
        _go({name: usual[name] for name in _NAMES})


def _go(place: dict[str, str]) -> None:
    connection.close()
    connection.close_pool()
    for known in (settings.DATABASES["default"], connection.settings_dict):
        known.update(place)
    directory.forget()


def copy_database(name: str, template: str, *, instead_of: str) -> None:
    """A database like `template`; this process goes there, and `instead_of` goes (fewer files to check after a crash)."""
    with databases._maintenance() as server:
        databases.go_to_database("postgres")
        databases._drop(server, instead_of)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    databases.go_to_database(name)


class Installation:
    """Worker and beat on the database at which this process is; `pool` is the worker's number of processes."""

    def __init__(self, services: Services, folder: Path, *, pool: int = 2, seed: int | None = None) -> None:
        self.services = services
        self._folder, self._seed = folder, seed
        self._commands = {
            "worker": [*_CELERY, "worker", "--concurrency", str(pool), "--loglevel", "warning"],
            "beat": [*_CELERY, "beat", "--loglevel", "warning", "--schedule", str(folder / "beat")],
        }
        self._children: dict[str, subprocess.Popen] = {}
        self._clock, self._stopped = folder / "clock", threading.Event()
        self._ticking = threading.Thread(target=self._tick)

    def __enter__(self) -> "Installation":
        self._set_clock(_PLAYED_FROM)
        self._ticking.start()
        for name in self._commands:
            self._start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._children:
            self._end(name)
        self._stopped.set()
        self._ticking.join()

    def pause(self, seconds: float) -> None:
        """Let the others work for a while."""
        self._stopped.wait(seconds)

    def kill_pool(self) -> None:
        """SIGKILL the processes in which the worker decides; the worker itself replaces them."""
        processes.kill(processes.children_of(self._children["worker"].pid))

    def kill(self, name: str) -> None:
        """SIGKILL a process with all that it started, and start it again."""
        self._end(name)
        self._start(name)

    def empty_broker(self) -> None:
        """SIGKILL Valkey, remove everything that it kept, and start it again at the same place."""
        valkey = self.services.valkey
        valkey.kill()
        for kept in valkey.folder.glob("appendonlydir*"):
            shutil.rmtree(kept)
        valkey.start()

    def crash_database(self) -> None:
        """SIGKILL PostgreSQL's whole tree, and start it again."""
        self.services.postgres.kill()
        self.services.postgres.start()
        connection.close()
        connection.close_pool()

    def log(self) -> str:
        """The last that the processes had to say."""
        return "\n".join(path.read_text()[-3000:] for path in sorted(self._folder.glob("*.log")))

    def _start(self, name: str) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": databases.database_url(connection.settings_dict["NAME"]),
            "REDIS_URL": self.services.valkey.url,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_POOL": "4",
            "TEST_CLOCK": str(self._clock),
            "LOG_LEVEL": "WARNING",
        }
        if self._seed is not None:
            environment["SURVIVAL_SEED"] = str(self._seed)
        with (self._folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                self._commands[name],
                cwd=databases.ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _end(self, name: str) -> None:
        child = self._children[name]
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _tick(self) -> None:
        played = _PLAYED_FROM
        while not self._stopped.wait(_TICK_SECONDS):
            played += timedelta(seconds=_PLAYED_SECONDS)
            self._set_clock(played)

    def _set_clock(self, played: datetime) -> None:
        beside = self._clock.with_suffix(".new")
        beside.write_text(played.isoformat(), encoding="ascii")
        beside.replace(self._clock)
