"""`manage.py replay acme --from 2026-01-01 --to 2026-03-31`: recorded claims decided again, to be the same byte for byte."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.errors import EmployerNotFound
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of
from tpa.kernel.periods import FOREVER, Span
from tpa.workflows.proof import replay


class Command(BaseCommand):
    help = "Decides recorded claims of an employer again on the facts as they were known; every difference is said."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which employer, and which of its decisions: all unless something is chosen."""
        parser.add_argument("employer", help="The employer's code.")
        parser.add_argument("claims", nargs="*", help="Claims by their public id (clm_...).")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="First day of decision.")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="Last day of decision, included.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and end with status 1 where something comes out otherwise."""
        try:
            employer = directory.employer_of_code(options["employer"])
            keys = [key_of(text, "clm", employer.pk) for text in options["claims"]]
        except (DomainError, EmployerNotFound) as refusal:
            raise CommandError(str(refusal)) from refusal
        span = None
        if options["first"] or options["last"]:
            last = options["last"]
            span = Span(options["first"] or date.min, last + timedelta(days=1) if last else FOREVER)
        proof = replay(employer_id=employer.pk, claim_ids=keys, decided=span)
        for fault in proof.faults:
            self.stderr.write(fault)
        if proof.faults:
            raise CommandError(f"{len(proof.faults)} differences in {proof.decisions_count} decisions")
        self.stdout.write(f"{proof.decisions_count} decisions come out byte for byte as they are recorded")
