"""The account under which a server's programs run.

PostgreSQL refuses to run as root. As root, its programs are handed to `nobody`; where that account cannot reach the
files (a checkout under /root), they keep root's files but not its rights inside a user namespace; and where a container
forbids namespaces, `nobody` gets the one capability to pass folders closed to it. No permission of a folder above ours
is ever changed.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tpa.infra.embedded.errors import CannotStart, Unfit

_OUTSIDER = "nobody"
_TRY = 'test -w "$1" && exec "$0" --version'
"""Shell words that prove an account fit; by full path, since a folder entered as root stays open to whom it is closed."""


@dataclass(frozen=True)
class Account:
    """How to run a program, and who owns the files that it writes."""

    owner: int
    """User id that owns the server's folder, as seen from outside."""
    prefix: tuple[str, ...] = ()
    """Command that sets the account up before the program itself."""
    drop_to: int | None = None
    """User id that the child process takes on; needs root."""

    def popen(self, command: list[str], folder: Path, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start `command` in `folder`, detached from the terminal, in a plain environment."""
        group = None if self.drop_to is None else pwd.getpwuid(self.drop_to).pw_gid
        return subprocess.Popen(
            [*self.prefix, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            user=self.drop_to,
            group=group,
            extra_groups=None if self.drop_to is None else [],
        )

    def run(self, command: list[str], folder: Path) -> tuple[int, str]:
        """Exit code and output of `command`; 127 where it cannot be started at all."""
        try:
            process = self.popen(command, folder, subprocess.PIPE)
        except OSError as error:
            return 127, str(error)
        output = process.communicate()[0].decode(errors="replace")
        return process.returncode, output

    def give(self, path: Path) -> None:
        """Make `path` and all below it the account's own."""
        if os.geteuid() != 0 or path.stat().st_uid == self.owner:
            return
        for below in (path, *path.rglob("*")):
            os.chown(below, self.owner, -1, follow_symlinks=False)


def account_for(program: Path, folder: Path) -> Account:
    """The first account that can run `program` with `folder` as its own, a folder that exists already.

    Raises Unfit where none can, CannotStart where the machine lacks the account that any program would need.
    """
    problem = ""
    for account in _accounts():
        account.give(folder)
        code, output = account.run(["/bin/sh", "-c", _TRY, str(program), str(folder)], folder)
        if code == 0:
            return account
        problem = output.strip().splitlines()[-1] if output.strip() else f"{folder} is closed to it"
    raise Unfit(f"{program}: {problem}")


def _accounts() -> Iterator[Account]:
    """The possible accounts of this process, the plainest first."""
    me = os.geteuid()
    if me != 0:
        try:
            pwd.getpwuid(me)
        except KeyError:
            raise CannotStart(
                f"User id {me} has no account on this machine, which PostgreSQL needs.",
                remedy="Run as a user of the machine, or set DATABASE_URL to a server of yours.",
            ) from None
        yield Account(owner=me)
        return
    try:
        outsider = pwd.getpwnam(_OUTSIDER)
    except KeyError:
        raise CannotStart(
            f"PostgreSQL may not run as root, and there is no account '{_OUTSIDER}'.", remedy="Run as an ordinary user."
        ) from None
    uid, gid = str(outsider.pw_uid), str(outsider.pw_gid)
    yield Account(owner=outsider.pw_uid, drop_to=outsider.pw_uid)
    yield Account(owner=0, prefix=("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"))
    pass_folders = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup")
    yield Account(
        owner=outsider.pw_uid, prefix=("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *pass_folders)
    )
