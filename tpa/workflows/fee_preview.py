"""What fees would have come to in a past month, on its census and claims, beside the fees that hold then. Nothing is stored."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.funding import billed
from tpa.books.members import selectors as members
from tpa.engine.billing.census import Census
from tpa.engine.billing.invoice import InvoiceFacts, compose_invoice
from tpa.engine.billing.lines import InvoiceLine
from tpa.engine.billing.schedule import FeeLine
from tpa.engine.billing.taxes import places_of
from tpa.infra import clock
from tpa.kernel.periods import add_months, month_of
from tpa.workflows.fee_facts import activities
from tpa.workflows.month_end import terms_of


class Side(NamedTuple):
    """A schedule's lines of the month, its taxes among them, and their sum."""

    lines: tuple[InvoiceLine, ...]
    cents: int


class Preview(NamedTuple):
    """A month by the fees in force and by those that are tried. `lives`: employees by tier on its first day."""

    month: date
    lives: dict[str, int]
    present: Side
    tried: Side

    @property
    def difference_cents(self) -> int:
        """What the employer would have paid more; below zero: less."""
        return self.tried.cents - self.present.cents


def preview_fees(*, employer: Employer, fees: Sequence[FeeLine], month: date | None = None) -> Preview:
    """Try fees on a month, last month without one, inside employer_scope. A fee's own dates count from its first month on.

    Raises DomainError where a tier has no rate or a guarantee no result.
    """
    span = month_of(month or add_months(clock.today(employer.time_zone), -1))
    census = Census(span.starts_on, members.enrolments(span, dependents=True))
    decided = billed.decisions_of(span)
    terms = terms_of(employer.pk, span.starts_on)
    heads = [subscriber for subscriber, _ in census.counted("first_of_month")]
    lives_in = members.places_of(heads)
    facts = InvoiceFacts(
        census=census,
        fees=terms.fees,
        premiums=terms.premiums,
        activity=activities([*terms.fees, *fees], [span.starts_on], {span.starts_on: decided}, {span.starts_on: []})[
            span.starts_on
        ],
        places=places_of(employer.situs, (lives_in.get(one, "") for one in heads), ()),
    )
    begun = [one._replace(span=one.span._replace(starts_on=date.min)) for one in fees]
    return Preview(span.starts_on, census.lives("first_of_month"), _side(facts), _side(facts._replace(fees=begun)))


def preview_version(*, employer: Employer, version_id: int, month: date | None = None) -> Preview:
    """The same with a version of the schedule, draft or published."""
    version = agreements.fee_schedule_version(version_id)
    return preview_fees(employer=employer, fees=version.fees if version else (), month=month)


def _side(facts: InvoiceFacts) -> Side:
    lines = tuple(line for line in compose_invoice(facts).lines if line.kind in ("fee", "tax"))
    return Side(lines, sum(line.cents for line in lines))
