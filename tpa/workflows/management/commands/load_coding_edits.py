"""`manage.py load_coding_edits practitioner pairs ccipra.txt --effective 2026-01-01`: CMS's coding edits, for plans to name."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.scope import desk_scope
from tpa.books.providers.code_tables import load_code_table
from tpa.books.providers.models import CodeTableVersion
from tpa.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Load a file of pairs of codes (PTP) or of unit limits (MUE) as CMS publishes them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which table, what is in the file, from when."""
        parser.add_argument("table", help="Name that plan documents use.")
        parser.add_argument("kind", choices=CodeTableVersion.Kind.values)
        parser.add_argument("file", type=Path, help="Text with tabs or commas.")
        parser.add_argument("--effective", required=True, type=date.fromisoformat, help="First day, as 2026-01-01.")

    def handle(self, *args: Any, **options: Any) -> None:
        """All of the file, or nothing."""
        try:
            data = options["file"].read_bytes()
            with desk_scope():
                version = load_code_table(
                    table=options["table"], kind=options["kind"], effective_on=options["effective"], data=data
                )
        except (OSError, DomainError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"{version} is loaded.")
