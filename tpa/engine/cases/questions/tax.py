"""What a plan costs in taxes: by province or state (one or several) and day, or by taxes that the case names itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tpa.engine.billing.taxes import BASES, MILLION, Bases, Place, Tax, Taxed, reckon, reckon_places, taxes_on
from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.words import Words
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount, rounded

PREMIUM_LINES = (*FUND_LINES, "life", "extended_health")
SALES_TAXES = ("gst", "hst", "qst")
TAXES = (*SALES_TAXES, "premium_tax", "rst", "claims_tax", "claims_assessment")


def solve(row: Words) -> Mapping[str, Answer]:
    """Each tax, their sum, and what all comes to with claims, fee and premium."""
    places = [_place(one) for one in row.sections("places")]
    claims = sum(place.claims_cents for place in places) if places else int(row.cents("claims", 0))
    fee = rounded(claims * row.fraction("fee")) if "fee_bp" in row else int(row.cents("fee", 0))
    premium = _premium(row)
    if places:
        due = list(reckon_places(places, row.day("on"), fee, premium))
    else:
        due = reckon(_taxes(row), Bases(fee, claims, premium))
    sums = Counter({one.tax.code: 0 for one in due})
    for one in due:
        sums[one.tax.code] += one.cents
    total = sum(sums.values())
    return {
        **{code: sums[code] for code in TAXES},
        "fee": fee,
        "sales_tax": sum(sums[code] for code in SALES_TAXES),
        "by_tax": dict(sums),
        "lines": tuple(_line(one) for one in due),
        "taxes": total,
        "total": claims + fee + sum(premium.values()) + total,
    }


def _place(section: Section) -> Place:
    with Words.of(section) as one:
        return Place(one.place(), one.whole("lives"), int(one.cents("claims", 0)))


def _line(due: Taxed) -> str:
    return f"{due.description.rstrip(', ')} {format_amount(due.cents)}"


def _premium(row: Words) -> dict[str, int]:
    """`premium = 1000`, or a table by line of coverage."""
    if isinstance(row.value("premium", 0), Mapping):
        return row.amounts("premium", PREMIUM_LINES)
    return {"": int(row.cents("premium", 0))}


def _taxes(row: Words) -> list[Tax]:
    own = row.sections("taxes")
    if ("place" in row) == bool(own):
        raise DocumentError("Either place with on, or taxes are wanted.", where=row.at("place"))
    if own:
        row.value("place", None)
        row.value("on", None)
        return [_own(one) for one in own]
    return taxes_on(row.place(), row.day("on"))


def _own(section: Section) -> Tax:
    with Words.of(section) as row:
        rate = row.fraction("rate") * MILLION
        if rate.denominator != 1:
            raise DocumentError("A rate has at most four decimals.", where=row.at("rate"))
        name = row.text("name")
        return Tax(name, name, "", row.choice("on", BASES), int(rate))


KIND = Kind("What a plan costs in taxes.", solve)
