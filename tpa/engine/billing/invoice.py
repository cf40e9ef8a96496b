"""A month's funding invoice, composed from facts. Pure: the same facts give the same invoice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.billing.activity import Activity, PaidClaims
from tpa.engine.billing.census import Census
from tpa.engine.billing.lines import Charge, InvoiceLine, Kind, difference, invoice_line
from tpa.engine.billing.schedule import FeeLine, Premium, fee_lines, lines_by_fee, premium_lines, within_retro
from tpa.engine.billing.taxes import Place, Taxed, format_ppm, reckon_places, taxes_on
from tpa.engine.journal.accounts import INTEREST
from tpa.kernel.errors import must
from tpa.kernel.periods import month_of

FUND = "fund"
"""The code of the line that a fixed deposit leaves for claims."""
KINDS: tuple[Kind, ...] = ("fee", "premium", "tax", "claims", "credit")


class PastMonth(NamedTuple):
    """A month that was billed before: the terms that held in it, its census as billed and as known now, its activity.

    As billed means: with every retroactive line of the invoices since then.
    """

    fees: Sequence[FeeLine]
    premiums: Sequence[Premium]
    census_then: Census
    census_now: Census
    activity: Activity = Activity()


class CreditDue(NamedTuple):
    """A credit that this invoice gives. `cents` is positive; of one against fees the tax is given back as well, by the law
    of the month `taxed_in` where it corrects an invoice.
    """

    code: str
    description: str
    cents: int
    month: date
    against: str = "fund"
    taxed_in: date | None = None


class FundDeposit(NamedTuple):
    """What an agreement on fixed deposits asks for in a month, whatever the claims are: fees, premium and taxes are in it,
    and the rest goes into the claims fund. `text` says how it came about.
    """

    cents: int
    text: str


class InvoiceFacts(NamedTuple):
    """All that a month's invoice follows from.

    `activity` is what fees are computed on; `claims` is what the employer is asked to fund with this invoice, unless
    `deposit` is asked for in place of them and of `interest_cents`. `places`:
    where fees and claims are taxed, none where they are not. `interest_cents`: paid with claims that were late, and on no
    invoice yet; below zero where some was taken back. `prior_balance_cents` is negative where the employer is ahead.
    """

    census: Census
    fees: Sequence[FeeLine] = ()
    premiums: Sequence[Premium] = ()
    activity: Activity = Activity()
    claims: Sequence[PaidClaims] = ()
    past: Sequence[PastMonth] = ()
    credits: Sequence[CreditDue] = ()
    places: Sequence[Place] = ()
    interest_cents: int = 0
    prior_balance_cents: int = 0
    deposit: FundDeposit | None = None


class Invoice(NamedTuple):
    """An invoice. total = fees + premium + taxes + claims - credits; amount due = total + prior balance."""

    month: date
    lines: tuple[InvoiceLine, ...]
    fees_cents: int
    premium_cents: int
    taxes_cents: int
    claims_cents: int
    credits_cents: int
    total_cents: int
    prior_balance_cents: int
    amount_due_cents: int


def compose_invoice(facts: InvoiceFacts) -> Invoice:
    """The invoice of the census's month: fees, premium, taxes, claims by line of coverage, credits; corrections of
    earlier months after each kind.

    Raises DomainError where a tier has lives and no rate.
    """
    month = facts.census.month.starts_on
    corrections = [line for past in facts.past for line in _corrections(past, month)]
    # What is reckoned on premium looks at this month's alone: the corrections of a month restate it with that month's.
    asked = {**facts.activity.premiums_cents, **_premiums(facts.premiums, facts.census)}
    fees = [
        *fee_lines(facts.fees, facts.census, facts.activity._replace(premiums_cents=asked)),
        *(line for line in corrections if line.kind == "fee"),
    ]
    premiums = [
        *premium_lines(facts.premiums, facts.census),
        *(line for line in corrections if line.kind == "premium"),
    ]
    fixed = [*fees, *premiums, *_tax_lines(facts, fees, premiums, month)]
    lines = [*fixed, *_funding_lines(facts, fixed, month), *(_credit_line(credit) for credit in facts.credits)]
    sums = {kind: sum(line.cents for line in lines if line.kind == kind) for kind in KINDS}
    total = sum(sums.values())
    return Invoice(
        month,
        tuple(lines),
        sums["fee"],
        sums["premium"],
        sums["tax"],
        sums["claims"],
        -sums["credit"],
        total,
        facts.prior_balance_cents,
        total + facts.prior_balance_cents,
    )


def _corrections(past: PastMonth, month: date) -> list[InvoiceLine]:
    """The lines that restate a past month for who was covered in it, as far back as each fee and premium reaches.

    A fee that does not reach so far is reckoned as it was billed, because a minimum or a share of the fees looks at it.
    """
    first = past.census_now.month.starts_on
    must(past.census_then.month == past.census_now.month, "a past month is compared with itself")
    reached = [within_retro(first, month, fee.retro_months) for fee in past.fees]
    premiums = [premium for premium in past.premiums if within_retro(first, month, premium.retro_months)]
    then, now = (
        lines_by_fee(
            [
                (fee, census if is_reached else past.census_then)
                for fee, is_reached in zip(past.fees, reached, strict=True)
            ],
            past.activity._replace(premiums_cents={**past.activity.premiums_cents, **_premiums(past.premiums, census)}),
        )
        for census in (past.census_then, past.census_now)
    )
    kept = [n for n, is_reached in enumerate(reached) if is_reached]
    return difference(
        [line for n in kept for line in then[n]] + premium_lines(premiums, past.census_then),
        [line for n in kept for line in now[n]] + premium_lines(premiums, past.census_now),
    )


def _premiums(premiums: Sequence[Premium], census: Census) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for line in premium_lines(premiums, census):
        sums[line.code] += line.cents
    return dict(sums)


def _tax_lines(
    facts: InvoiceFacts, fees: Sequence[InvoiceLine], premiums: Sequence[InvoiceLine], month: date
) -> list[InvoiceLine]:
    """Taxes on what this invoice asks for, by the law of its month's last day; lines of their own for what corrects a month
    in which another law held, because it was taxed by that one.
    """
    fee_cents, premium_cents = Counter({month: 0}), Counter({month: 0})
    for line in fees:
        fee_cents[line.month] += line.cents if line.basis.get("taxable", True) else 0
    for line in premiums:
        premium_cents[line.month] += line.cents
    for credit in facts.credits:
        fee_cents[credit.taxed_in or month] -= credit.cents if credit.against == "fee" else 0
    found = []
    for of, others in _by_law(facts.places, month, sorted({*fee_cents, *premium_cents})):
        places = facts.places if of == month else [place._replace(claims_cents=0) for place in facts.places]
        fee, premium = (sum(cents[one] for one in others) for cents in (fee_cents, premium_cents))
        found += [_tax_line(one, of, month) for one in reckon_places(places, month_of(of).last_day, fee, {"": premium})]
    return found


def _by_law(places: Sequence[Place], month: date, months: Sequence[date]) -> list[tuple[date, list[date]]]:
    """The invoice's month with every month that has the same taxes; then the others, each by itself."""
    laws = {one: [taxes_on(place.place, month_of(one).last_day) for place in places] for one in months}
    same = [one for one in months if laws[one] == laws[month]]
    return [(month, same), *((one, [one]) for one in months if one not in same)]


def _tax_line(due: Taxed, of: date, month: date) -> InvoiceLine:
    tax = due.tax
    basis = {
        "text": due.text,
        "rows": "lines",
        "place": tax.place,
        "base": tax.base,
        "base_cents": due.base_cents,
        "rate_ppm": tax.rate_ppm,
        "source": tax.source,
    }
    label = due.description if of == month else f"{due.description}, retroactive for {of:%Y-%m}"
    return invoice_line("tax", tax.code, of, label, Charge("", None, format_ppm(tax.rate_ppm), due.cents, basis))


def _funding_lines(facts: InvoiceFacts, fixed: Sequence[InvoiceLine], month: date) -> Iterator[InvoiceLine]:
    """What the claims fund is asked for: the claims with their interest, or what a fixed deposit leaves for it."""
    if facts.deposit is None:
        yield from (_claims_line(claims, month) for claims in facts.claims)
        yield from _interest_line(facts.interest_cents, month)
        return
    cents = facts.deposit.cents - sum(line.cents for line in fixed)
    if facts.deposit.cents:
        basis = {"text": facts.deposit.text, "rows": "lines", "deposit_cents": facts.deposit.cents, "cents": cents}
        yield invoice_line("claims", FUND, month, "Deposit into the claims fund", Charge("", None, "", cents, basis))


def _claims_line(claims: PaidClaims, month: date) -> InvoiceLine:
    basis = {
        "text": f"{claims.claim_count} claims",
        "rows": "claims",
        "line": claims.line,
        "claim_count": claims.claim_count,
        "cents": claims.paid_cents,
    }
    charge = Charge("", claims.claim_count, "", claims.paid_cents, basis)
    return invoice_line("claims", claims.line, month, f"Claims, {claims.line}", charge)


def _interest_line(cents: int, month: date) -> list[InvoiceLine]:
    if not cents:
        return []
    basis = {"text": "paid with claims that were late", "rows": "payments", "cents": cents}
    return [invoice_line("claims", INTEREST, month, "Interest on claims paid late", Charge("", None, "", cents, basis))]


def _credit_line(credit: CreditDue) -> InvoiceLine:
    must(credit.cents > 0, "a credit is positive")
    charge = Charge("", None, "", -credit.cents, {"text": credit.description, "code": credit.code, "rows": "credits"})
    return invoice_line("credit", credit.code, month_of(credit.month).starts_on, credit.description, charge)
