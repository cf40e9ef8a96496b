"""Valkey (or Redis) in a folder: appended to disk every second, on the loopback only, with a password."""

from __future__ import annotations

import os
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tpa.infra.embedded.accounts import Account
from tpa.infra.embedded.errors import CannotStart
from tpa.infra.embedded.programs import Program, valkey_program
from tpa.infra.embedded.server import Server


class ValkeyServer(Server):
    """A server whose append-only file is in `folder`."""

    name = "Valkey"
    remains = ("Address already in use",)
    _program: Program | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.known['password']}@127.0.0.1:{self.port}/0"

    def _pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    def _prepare(self) -> Account:
        self._program = valkey_program(self.folder)
        return self._program.account

    def _command(self) -> list[str]:
        if self._program is None:
            raise CannotStart("Valkey was not prepared.")
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.known['password']}\n"
            f'dir "{self.folder}"\npidfile "{self._pid_file()}"\n'
            'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n'
            "daemonize no\nset-proc-title no\n"
        )
        if os.geteuid() == 0:
            os.chown(settings, self._program.account.owner, -1)
        return [str(self._program.path), str(settings)]

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=3, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
