"""What would the last months have cost under a stop-loss quote? A job; nothing of it is stored but the sums."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tenants.scope import employer_scope
from tpa.books.agreements import selectors as agreements
from tpa.books.stoploss import selectors
from tpa.books.stoploss.amounts import amounts_between
from tpa.books.stoploss.models import QuoteWhatIf
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.engine.stoploss.promises import broken_promises
from tpa.engine.stoploss.quote import QuoteYear, moved, replay, years_of
from tpa.infra import clock, jobs
from tpa.infra.employers import open_employer
from tpa.infra.models import Job
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import Span, add_months
from tpa.workflows.wake_ups import wake

KIND = "stop_loss_what_if"
MONTHS = 24
"""How far back a question looks."""
_LOST_AFTER = timedelta(minutes=30)


def ask(
    *, employer_id: int, name: str, document: dict[str, Any], by: str, starts_on: date | None = None
) -> QuoteWhatIf:
    """Ask what the months from `starts_on` on (the last 24 without it) would have cost under a quote; a job answers.

    Raises DocumentError for terms that cannot be read, and DomainError for a span without a whole year.
    """
    parse_contract(document)
    with employer_scope(employer_id), transaction.atomic():
        today = clock.today(open_employer().time_zone)
        ends = today.replace(day=1)
        starts = (starts_on or add_months(ends, -MONTHS)).replace(day=1)
        years = years_of(Span(starts, ends)) if starts < ends else []
        if not years or len(years) > 3:
            raise DomainError(
                "One to three whole years before this month can be asked for.",
                where="starts_on",
                remedy=f"Leave starts_on out for {MONTHS} months, or name a day at least a year ago.",
            )
        asked = QuoteWhatIf.objects.create(
            name=name[:80],
            document=document,
            starts_on=starts,
            ends_before=years[-1].ends_before,
            asked_at=clock.now(),
            asked_by=by[:200],
        )
        job = jobs.start_job(kind=KIND, key=str(asked.pk), requested_by=by[:100])
        asked.job_id = job.pk
        asked.save(update_fields=["job_id"])
        wake("answer_stop_loss_what_if", employer_id=employer_id, job_id=job.pk)
        return asked


def run_job(*, employer_id: int, job_id: int) -> None:
    """Answer the question that the job asks. A job that has ended is left alone; run twice, it answers the same."""
    with employer_scope(employer_id):
        job = Job.objects.get(pk=job_id, kind=KIND)
        if job.state not in jobs.OPEN:
            return
        asked = selectors.what_if(int(job.key or 0))
        try:
            result = compare(employer_id=employer_id, asked=asked, job_id=job_id)
        except DomainError as refusal:
            jobs.fail_job(job_id=job_id, error=f"{refusal} {refusal.remedy}".strip())
            return
        with transaction.atomic():
            QuoteWhatIf.objects.filter(pk=asked.pk).update(result=result)
            told = {"what_if": public_id("slw", employer_id, asked.pk)}
            jobs.finish_job(job_id=job_id, result=told, message="Compared")


def wake_lost(*, employer_id: int) -> None:
    """Wake a worker for questions that nobody has answered in a long time."""
    with employer_scope(employer_id):
        for job_id in jobs.lost_jobs(kind=KIND, after=_LOST_AFTER):
            wake("answer_stop_loss_what_if", employer_id=employer_id, job_id=job_id)


def compare(*, employer_id: int, asked: QuoteWhatIf, job_id: int | None = None) -> dict[str, Any]:
    """Each year under the contract in force and under the quote. Reads, changes nothing but the job's progress."""
    span = Span(asked.starts_on, asked.ends_before)
    as_of = clock.now().date()
    held = agreements.stop_loss_contracts(employer_id)
    present = held[-1].terms if held else None
    quote = parse_contract(asked.document)
    known = amounts_between(span, as_of)
    years: list[dict[str, Any]] = []
    months: dict[date, dict[str, int]] = {}
    wanted = years_of(span)
    for n, year in enumerate(wanted):
        if job_id is not None:
            jobs.advance_job(job_id=job_id, done=n, total=len(wanted), message=f"{year.starts_on:%Y}")
        sides = {
            "present": _year(present, year, known, as_of),
            "quote": _year(quote, year, known, as_of),
        }
        years.append(
            {"starts_on": year.starts_on.isoformat(), "paid_cents": sides["quote"].paid_cents}
            | {name: _figures(one) for name, one in sides.items()}
        )
        for name, one in sides.items():
            for row in one.months:
                months.setdefault(row.month, {"present": 0, "quote": 0})[name] += row.cost_cents
    return {
        "contract": held[-1].number if held else "",
        "unkept": [one.message for one in broken_promises(present, quote)] if present else [],
        "years": years,
        "months": [{"month": one.isoformat(), **months[one]} for one in sorted(months)],
        "total": {side: _sum(years, side) for side in ("present", "quote")},
    }


def _year(contract: Contract | None, year: Span, known: list[Any], as_of: date) -> QuoteYear:
    if contract is None:
        return replay(None, year, known, (), {}, as_of)
    terms = moved(contract, year.starts_on)
    lives = list(selectors.lives(terms.aggregate, terms.policy, as_of)) if terms.aggregate else []
    return replay(terms, year, known, lives, selectors.heads(terms, year), as_of)


def _figures(year: QuoteYear) -> dict[str, int]:
    return {
        "specific_cents": year.specific_cents,
        "aggregate_cents": year.aggregate_cents,
        "reimbursed_cents": year.specific_cents + year.aggregate_cents,
        "retained_cents": year.retained_cents,
        "premium_cents": year.premium_cents,
        "cost_cents": year.cost_cents,
    }


def _sum(years: list[dict[str, Any]], side: str) -> dict[str, int]:
    return {key: sum(year[side][key] for year in years) for key in years[0][side]}
