"""`manage.py demo [--once] [--port 8000]`: a whole TPA with a year of synthetic business, running on this machine."""

from __future__ import annotations

import os
import signal
import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tpa.kernel.errors import DomainError
from tpa.workflows.demo import play, processes, report, set_up
from tpa.workflows.demo.book import make_book
from tpa.workflows.demo.door import Door
from tpa.workflows.demo.population import PLAN_YEAR

NAMES = ("web", "worker", "beat")
CLOCK = "demo-clock"
PASSWORD = "demo-password"
AFTER_THE_YEAR = datetime(PLAN_YEAR + 1, 2, 1, 15, tzinfo=UTC)


class Command(BaseCommand):
    """Set up, play the year, print the table, serve."""

    help = "Run the demo TPA."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the table; non-zero if an invariant fails")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _interrupt)
        try:
            sys.exit(self._demo(console, options["port"], once=options["once"]))
        except DomainError as refusal:
            console.print(f"{refusal} {refusal.remedy}".strip(), markup=False)
            sys.exit(1)
        except KeyboardInterrupt:
            console.print("\nStopped.")

    def _demo(self, console: Console, port: int, *, once: bool) -> int:
        folder = Path(settings.BASE_DIR) / "var"
        folder.mkdir(exist_ok=True)
        clock_file = folder / CLOCK
        if not clock_file.exists():
            play.set_clock(clock_file, datetime(PLAN_YEAR - 1, 12, 15, 15, tzinfo=UTC))
        settings.TEST_CLOCK = str(clock_file)
        processes.refuse_taken(port)
        password = _password(folder / PASSWORD)
        providers, years = make_book()
        played = play.was_played()
        with _progress(console) as say:
            say("Setting up", 0, 1)
            logins = set_up.set_up_desk(providers, password)
            made = [(year, *set_up.set_up_employer(year.employer, password)) for year in years]
            logins += [login for _, _, own in made for login in own]
            books = [(year, employer) for year, employer, _ in made]
            environment = {"TEST_CLOCK": str(clock_file)}
            if not played:
                with processes.running(NAMES, port, folder, environment) as check:
                    play.wait_until(lambda: _up(check, port), "Starting the web server")
                    play.play_year(books, Door(settings.TPA_HOST, port, set_up.clearinghouse_key()), clock_file, say)
            play.set_clock(clock_file, AFTER_THE_YEAR)
            standings = []
            for number, (_, employer) in enumerate(books):
                say(f"Proving the books of {employer.name}", number, len(books))
                standings.append(report.standing_of(employer))
        console.print(report.table_of(standings))
        console.print(f"{report.count(report.intake_waiting())} claims found no member and wait in the intake queue.")
        faults = [f"{standing.name}: {fault}" for standing in standings for fault in standing.faults]
        for fault in faults:
            console.print(fault, style="bold red", markup=False)
        if once:
            return 1 if faults else 0
        with processes.running(NAMES, port, folder, environment) as check:
            play.wait_until(lambda: _up(check, port), "Starting the web server")
            _tell(console, logins, port, password)
            while True:
                check()
                time.sleep(1)


def _interrupt(*_: object) -> None:
    """A closed terminal or a `kill` is a Ctrl-C: every process that the demo started is stopped."""
    raise KeyboardInterrupt


def _up(check: processes.Check, port: int) -> bool:
    check()
    return processes.answers(port)


def _password(file: Path) -> str:
    """The password of all demo logins: made once an installation, kept in var/."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(set_up.new_password(), encoding="ascii")
    return file.read_text(encoding="ascii")


def _tell(console: Console, logins: list[set_up.Login], port: int, password: str) -> None:
    console.print(f"\nThe demo runs; its clock stands at {AFTER_THE_YEAR:%Y-%m-%d}. Ctrl-C stops it.")
    for login in logins:
        console.print(
            f"  http://{login.host}:{port}/  {login.email}  ({login.role.replace('_', ' ')})", highlight=False
        )
    console.print(f"  password of all: {password}", highlight=False)


class _progress:
    """A progress bar that says what is being done."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True)

    def __enter__(self) -> play.Say:
        self._bar.start()
        self._task = self._bar.add_task("", total=1)
        return self._say

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _say(self, what: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=what, completed=done, total=total)
