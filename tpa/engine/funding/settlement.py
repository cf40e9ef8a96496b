"""What is left of a year's deposits once its run-out has ended, whose it is, and what becomes of it.

    result = brought forward + collected + stop-loss + other credits - claims paid, run-out included - charges

A surplus is shared as the agreement says; the employer's part first fills the claims fluctuation reserve, if one is kept,
and the rest is returned, credited, or set against the next deposits. A deficit is first taken from the reserve; the rest
is billed, carried, or forgiven. Before the run-out has ended there is no result. Source: R-E03 to R-E05, pitfall 21.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import portion, split
from tpa.kernel.periods import Span, add_months

PARTIES = ("employer", "tpa", "carrier")
TAX_BASES = ("tpa_share", "returned", "billed")
_MOST_YEARS = 10
_SHARE = re.compile(r"(?P<whole>\d{1,6}(?:\.\d{1,6})?)(?:\s?/\s?(?P<under>\d{1,6})|\s?(?P<percent>%))?", re.ASCII)


class SettlementError(DomainError):
    """A year that cannot be settled so."""

    code = "settlement"


class Surplus(StrEnum):
    """What becomes of the employer's part."""

    RETURNED = "returned"
    CREDIT = "credit"
    HOLIDAY = "holiday"
    RESERVE = "reserve"


class Deficit(StrEnum):
    """What becomes of what the reserve does not cover."""

    BILLED = "billed"
    CARRIED = "carried"
    FORGIVEN = "forgiven"


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax of a settlement.

    `on`: tpa_share (the TPA's part is a fee: the employer bears its tax), returned (tax that came with the deposits goes
    back with them), billed (it is due with a deficit).
    """

    name: str
    rate_bp: int
    on: str


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """What is agreed on a year's result. `shares` of a surplus: of employer, TPA and carrier; they add up to 1.

    `reserve_target_cents`: what the claims fluctuation reserve is filled to. `carried_years`: over how many years a
    carried deficit is recovered. `needs_renewal`: an employer that leaves forfeits its part to the TPA.
    `settled_within_days` after the end of the run-out.
    """

    run_out_months: int
    shares: tuple[Fraction, Fraction, Fraction] = (Fraction(1), Fraction(0), Fraction(0))
    surplus: Surplus = Surplus.RETURNED
    deficit: Deficit = Deficit.BILLED
    carried_years: int = 1
    reserve_target_cents: int = 0
    needs_renewal: bool = False
    taxes: tuple[Tax, ...] = ()
    settled_within_days: int = 30

    def run_out_ends_before(self, period: Span) -> date:
        """First day after the run-out of a period: from then on it may be settled."""
        return add_months(period.ends_before, self.run_out_months)

    def due_on(self, period: Span) -> date:
        """Last day for paying what the settlement comes to."""
        return self.run_out_ends_before(period) + timedelta(self.settled_within_days)

    @property
    def owner(self) -> str:
        """Who owns a surplus: one party, or shared."""
        whole = [party for party, share in zip(PARTIES, self.shares, strict=True) if share == 1]
        return whole[0] if whole else "shared"


@dataclass(frozen=True, slots=True)
class Year:
    """A year's money, in cents. `paid_cents` includes the run-out's. `brought_forward_cents` is negative for a deficit.

    `charges_cents`: what was taken from the deposits beside claims. `reserve_cents`: the reserve before. `deposit_cents`:
    the next year's monthly deposit, for a holiday.
    """

    collected_cents: int
    paid_cents: int
    stop_loss_cents: int = 0
    other_credits_cents: int = 0
    charges_cents: int = 0
    brought_forward_cents: int = 0
    reserve_cents: int = 0
    deposit_cents: int = 0
    is_renewed: bool = True

    @property
    def result_cents(self) -> int:
        """What is left; negative where it was not enough."""
        come = self.brought_forward_cents + self.collected_cents + self.stop_loss_cents + self.other_credits_cents
        return come - self.paid_cents - self.charges_cents


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement, in cents; no amount but `result_cents` is below zero.

    result = employer + tpa + carrier - (reserve_used + billed + carried + forgiven), and
    employer + forfeited = to_reserve + returned + credited + holiday; `tax` is what the taxes come to.
    `employer_receives` and `employer_owes` are what is paid after tax. `instalments_cents` of a carried deficit, by year.
    """

    result_cents: int
    employer_cents: int = 0
    tpa_cents: int = 0
    carrier_cents: int = 0
    forfeited_cents: int = 0
    to_reserve_cents: int = 0
    returned_cents: int = 0
    credited_cents: int = 0
    holiday_cents: int = 0
    holiday_months: int = 0
    reserve_used_cents: int = 0
    billed_cents: int = 0
    carried_cents: int = 0
    forgiven_cents: int = 0
    instalments_cents: tuple[int, ...] = ()
    reserve_after_cents: int = 0
    taxes_cents: tuple[tuple[str, int], ...] = ()
    employer_receives_cents: int = 0
    employer_owes_cents: int = 0

    @property
    def tax_cents(self) -> int:
        """All taxes together."""
        return sum(cents for _, cents in self.taxes_cents)

    @property
    def payable_cents(self) -> dict[str, int]:
        """Party -> what is paid out to it; `tax`: what the authority gets, below zero what it gives back."""
        tax = self.returned_cents - self.employer_receives_cents + self.employer_owes_cents - self.billed_cents
        parties = (self.employer_receives_cents, self.tpa_cents, self.carrier_cents, tax)
        return {name: cents for name, cents in zip((*PARTIES, "tax"), parties, strict=True) if cents}


def settle(terms: SettlementTerms, year: Year, period: Span, *, on: date) -> Settled:
    """Settle a period on a day. Raises SettlementError before the run-out has ended."""
    may_on = terms.run_out_ends_before(period)
    if on < may_on:
        raise SettlementError(
            f"The run-out of {period.starts_on} to {period.last_day} ends with {may_on - timedelta(1)}.",
            where="on",
            remedy=f"Settle on {may_on} or later: until then claims of the period may still be paid.",
        )
    return _surplus(terms, year) if year.result_cents >= 0 else _deficit(terms, year)


def _surplus(terms: SettlementTerms, year: Year) -> Settled:
    employer, tpa, carrier = _shared(year.result_cents, terms.shares)
    forfeited = employer if terms.needs_renewal and not year.is_renewed else 0
    employer, tpa = employer - forfeited, tpa + forfeited
    to_reserve = min(employer, max(0, terms.reserve_target_cents - year.reserve_cents))
    if terms.surplus is Surplus.RESERVE and not terms.reserve_target_cents:
        to_reserve = employer
    rest = employer - to_reserve
    holiday = rest if terms.surplus is Surplus.HOLIDAY and year.is_renewed else 0
    credited = rest if terms.surplus is Surplus.CREDIT and year.is_renewed else 0
    returned = rest - holiday - credited
    bases = {"tpa_share": tpa, "returned": returned, "billed": 0}
    taxes = _taxes(terms, bases)
    sign = {"tpa_share": -1, "returned": 1, "billed": 0}
    net = returned + sum(sign[tax.on] * cents for tax, (_, cents) in zip(_counted(terms, bases), taxes, strict=True))
    return Settled(
        result_cents=year.result_cents,
        employer_cents=employer,
        tpa_cents=tpa,
        carrier_cents=carrier,
        forfeited_cents=forfeited,
        to_reserve_cents=to_reserve,
        returned_cents=returned,
        credited_cents=credited,
        holiday_cents=holiday,
        holiday_months=holiday // year.deposit_cents if year.deposit_cents else 0,
        reserve_after_cents=year.reserve_cents + to_reserve,
        taxes_cents=taxes,
        employer_receives_cents=max(0, net),
        employer_owes_cents=max(0, -net),
    )


def _deficit(terms: SettlementTerms, year: Year) -> Settled:
    deficit = -year.result_cents
    reserve_used = min(year.reserve_cents, deficit)
    left = deficit - reserve_used
    billed = (
        left if terms.deficit is Deficit.BILLED or (terms.deficit is Deficit.CARRIED and not year.is_renewed) else 0
    )
    carried = left - billed if terms.deficit is Deficit.CARRIED else 0
    taxes = _taxes(terms, {"tpa_share": 0, "returned": 0, "billed": billed})
    return Settled(
        result_cents=year.result_cents,
        reserve_used_cents=reserve_used,
        billed_cents=billed,
        carried_cents=carried,
        forgiven_cents=left - billed - carried,
        instalments_cents=tuple(split(carried, [1] * terms.carried_years)) if carried else (),
        reserve_after_cents=year.reserve_cents - reserve_used,
        taxes_cents=taxes,
        employer_owes_cents=billed + sum(cents for _, cents in taxes),
    )


def _shared(cents: int, shares: tuple[Fraction, Fraction, Fraction]) -> list[int]:
    """The parts of employer, TPA and carrier, by largest remainder."""
    whole = shares[0].denominator * shares[1].denominator * shares[2].denominator
    return split(cents, [int(share * whole) for share in shares])


def _counted(terms: SettlementTerms, bases: dict[str, int]) -> list[Tax]:
    return [tax for tax in terms.taxes if bases[tax.on]]


def _taxes(terms: SettlementTerms, bases: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """(name, cents) of each tax whose base is there; each is rounded by itself."""
    return tuple((tax.name, portion(bases[tax.on], tax.rate_bp)) for tax in _counted(terms, bases))


def parse_settlement(given: Section) -> SettlementTerms:
    """The terms of an agreement's document, in cents and basis points; shares as fractions ("1/3") or percents ("25%")."""
    with given:
        return SettlementTerms(
            run_out_months=given.whole("run_out_months", 12, most=60),
            shares=parse_shares(given),
            surplus=Surplus(given.choice("surplus", tuple(Surplus), Surplus.RETURNED)),
            deficit=Deficit(given.choice("deficit", tuple(Deficit), Deficit.BILLED)),
            carried_years=given.whole("carried_years", 1, least=1, most=_MOST_YEARS),
            reserve_target_cents=int(given.cents("reserve_target_cents", 0)),
            needs_renewal=given.flag("needs_renewal", False),
            taxes=tuple(_tax(one) for one in given.sections("taxes")),
            settled_within_days=given.whole("settled_within_days", 30, most=365),
        )


def _tax(given: Section) -> Tax:
    with given:
        return Tax(given.text("name"), given.rate_bp("rate_bp"), given.choice("on", TAX_BASES))


def parse_shares(given: Section) -> tuple[Fraction, Fraction, Fraction]:
    """`employer_share`, `tpa_share`, `carrier_share`. Without the employer's it takes the rest; without the TPA's it does.

    Raises DocumentError where they do not add up to the whole.
    """
    named = {party: share(given, f"{party}_share") for party in PARTIES}
    known = sum((one for one in named.values() if one is not None), Fraction(0))
    for party in ("employer", "tpa", "carrier"):
        if named[party] is None:
            named[party] = max(Fraction(0), 1 - known)
            known += named[party] or 0
    employer, tpa, carrier = (named[party] or Fraction(0) for party in PARTIES)
    if employer + tpa + carrier != 1:
        raise DocumentError("The shares do not add up to the whole.", where=given.at("employer_share"))
    return employer, tpa, carrier


def share(given: Section, key: str) -> Fraction | None:
    """A share of 0 to 1: "1/3", "33.33%", or 0 and 1; None where it is not given."""
    text: Any = given.value(key, None)
    if text is None:
        return None
    match = _SHARE.fullmatch(str(text).strip()) if isinstance(text, str | int) and not isinstance(text, bool) else None
    found = Fraction(-1)
    if match is not None and int(match["under"] or 1):
        found = Fraction(match["whole"]) / int(match["under"] or 1) / (100 if match["percent"] else 1)
    if not 0 <= found <= 1:
        raise DocumentError("A share is wanted.", where=given.at(key), remedy='Write "1/3" or "25%".')
    return found
