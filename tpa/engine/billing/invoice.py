"""A month's funding invoice, composed from facts. Pure: the same facts give the same invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.lines import Charge, InvoiceLine, Paid, PaidClaims, difference, invoice_line
from tpa.engine.billing.schedule import FeeLine, Premium, fee_lines, premium_lines, within_retro
from tpa.kernel.errors import must
from tpa.kernel.periods import month_of


class PastMonth(NamedTuple):
    """A month that was billed before: the terms that held in it, its census as billed and as known now, its claims.

    As billed means: with every retroactive line of the invoices since then.
    """

    fees: Sequence[FeeLine]
    premiums: Sequence[Premium]
    census_then: Census
    census_now: Census
    paid: Paid = Paid()


class CreditDue(NamedTuple):
    """A credit that this invoice gives. `cents` is positive."""

    code: str
    description: str
    cents: int
    month: date


class InvoiceFacts(NamedTuple):
    """All that a month's invoice follows from.

    `paid` is what fees are computed on; `claims` is what the employer is asked to fund with this invoice.
    `prior_balance_cents` is negative where the employer is ahead.
    """

    census: Census
    fees: Sequence[FeeLine] = ()
    premiums: Sequence[Premium] = ()
    paid: Paid = Paid()
    claims: Sequence[PaidClaims] = ()
    past: Sequence[PastMonth] = ()
    credits: Sequence[CreditDue] = ()
    prior_balance_cents: int = 0


class Invoice(NamedTuple):
    """An invoice. total = fees + premium + claims - credits; amount due = total + prior balance."""

    month: date
    lines: tuple[InvoiceLine, ...]
    fees_cents: int
    premium_cents: int
    claims_cents: int
    credits_cents: int
    total_cents: int
    prior_balance_cents: int
    amount_due_cents: int


def compose_invoice(facts: InvoiceFacts) -> Invoice:
    """The invoice of the census's month: fees, premium, claims by line of coverage, credits; corrections after each kind.

    Raises DomainError where a tier has lives and no rate.
    """
    month = facts.census.month.starts_on
    corrections = [line for past in facts.past for line in _corrections(past, month)]
    lines = [
        *fee_lines(facts.fees, facts.census, facts.paid),
        *(line for line in corrections if line.kind == "fee"),
        *premium_lines(facts.premiums, facts.census),
        *(line for line in corrections if line.kind == "premium"),
        *(_claims_line(claims, month) for claims in facts.claims),
        *(_credit_line(credit) for credit in facts.credits),
    ]
    sums = {
        kind: sum(line.cents for line in lines if line.kind == kind) for kind in ("fee", "premium", "claims", "credit")
    }
    total = sum(sums.values())
    return Invoice(
        month,
        tuple(lines),
        sums["fee"],
        sums["premium"],
        sums["claims"],
        -sums["credit"],
        total,
        facts.prior_balance_cents,
        total + facts.prior_balance_cents,
    )


def _corrections(past: PastMonth, month: date) -> list[InvoiceLine]:
    """The lines that restate a past month for who was covered in it, as far back as each fee and premium reaches."""
    first = past.census_now.month.starts_on
    must(past.census_then.month == past.census_now.month, "a past month is compared with itself")
    fees = [fee for fee in past.fees if within_retro(first, month, fee.retro_months)]
    premiums = [premium for premium in past.premiums if within_retro(first, month, premium.retro_months)]
    then = fee_lines(fees, past.census_then, past.paid) + premium_lines(premiums, past.census_then)
    now = fee_lines(fees, past.census_now, past.paid) + premium_lines(premiums, past.census_now)
    return difference(then, now)


def _claims_line(claims: PaidClaims, month: date) -> InvoiceLine:
    basis = {
        "text": f"{claims.claim_count} claims",
        "line": claims.line,
        "claim_count": claims.claim_count,
        "cents": claims.paid_cents,
    }
    charge = Charge("", claims.claim_count, "", claims.paid_cents, basis)
    return invoice_line("claims", claims.line, month, f"Claims, {claims.line}", charge)


def _credit_line(credit: CreditDue) -> InvoiceLine:
    must(credit.cents > 0, "a credit is positive")
    charge = Charge("", None, "", -credit.cents, {"text": credit.description, "code": credit.code})
    return invoice_line("credit", credit.code, month_of(credit.month).starts_on, credit.description, charge)
