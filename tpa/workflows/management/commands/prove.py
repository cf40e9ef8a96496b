"""`manage.py prove [code ...]`: prove the books of employers, replaying every decision."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tpa.workflows.proof import verify_books

_MOST_SHOWN = 20


class Command(BaseCommand):
    """Exits with 1 where anything is wrong."""

    help = "Prove employers' books: every claim in one place, all sums, the ledger, and a replay of every decision."

    def add_arguments(self, parser: CommandParser) -> None:
        """Codes of employers."""
        parser.add_argument("code", nargs="*", help="employers' codes; without one, every open employer")

    def handle(self, *args: object, **options: list[str]) -> None:
        """One line an employer, and the first faults."""
        codes = options["code"]
        employers = [directory.employer_of_code(code) for code in codes] or directory.open_employers()
        wrong = 0
        for employer in employers:
            proof = verify_books(employer_id=employer.pk)
            self.stdout.write(
                f"{employer.code}: {proof.decisions_count} decisions replayed, {len(proof.faults)} faults"
            )
            for fault in proof.faults[:_MOST_SHOWN]:
                self.stdout.write(f"  {fault}")
            wrong += len(proof.faults)
        if wrong:
            raise CommandError(f"{wrong} faults")
