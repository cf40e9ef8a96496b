"""`manage.py receive_claims FILE ...`: 837 files through the door that trading partners use."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tpa.books.edi.models import InboundFile
from tpa.workflows.claim_intake import read_claims_file, receive_claims_file


class Command(BaseCommand):
    """Stores the files and has workers read them, or reads them at once."""

    help = "Take in 837 files: stored as they are, then read by a worker, or here and now with --read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Paths."""
        parser.add_argument("path", nargs="+", type=Path)
        parser.add_argument("--read", action="store_true", help="read them now, in this process")

    def handle(self, *args: object, path: list[Path], read: bool, **options: object) -> None:
        """One line a file."""
        for one in path:
            if not one.is_file():
                raise CommandError(f"{one} is no file.")
            with one.open("rb") as content:
                received = receive_claims_file(content=content, name=one.name, received_by="command line")
            file = read_claims_file(file_id=received.file.pk) if read else received.file
            said = "" if received.is_new else " (received before)"
            self.stdout.write(f"{one.name}: file {file.pk}, {_told(file)}{said}")


def _told(file: InboundFile) -> str:
    if not file.counts:
        return f"{file.byte_count} bytes stored"
    return f"{file.state}: " + ", ".join(f"{count} {name}" for name, count in sorted(file.counts.items()))
