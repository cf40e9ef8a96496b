"""`manage.py what_if acme 12 2026`: what a year's claims would have cost under a plan version, draft or published."""

import csv
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.scope import employer_scope
from tpa.books.plans.models import WhatIf
from tpa.engine.adjudication.comparison import member_table, table
from tpa.engine.adjudication.decision import Pend
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id, read_public_id
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span
from tpa.workflows import what_if

COMMAND = "command line"


class Command(BaseCommand):
    help = "Decide a year's claims again under another plan version, store nothing, and show the difference."

    def add_arguments(self, parser: CommandParser) -> None:
        """Employer, version, year, and how to show it."""
        parser.add_argument("employer", help="Code of the employer.")
        parser.add_argument("version", help="Public id of the plan version (plv_...), or its row's number.")
        parser.add_argument("year", help="The calendar year, or its first day: 2026, 2026-07-01.")
        parser.add_argument("--csv", action="store_true", help="Everything as CSV, members too, amounts in cents.")
        parser.add_argument("--claims", action="store_true", help="The claims that change, as CSV.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, answer at once, print; the question stays with its answer."""
        first = _first_day(options["year"])
        try:
            employer = directory.employer_of_code(options["employer"])
            version_id = _version(options["version"], employer.pk)
            with employer_scope(employer):
                span = Span(first, first.replace(year=first.year + 1))
                asked = what_if.ask(employer_id=employer.pk, version_id=version_id, span=span, by=COMMAND)
                if options["claims"]:
                    self._claims(employer.pk, asked)
                    return
                what_if.run_job(employer_id=employer.pk, job_id=asked.job_id or 0)
                asked.refresh_from_db()
        except DomainError as refusal:
            raise CommandError(f"{refusal} {refusal.remedy}".strip()) from None
        if options["csv"]:
            self._csv(employer.pk, asked)
        else:
            self._told(asked)

    def _told(self, asked: WhatIf) -> None:
        result: Any = asked.result
        counts = f"{result['claims_count']:,} claims, {result['changed_count']:,} decided otherwise"
        self.stdout.write(f"{asked.version}: {counts}, {result['pended_count']:,} would wait for a person")
        if result["restated_count"]:
            changed = f"{result['restated_count']:,} would be decided otherwise today in any case"
            self.stdout.write(f"{changed}; what is paid changes by {format_amount(result['restated_paid_cents'])}")
        told = [("all", result["total"])]
        told += [(f"{one['line_of_coverage']} {one['benefit']}".strip(), one) for one in result["by_benefit"]]
        self.stdout.write(f"{'':40}{'plan pays':>16}{'would pay':>16}{'member owes':>16}{'would owe':>16}")
        for name, pair in told:
            sides = [pair[side][what] for what in _SHOWN for side in ("present", "proposed")]
            self.stdout.write(f"{name[:39]:40}" + "".join(f"{format_amount(cents):>16}" for cents in sides))

    def _csv(self, employer_id: int, asked: WhatIf) -> None:
        write = csv.writer(self.stdout)
        write.writerows(table(asked.result or {}))
        found: Any = asked.members
        named = [(public_id("mem", employer_id, one["member_id"]), one) for one in found]
        write.writerows(list(member_table(named))[1:])

    def _claims(self, employer_id: int, asked: WhatIf) -> None:
        write = csv.writer(self.stdout)
        write.writerow(["claim", "member", "present_paid_cents", "proposed_paid_cents", "outcome"])
        for one in what_if.all_claims(employer_id=employer_id, asked=asked):
            if one.present != one.proposed:
                outcome = "pended" if isinstance(one.outcome, Pend) else one.outcome.outcome
                paid = [sum(line.paid_cents for line in lines) for lines in (one.present, one.proposed)]
                names = public_id("clm", employer_id, one.claim_id), public_id("mem", employer_id, one.member_id)
                write.writerow([*names, *paid, outcome])


_SHOWN = ("paid_cents", "member_responsibility_cents")


def _first_day(text: str) -> date:
    try:
        return date(int(text), 1, 1) if text.isdecimal() else date.fromisoformat(text)
    except ValueError:
        raise CommandError("Write the year as 2026, or its first day as 2026-07-01.") from None


def _version(text: str, employer_id: int) -> int:
    if text.isdecimal():
        return int(text)
    named = read_public_id(text, "plv")
    return named.key if named.employer == employer_id else 0
