"""The demo's table: one column an employer, every figure from the books; and what must hold of them."""

from __future__ import annotations

from typing import NamedTuple

from babel.numbers import format_decimal
from rich.table import Table

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Claim, Decision, Pend
from tpa.books.edi.models import IntakeItem
from tpa.books.funding import selectors as funding
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.stoploss.exposure import Exposure
from tpa.infra import clock
from tpa.kernel.money import format_amount
from tpa.workflows.proof import verify_books

NOTES = (
    "(1) Members owe it besides: services that the plan does not cover, and what is above the allowed amount.\n"
    "(2) Counted is paid, without what specific stop-loss bears and what a laser adds to a person's deductible."
)


class Standing(NamedTuple):
    """An employer's figures, ready to print, and what is wrong with its books."""

    name: str
    figures: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


def standing_of(employer: Employer) -> Standing:
    """Count, sum and prove."""
    with employer_scope(employer):
        sums: dict[str, int] = {}
        for row in claims.month_totals():
            sums[row.measure] = sums.get(row.measure, 0) + row.cents
        received, pended = Claim.objects.count(), Pend.objects.filter(resolved_at=None).count()
        outcomes = {outcome: Decision.objects.filter(outcome=outcome).count() for outcome in ("paid", "denied")}
        invoices = list(funding.invoices())
        invoice = invoices[0] if invoices else None
        exposures = stoploss.exposures(employer.pk, clock.today(employer.time_zone))
        balance = sum(account.balance_cents for account in ledger.trial_balance())
    proof = verify_books(employer_id=employer.pk)
    faults = list(proof.faults)
    if outcomes["paid"] + outcomes["denied"] + pended != received:
        faults.append("claims paid, denied and pended do not add up to those received")
    if balance:
        faults.append(f"the trial balance is off by {balance} cents")
    return Standing(
        employer.name,
        (
            ("Claims received", count(received)),
            ("  paid", count(outcomes["paid"])),
            ("  denied", count(outcomes["denied"])),
            ("  pended", count(pended)),
            *money_rows(sums),
            ("Last invoice", invoice.number if invoice else "none"),
            ("  its total", money(invoice.total_cents if invoice else None)),
            ("Invoices of the year", money(sum(one.total_cents for one in invoices))),
            *exposure_rows(exposures),
            ("Trial balance", money(balance)),
            ("Proof of the books", "holds" if not faults else f"{len(faults)} faults"),
        ),
        tuple(faults),
    )


def money_rows(sums: dict[str, int]) -> list[tuple[str, str]]:
    """How the charge is shared out: discounts and write-offs + paid + member share."""
    measures = ("charge", "paid", "member_responsibility", "allowed")
    charge, paid, member, allowed = (sums.get(measure, 0) for measure in measures)
    return [
        ("Charge", money(charge)),
        ("  discounts, denials", money(charge - paid - member)),
        ("  paid by the plan", money(paid)),
        ("  member share", money(member)),
        ("    beyond allowed (1)", money(paid + member - allowed)),
        ("Allowed", money(allowed)),
    ]


def exposure_rows(exposures: list[tuple[StopLossInForce, Exposure]]) -> list[tuple[str, str]]:
    """Specific and aggregate, over the open contracts."""
    specific = [one.specific for _, one in exposures if one.specific]
    aggregate = [one.aggregate for _, one in exposures if one.aggregate]
    return [
        ("Specific: people over", count(sum(1 for one in specific for unit in one.units if unit.excess_cents))),
        ("  carrier bears", money(sum(one.reimbursable_cents for one in specific))),
        (
            "  laser (2)",
            money(sum(part.laser_cents for one in specific for unit in one.units for part in unit.parts)),
        ),
        ("Aggregate: counted (2)", money(sum(one.countable_cents for one in aggregate))),
        ("  attachment point", money(sum(one.attachment.annual_cents for one in aggregate))),
        ("  carrier bears", money(sum(one.reimbursable_cents for one in aggregate))),
    ]


def count(number: int) -> str:
    """`12,345`."""
    return format_decimal(number, locale="en_US")


def money(cents: int | None) -> str:
    """`1,234.50`; nothing for None."""
    return "" if cents is None else format_decimal(format_amount(cents), format="#,##0.00", locale="en_US")


def table_of(standings: list[Standing]) -> Table:
    """The table, one column an employer."""
    table = Table(title="The demo's book of business", header_style="bold", caption=NOTES, caption_justify="left")
    table.add_column("")
    for standing in standings:
        table.add_column(standing.name, justify="right")
    for row in zip(*(standing.figures for standing in standings), strict=True):
        table.add_row(row[0][0], *(value for _, value in row))
    return table


def intake_waiting() -> int:
    """Claims that found no member: they wait in the intake queue."""
    with desk_scope():
        return IntakeItem.objects.filter(state=IntakeItem.State.OPEN).count()
