"""`python -m tpa.infra.embedded start | stop | status | run COMMAND ...`"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tpa.infra.embedded.errors import CannotStart
from tpa.infra.embedded.services import Services

_FOLDER = Path(__file__).resolve().parents[3] / "var"


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 1 refused or (status) not running, with `run` that of the command."""
    parser = argparse.ArgumentParser(prog="python -m tpa.infra.embedded", description="The servers of one machine.")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where they keep their data (var/)")
    parser.add_argument("action", choices=["start", "stop", "status", "run"])
    parser.add_argument("command", nargs=argparse.REMAINDER, help="with run: what to run while they are up")
    asked = parser.parse_args(arguments)
    try:
        return _ACTIONS[asked.action](Services(asked.folder, os.environ), asked.command)
    except CannotStart as refusal:
        print(f"{refusal.message} {refusal.remedy}".strip(), file=sys.stderr)
    except PermissionError as closed:
        print(f"{closed.filename} is closed to this account. Use the account that made it.", file=sys.stderr)
    return 1


def _start(services: Services, _command: list[str]) -> int:
    services.start(keep=True)
    return _status(services, [])


def _stop(services: Services, _command: list[str]) -> int:
    stopped = services.stop()
    print(f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def _status(services: Services, _command: list[str]) -> int:
    for server in services.servers.values():
        place = f"runs on 127.0.0.1:{server.port} (process {server.pid})" if server.pid else "does not run"
        print(f"{server.name} {place}.")
    if not services.servers:
        print("DATABASE_URL and REDIS_URL name the servers; none is started here.")
    return 0 if all(server.pid for server in services.servers.values()) else 1


def _run(services: Services, command: list[str]) -> int:
    return services.run(command)


_ACTIONS = {"start": _start, "stop": _stop, "status": _status, "run": _run}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
