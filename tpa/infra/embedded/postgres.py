"""PostgreSQL in a folder: made once, fast but durable, on the loopback only."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tpa.infra.embedded.accounts import Account
from tpa.infra.embedded.errors import CannotStart
from tpa.infra.embedded.programs import Program, postgres_program
from tpa.infra.embedded.server import Server

_OWNER = "postgres"
_ROLE = "tpa"
_DATABASE = "tpa"
_MEGABYTE = 1 << 20


class PostgresServer(Server):
    """A cluster in `folder/data`, with the application's role (never a superuser) and its database."""

    name = "PostgreSQL"
    gentle, firm = signal.SIGINT, signal.SIGQUIT
    remains = ("postmaster.pid", "shared memory block", "could not bind", "could not create any TCP/IP sockets")

    def __init__(self, folder: Path, known: dict[str, Any]) -> None:
        super().__init__(folder, known)
        known.setdefault("owner_password", secrets.token_urlsafe(24))
        self._data = self.folder / "data"
        self._program: Program | None = None

    @property
    def url(self) -> str:
        return f"postgres://{_ROLE}:{self.known['password']}@127.0.0.1:{self.port}/{_DATABASE}"

    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    def _prepare(self) -> Account:
        version = self._data / "PG_VERSION"
        program = self._program = postgres_program(self.folder, int(version.read_text()) if version.exists() else None)
        if not version.exists():
            self._initialise(program)
        return program.account

    def _initialise(self, program: Program) -> None:
        """initdb beside the data folder and renamed, so that an interrupted one leaves no half cluster behind."""
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as password:
            password.write(self.known["owner_password"])
            password.flush()
            os.chown(password.name, program.account.owner, -1)
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if program.major >= 17 else []
            code, output = program.account.run(
                [
                    str(program.path.with_name("initdb")),
                    f"--pgdata={unfinished}",
                    f"--username={_OWNER}",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--data-checksums",
                    *locale,
                ],
                self.folder,
            )
        if code:
            raise CannotStart(f"PostgreSQL could not make its data folder: {output.strip()[-300:]}")
        unfinished.rename(self._data)

    def _command(self) -> list[str]:
        if self._program is None:
            raise CannotStart("PostgreSQL was not prepared.")
        settings = [option for name, value in self._settings().items() for option in ("-c", f"{name}={value}")]
        return [str(self._program.path), "-D", str(self._data), *settings]

    def _settings(self) -> dict[str, str | int]:
        """Sized by this machine. Durability stays as PostgreSQL ships it: fsync, full pages, synchronous commit."""
        memory = _memory()
        free = shutil.disk_usage(self.folder).free
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "max_locks_per_transaction": 1024,  # a migration of many employers holds a lock per table and index
            "shared_buffers": f"{min(max(memory // 8, 64 * _MEGABYTE), 1024 * _MEGABYTE) // _MEGABYTE}MB",
            "effective_cache_size": f"{memory // 2 // _MEGABYTE}MB",
            "maintenance_work_mem": f"{min(memory // 32, 256 * _MEGABYTE) // _MEGABYTE}MB",
            "work_mem": "16MB",
            "max_wal_size": f"{min(max(free // 16, 256 * _MEGABYTE), 4096 * _MEGABYTE) // _MEGABYTE}MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
        }

    def _connection(self, password: str, user: str, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=password, dbname=database,
            connect_timeout=3, autocommit=True,
        )  # fmt: skip

    def _answers(self) -> bool:
        status = self._pid_file().read_text().splitlines()[7:] if self._pid_file().exists() else []
        if [line.strip() for line in status] != ["ready"]:
            return False  # looking is cheaper than knocking, and leaves the log readable
        try:
            self._connection(self.known["owner_password"], _OWNER, "postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _complete(self) -> None:
        """The application's role and database; a second time changes nothing but the password, to the known one."""
        with self._connection(self.known["owner_password"], _OWNER, "postgres") as connection:
            exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_ROLE]).fetchone()
            verb = sql.SQL("ALTER" if exists else "CREATE")
            rights = sql.SQL("LOGIN CREATEROLE CREATEDB NOSUPERUSER PASSWORD {}").format(self.known["password"])
            connection.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(_ROLE), rights))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(_DATABASE), sql.Identifier(_ROLE)))


def _memory() -> int:
    """Bytes of memory that this machine, or the container around us, may use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else ""
    return min(total, int(text)) if text.isdigit() else total
