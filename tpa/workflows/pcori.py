"""The PCORI fee of an employer's plan year, from its enrolments as they are known now; the employer pays it."""

from datetime import date

from tpa.books.agreements import selectors as agreements
from tpa.books.members import selectors as members
from tpa.engine.billing.pcori import PcoriFee, pcori_fee
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span, add_months


def latest_plan_year() -> Span:
    """The twelve months that ended last, by the day on which the governing agreement began. Raises NothingAgreedError."""
    employer = open_employer()
    today = clock.today(employer.time_zone)
    began = agreements.governing_agreement(employer.pk, today).starts_on.replace(day=1)
    ended = began.replace(year=today.year)
    ended = ended if ended <= today else ended.replace(year=today.year - 1)
    return Span(add_months(ended, -12), ended)


def fee_of(year: Span, participants: tuple[int, int] | None = None) -> PcoriFee:
    """The year's fee by each method. Raises DomainError for a plan in Canada and a year that is not over, and the engine's."""
    employer = open_employer()
    if employer.currency != "USD":
        raise DomainError("The fee is paid by plans in the United States.")
    if year.ends_before > clock.today(employer.time_zone):
        raise DomainError("The plan year is not over yet.", where="ends_on")
    return pcori_fee(year, members.enrolments(year, dependents=True), participants)


def plan_year(starts_on: date | None, ends_on: date | None) -> Span:
    """The year that is asked for: to `ends_on`, from `starts_on` or twelve months before; without days the latest.

    Raises DomainError where it has no day.
    """
    if ends_on is None:
        return latest_plan_year()
    ends_before = date.fromordinal(ends_on.toordinal() + 1)
    first = starts_on or add_months(ends_before, -12)
    if first >= ends_before:
        raise DomainError("The plan year begins before it ends.", where="starts_on")
    return Span(first, ends_before)
