"""What both servers have in common: one process, detached, that is known again by its number and command line."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tpa.infra.embedded import processes
from tpa.infra.embedded.accounts import Account
from tpa.infra.embedded.errors import CannotStart

CRASH_RETRY_SECONDS = 30
"""How long a start is repeated while the remains of a killed server are in its way."""
READY_SECONDS = 300
"""How long a live server may take to recover before it counts as broken."""
STOP_SECONDS = 60
_NEEDED_BYTES = 512 * 1024 * 1024


class Server(ABC):
    """A server in `folder`. `known` holds its port and passwords, is filled in here and kept by the caller."""

    name = ""
    gentle, firm = signal.SIGTERM, signal.SIGKILL
    """Signals that end the server: with everything in order, and at once."""
    remains: tuple[str, ...] = ()
    """Texts in the log which say that an earlier process of this server is not quite gone, or the port just went."""

    def __init__(self, folder: Path, known: dict[str, Any]) -> None:
        self.folder = folder.resolve()
        self.known = known
        known.setdefault("password", secrets.token_urlsafe(24))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """TCP port on 127.0.0.1; it may change at a start where another program has taken it."""
        return int(self.known["port"])

    @property
    @abstractmethod
    def url(self) -> str:
        """Address with password, as the settings take it."""

    @property
    def pid(self) -> int | None:
        """Process number of the running server; None where it does not run."""
        try:
            pid = int(self._pid_file().read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.folder) in processes.command_of(pid) else None

    def start(self) -> bool:
        """Start unless it runs already; whether it was started. Raises CannotStart."""
        if self.pid and self._answers():
            return False
        self._reap()
        self._check_folder()
        account = self._prepare()
        deadline = time.monotonic() + CRASH_RETRY_SECONDS
        while not self._launched(account):
            ending = self._log_ending()
            if not any(sign in ending for sign in self.remains) or time.monotonic() > deadline:
                raise CannotStart(
                    f"{self.name} did not start: {ending.strip().splitlines()[-1] if ending.strip() else 'no reason given'}.",
                    remedy=f"See {self._log()}.",
                )
            time.sleep(0.25)
        self._complete()
        return True

    def stop(self) -> bool:
        """Stop in good order; whether it was running. Never touches a process that is not this folder's."""
        running = self.pid
        for sign in (self.gentle, self.firm):
            pid = self.pid
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
                processes.wait_until(lambda: self.pid is None, STOP_SECONDS)
        self._reap()
        return running is not None

    def kill(self) -> None:
        """SIGKILL the server and its children, as a power cut would. For tests of what must survive that."""
        pid = self.pid
        if pid:
            processes.kill([pid, *processes.children_of(pid)])
            processes.wait_until(lambda: self.pid is None, STOP_SECONDS)
        self._reap()

    def _reap(self) -> None:
        """Take leave of a server that was our own child and has ended: a zombie looks alive to its successor."""
        if self._process and self.pid is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self._process = None

    @abstractmethod
    def _pid_file(self) -> Path:
        """The file in which the server keeps its process number."""

    @abstractmethod
    def _prepare(self) -> Account:
        """Make what the first start needs; the account to run under."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The program with its arguments."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server answers to its password now."""

    def _complete(self) -> None:  # noqa: B027 - most servers need nothing more
        """Make what needs a running server."""

    def _check_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        if free < _NEEDED_BYTES:
            raise CannotStart(
                f"{self.folder} has {free >> 20} MB left, and {self.name} needs {_NEEDED_BYTES >> 20}.",
                remedy="Free some space on that disk.",
            )

    def _launched(self, account: Account) -> bool:
        """Run the program until it answers (True) or has ended (False)."""
        self.known["port"] = processes.free_port(self.known.get("port"))
        with self._log().open("ab") as log:
            process = self._process = account.popen(self._command(), self.folder, log)
        processes.wait_until(lambda: process.poll() is not None or self._answers(), READY_SECONDS)
        return process.poll() is None

    def _log(self) -> Path:
        return self.folder.with_suffix(".log")

    def _log_ending(self) -> str:
        lines = self._log().read_text(errors="replace").splitlines()
        return "\n".join(lines[-8:])
