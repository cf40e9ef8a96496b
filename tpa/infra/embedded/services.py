"""The pair of servers in one folder, and the file that tells the application how to reach them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tpa.infra.embedded.postgres import PostgresServer
from tpa.infra.embedded.server import Server
from tpa.infra.embedded.valkey import ValkeyServer


class Services:
    """PostgreSQL and Valkey in `folder`, as long as `environment` does not name servers to use instead.

    `folder/embedded.json` remembers ports, passwords and keys; `folder/services.env` is written from it at every start.
    Both are readable by their owner alone.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self._memory = self.folder / "embedded.json"
        self._known: dict[str, Any] = json.loads(self._memory.read_text()) if self._memory.exists() else {}
        self._known.setdefault("keys", {}).setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        self._known["keys"].setdefault("MEMBER_HASH_KEY", secrets.token_hex(32))
        self.postgres = PostgresServer(self.folder / "postgres", self._known.setdefault("postgres", {}))
        self.valkey = ValkeyServer(self.folder / "valkey", self._known.setdefault("valkey", {}))
        offered: dict[str, Server] = {"DATABASE_URL": self.postgres, "REDIS_URL": self.valkey}
        self.servers = {name: server for name, server in offered.items() if not (environment or {}).get(name)}
        """Environment name -> server, for the servers that are ours to run."""

    def environment(self) -> dict[str, str]:
        """What the application needs to know, by the names that its settings read."""
        return {name: server.url for name, server in self.servers.items()} | self._known["keys"]

    def start(self, *, keep: bool = False) -> None:
        """Start what does not run; `keep` leaves it running after a `run`. Raises CannotStart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._known["keep"] = keep or self._known.get("keep", False)
            self._remember()  # before the first start: PostgreSQL takes its passwords once
            self._start_all()
            self._remember()
            lines = [f"{name}={value}\n" for name, value in self.environment().items()]
            _write_private(self.folder / "services.env", "".join(lines))

    def _start_all(self) -> None:
        """Both or none: what was started here is stopped again where its companion cannot start."""
        started: list[Server] = []
        try:
            for server in self.servers.values():
                if server.start():
                    started.append(server)
        except BaseException:
            for server in started:
                server.stop()
            raise

    def stop(self) -> list[str]:
        """Stop what runs; the names of the servers that were stopped."""
        if not self.folder.exists():
            return []
        with self._alone():
            stopped = [server.name for server in (self.valkey, self.postgres) if server.stop()]
            if self._known.pop("keep", False):
                self._remember()
        return stopped

    def kill(self) -> None:
        """SIGKILL both, as a power cut would."""
        self.valkey.kill()
        self.postgres.kill()

    def run(self, command: list[str]) -> int:
        """Run `command` with the servers up; its exit code. The last of several runs stops the servers.

        Ctrl-C reaches the command from the terminal; a request to end is passed on to it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "embedded.users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
                return self._run(command)
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if not self._known.get("keep"):
                        self.stop()

    def _run(self, command: list[str]) -> int:
        child: subprocess.Popen[bytes] | None = None
        told_to_end = False

        def end(*_: object) -> None:
            nonlocal told_to_end
            told_to_end = True
            if child:
                child.terminate()

        # Before the command is there, so that no signal finds the run unprepared. A handler and not SIG_IGN, which
        # the command would inherit.
        handlers = {signal.SIGINT: lambda *_: None, signal.SIGTERM: end, signal.SIGHUP: end}
        previous = {sign: signal.signal(sign, handler) for sign, handler in handlers.items()}
        try:
            child = subprocess.Popen(command, env={**os.environ, **self.environment()})
            if told_to_end:
                child.terminate()
            code = child.wait()
        finally:
            for sign, handler in previous.items():
                signal.signal(sign, handler)
        return code if code >= 0 else 128 - code

    def _remember(self) -> None:
        _write_private(self._memory, json.dumps(self._known, indent=2))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands at once start the servers once."""
        with (self.folder / "embedded.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._memory.exists():  # the other command may have chosen ports and passwords meanwhile
                _fold(self._known, json.loads(self._memory.read_text()))
            yield


def _fold(known: dict[str, Any], stored: dict[str, Any]) -> None:
    """Take the stored values over, in place: the servers hold parts of `known`."""
    for key, value in stored.items():
        if isinstance(value, dict):
            _fold(known.setdefault(key, {}), value)
        else:
            known[key] = value


def _write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file that only its owner reads."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
