"""The demo's own processes: web server, Celery worker and beat, started as children and stopped with the demo."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tpa.infra.processes import BEAT, WEB, WORKER
from tpa.kernel.errors import DomainError

STOP_SECONDS = 15
Check = Callable[[], None]


class PortTakenError(DomainError):
    """Another program listens where the demo's web server would."""

    code = "demo_port"


class ChildDiedError(DomainError):
    """A child of the demo ended at once."""

    code = "demo_child"


def commands(port: int) -> dict[str, list[str]]:
    """Name -> command line: the processes of every installation, here on the loopback and by this Python."""
    programs = {"web": (*WEB, f"--bind=127.0.0.1:{port}"), "worker": WORKER, "beat": BEAT}
    return {name: [sys.executable, "-m", *program] for name, program in programs.items()}


def refuse_taken(port: int) -> None:
    """Raise PortTakenError where something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} is taken by another program.", remedy="Stop that program, or say `make demo PORT=8001`."
            ) from error


@contextmanager
def running(names: tuple[str, ...], port: int, folder: Path, environment: dict[str, str]) -> Iterator[Check]:
    """These processes run inside the block, each with its log in `folder`; all are stopped at its end.

    What the block gets raises ChildDiedError, when called, once one of them has ended by itself.
    """
    started: dict[str, subprocess.Popen[bytes]] = {}

    def check() -> None:
        for name, child in started.items():
            if child.poll() is not None:
                raise ChildDiedError(f"The {name} process ended.", remedy=f"var/{name}.log says why.")

    with ExitStack() as children:
        for name in names:
            log = children.enter_context((folder / f"{name}.log").open("ab"))
            child = subprocess.Popen(
                commands(port)[name],
                cwd=folder.parent,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            (folder / f"{name}.pid").write_text(str(child.pid), encoding="ascii")
            started[name] = child
            children.callback(stop, child, folder / f"{name}.pid")
        yield check


def stop(child: subprocess.Popen[bytes], pid_file: Path) -> None:
    """End a child and everything that it started: politely, then for good."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            os.killpg(child.pid, sign)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    pid_file.unlink(missing_ok=True)


def answers(port: int) -> bool:
    """Whether the web server takes connections."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
