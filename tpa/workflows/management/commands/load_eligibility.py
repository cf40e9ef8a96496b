"""`manage.py load_eligibility acme march.834`: an enrolment file into the books, after a look at what it changes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.scope import employer_scope
from tpa.books.edi.models import InboundFile
from tpa.books.members import selectors as members
from tpa.books.members.models import Load
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.workflows.eligibility_load import apply_load, preview_load
from tpa.workflows.eligibility_load_intake import read_enrolment_file, receive_enrolment_file

FIGURES = (
    "rows", "errors", "warnings", "members_added", "members_changed", "added", "reinstated", "changed", "terminated",
    "retro_adds", "retro_terminations", "members_covered", "members_terminated",
)  # fmt: skip


class Command(BaseCommand):
    help = "Load an 834 or CSV enrolment file of an employer. Without --apply it is staged and shown, nothing more."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose file, and how far to go."""
        parser.add_argument("employer", help="Code of the employer.")
        parser.add_argument("file", type=Path)
        parser.add_argument("--full", action="store_true", help="A CSV that names everybody, not changes alone.")
        parser.add_argument("--apply", action="store_true", help="Write it into the books.")
        parser.add_argument(
            "--skip-errors", action="store_true", help="Apply the good rows though others are in error."
        )
        parser.add_argument("--confirm-terminations", action="store_true", help="Yes, 30 %% or more are to end.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step tells what it found."""
        try:
            with employer_scope(directory.employer_of_code(options["employer"])):
                load = self._staged(options["file"], full=options["full"])
                if options["apply"] and load.state == Load.State.STAGED:
                    load = apply_load(
                        load_id=load.pk,
                        by="command",
                        at=clock.now(),
                        confirm_terminations=options["confirm_terminations"],
                        skip_errors=options["skip_errors"],
                    )
        except (DomainError, OSError) as refusal:
            raise CommandError(f"{refusal} {getattr(refusal, 'remedy', '')}".rstrip()) from None
        self.stdout.write(f"Load {load.pk}: {load.state}")

    def _staged(self, path: Path, *, full: bool) -> Load:
        with path.open("rb") as content:
            received = receive_enrolment_file(content=content, name=path.name, received_by="command")
        file = read_enrolment_file(file_id=received.file.pk)
        if file.state == InboundFile.State.REFUSED:
            for one in file.issues:
                self.stderr.write(f"{one['where']}: {one['message']}")
            raise CommandError("The file is refused.")
        load = members.load(file.counts["load"])
        if full and load.state == Load.State.STAGED:
            load = preview_load(load_id=load.pk, scope=Load.Scope.FULL)
        for name in FIGURES:
            self.stdout.write(f"{name.replace('_', ' '):20} {load.preview[name]:>8}")
        for one in load.preview["problems"]:
            self.stdout.write(f"{one['severity']} {one['where']}: {one['message']}")
        return load
