"""`manage.py close_month 2026-03 --employer acme --person 7`: close a month of the books; without a person look alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.scope import employer_scope
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount
from tpa.workflows.close import close_month, prove_month
from tpa.workflows.management.commands.invoice_month import month_of_text


class Command(BaseCommand):
    help = "Close a month of an employer's books: it takes no entry any more. Refused where something does not prove."

    def add_arguments(self, parser: CommandParser) -> None:
        """Month, employer, who closes."""
        parser.add_argument("month", help="The month, as 2026-03.")
        parser.add_argument("--employer", required=True, help="Code of the employer.")
        parser.add_argument("--person", type=int, help="Who closes it; without it the proof is shown alone.")
        parser.add_argument(
            "--explain", action="append", default=[], metavar="CHECK=WHY", help="Why a clearing account is not empty."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """A line a check; then the close."""
        month = month_of_text(options["month"])
        explained = dict(one.partition("=")[::2] for one in options["explain"])
        try:
            with employer_scope(directory.employer_of_code(options["employer"])):
                for one in prove_month(month=month):
                    figures = f"{format_amount(one.ledger_cents)} and {format_amount(one.other_cents)}"
                    self.stdout.write(
                        f"{'proves' if one.proves else 'DIFFERS'}  {one.code}  {one.says}: {figures} {one.detail}".rstrip()
                    )
                if options["person"]:
                    made = close_month(month=month, person_id=options["person"], explained=explained)
                    self.stdout.write(f"closed; the books are open from {made.closed_before}")
        except DomainError as refusal:
            raise CommandError(f"{refusal} {refusal.remedy}") from None
