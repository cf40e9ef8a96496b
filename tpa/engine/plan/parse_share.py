"""Reading a benefit's shares: what the member pays, by tier."""

from __future__ import annotations

from tpa.engine.plan.terms_share import PARTS, CopayPer, FirstAmount, FirstVisits, Share, Way
from tpa.engine.plan.terms_values import amount, clause, code, percent_bp, whole_table
from tpa.kernel.document import DocumentError, Section

EVERY_TIER = "all"
_STAYS = (CopayPer.DAY, CopayPer.ADMISSION)


def read_shares(one: Section, names: list[str], deductibles: list[str], benefit: str) -> dict[str, Share]:
    """The share of every tier of a benefit."""
    if not one.flag("covered", True):
        return {name: Share(name, False, Way(()), clause(one)) for name in names}
    shares: dict[str, Share] = {}
    with one.section("shares") as by_tier:
        for name in names:
            key = name if name in by_tier or EVERY_TIER not in by_tier else EVERY_TIER
            if key not in by_tier:
                raise DocumentError(
                    f"The share of tier {name!r} is missing.",
                    where=by_tier.at(name),
                    remedy=f"Write it, or covered = false, or one share for {EVERY_TIER!r}.",
                )
            share = by_tier.section(key)
            shares[name] = whole_table(share, lambda share, name=name: _share(share, name, deductibles, benefit))  # type: ignore[misc]
        by_tier.value(EVERY_TIER, None)
    return shares


def _share(one: Section, tier: str, deductibles: list[str], benefit: str) -> Share:
    if not one.flag("covered", True):
        return Share(tier, False, Way(()), clause(one))
    visits, first_amount = _first_visits(one, deductibles, benefit), _first_amount(one, deductibles, benefit)
    if visits is not None and first_amount is not None:
        raise DocumentError("Either first_visits or first_amount is wanted.", where=one.at("first_amount"))
    way = _way(one, deductibles, None)
    first = [found.way for found in (visits, first_amount) if found is not None]
    has_copay = any("copay" in each.member_pays for each in (way, *first))
    per = CopayPer(one.choice("copay_per", tuple(CopayPer), CopayPer.VISIT)) if has_copay else CopayPer.VISIT
    return Share(
        tier=tier,
        covered=True,
        way=way,
        clause=clause(one),
        copay_per=per,
        copay_days=one.whole("copay_days", None, least=1, most=365) if per is CopayPer.DAY else None,
        readmission_days=one.whole("readmission_days", 0, most=365) if per in _STAYS else 0,
        waived_if_admitted=one.flag("waived_if_admitted", False) if has_copay else False,
        first_visits=visits,
        first_amount=first_amount,
        outside_out_of_pocket=_outside(one),
    )


def _way(one: Section, deductibles: list[str], usual: Section | None) -> Way:
    """The steps of a table and their figures; a figure that it leaves out is the one of `usual`, the share around it."""
    pays = _steps(one, deductibles)
    copay = "copay" in pays
    coinsurance = "coinsurance" in pays

    def told(key: str) -> Section:
        return usual if usual is not None and key not in one else one

    return Way(
        member_pays=pays,
        copay_cents=amount(told("copay"), "copay") if copay else 0,
        coinsurance_bp=percent_bp(told("coinsurance"), "coinsurance") if coinsurance else 0,
        coinsurance_least_cents=amount(told("coinsurance_least"), "coinsurance_least", 0) if coinsurance else 0,
        coinsurance_most_cents=amount(told("coinsurance_most"), "coinsurance_most", None) if coinsurance else None,
    )


def _steps(one: Section, deductibles: list[str]) -> tuple[str, ...]:
    if one.value("member_pays") == []:
        return ()
    return one.texts("member_pays", options=(*PARTS, *(f"deductible:{each}" for each in deductibles)))


def _first_visits(one: Section, deductibles: list[str], benefit: str) -> FirstVisits | None:
    if "first_visits" not in one:
        return None
    with one.section("first_visits") as visits:
        count, counter = visits.whole("count", least=1, most=365), _counter(visits, benefit)
        return FirstVisits(count, counter, _way(visits, deductibles, one))


def _first_amount(one: Section, deductibles: list[str], benefit: str) -> FirstAmount | None:
    if "first_amount" not in one:
        return None
    with one.section("first_amount") as first:
        most_cents, counter = amount(first, "most"), _counter(first, benefit)
        return FirstAmount(most_cents, counter, _way(first, deductibles, one))


def _counter(one: Section, benefit: str) -> str:
    return code(one, "counter") if "counter" in one else str(one.text("counter", benefit))


def _outside(one: Section) -> tuple[str, ...]:
    """`true`: every part; or a list of parts."""
    found = one.value("outside_out_of_pocket", False)
    if isinstance(found, bool):
        return PARTS if found else ()
    return one.texts("outside_out_of_pocket", options=PARTS)
