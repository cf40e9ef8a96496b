"""`manage.py load_sanctions LEIE UPDATED.csv --listed-on 2026-01-08`: a whole list of excluded providers."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.scope import desk_scope
from tpa.books.providers.sanctions import load_sanctions
from tpa.infra import clock
from tpa.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Load a whole list of excluded providers, as OIG publishes it; who is on it no longer is reinstated."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which list, where it is, of which day."""
        parser.add_argument("list", help="Its name, as claims show it: LEIE.")
        parser.add_argument("file", type=Path, help="CSV.")
        parser.add_argument("--listed-on", required=True, type=date.fromisoformat, help="Its day, as 2026-01-08.")

    def handle(self, *args: Any, **options: Any) -> None:
        """All of the file, or nothing."""
        try:
            data = options["file"].read_bytes()
            with desk_scope():
                done = load_sanctions(
                    name=options["list"][:20], data=data, listed_on=options["listed_on"], at=clock.now()
                )
        except (OSError, DomainError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(
            f"{done.listed} listed, {done.delisted} listed no longer; {done.unnumbered} rows name neither NPI nor tax id."
        )
