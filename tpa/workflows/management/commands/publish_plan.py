"""`manage.py publish_plan acme PPO ppo.toml --effective 2025-01-01`: a plan document into force."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.scope import employer_scope
from tpa.books.plans.documents import read_document
from tpa.books.plans.errors import FindingsError
from tpa.books.plans.models import Line
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.workflows.plan_publishing import put_in_force


class Command(BaseCommand):
    help = "Publish a plan document (TOML or JSON) for an employer; the plan is made if there is none of that code."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose plan, which document, from when."""
        parser.add_argument("employer", help="Code of the employer.")
        parser.add_argument("plan", help="Code of the plan, as enrolment files name it.")
        parser.add_argument("document", type=Path, help="File with the document.")
        parser.add_argument("--effective", required=True, type=date.fromisoformat, help="First day, as 2025-01-01.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every finding is shown, also those that do not stop the publishing."""
        try:
            text = options["document"].read_text(encoding="utf-8")
            told = read_document(text)
            with employer_scope(directory.employer_of_code(options["employer"])):
                version = put_in_force(
                    code=options["plan"],
                    name=str(told.get("name", options["plan"])),
                    line=str(told.get("line", Line.MEDICAL)),
                    text=text,
                    effective_on=options["effective"],
                    by="command",
                    at=clock.now(),
                )
        except FindingsError as refusal:
            self._show(refusal.findings)
            raise CommandError("The plan is not published.") from None
        except (DomainError, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from None
        self._show(version.findings)
        self.stdout.write(f"{version}: published")

    def _show(self, findings: list[dict[str, str]]) -> None:
        for one in findings:
            self.stdout.write(f"{one['severity']} {one['path'] or '/'}: {one['message']} {one['remedy']}".rstrip())
