"""Whether a medical plan keeps the limits of the ACA and, where it says so, the rules of an HSA-qualified plan.

Preventive care is what a benefit of the class `preventive` covers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tpa.engine.plan.checks_structure import Finding
from tpa.engine.plan.terms import Benefit, Deductible, FamilyRule, OutOfPocket, PlanTerms
from tpa.engine.plan.terms_share import Share
from tpa.engine.statute import MissingValueError, Value, statute
from tpa.kernel.money import BASIS_POINTS, format_amount
from tpa.kernel.periods import year_of

PREVENTIVE = "preventive"
_IN_ITS_OWN_TIER = "; a lower one of the employee-only tier stands in employee_only"
_PARTS = {"copay", "deductible", "coinsurance"}


def check_law(terms: PlanTerms, effective_on: date) -> list[Finding]:
    """What the law wants otherwise, by the figures of the plan year that holds `effective_on`."""
    findings: list[Finding] = []
    if terms.line != "medical":
        return [_not_medical()] if terms.hsa_qualified else []
    for applies, name, check in (
        (not terms.grandfathered, "us/aca_out_of_pocket", _aca),
        (terms.hsa_qualified, "us/hdhp", _hdhp),
    ):
        if applies:
            try:
                findings += check(terms, statute(name).on(year_of(effective_on, terms.year_starts_month).starts_on))
            except MissingValueError as missing:
                findings.append(Finding("statute_missing", "error", "", missing.message, missing.remedy))
    return findings


def _not_medical() -> Finding:
    return Finding(
        "hsa_not_medical",
        "error",
        "/hsa_qualified",
        "Only a medical plan can be HSA-qualified.",
        "Take hsa_qualified out, or correct the line.",
    )


def _network_tiers(terms: PlanTerms) -> set[str]:
    return {tier.name for tier in terms.tiers if tier.network}


def _whole_maximums(terms: PlanTerms) -> list[tuple[int, OutOfPocket]]:
    """The out-of-pocket maximums of the network to which all cost sharing counts."""
    network = _network_tiers(terms)
    return [
        (n, one)
        for n, one in enumerate(terms.out_of_pockets)
        if network.intersection(one.tiers) and set(one.counts) == _PARTS and not one.benefits
    ]


def _aca(terms: PlanTerms, figures: Value) -> Iterator[Finding]:
    yield from _preventive(terms)
    yield from _uncapped_tiers(terms)
    limits = figures["self_only_cents"], figures["family_cents"]
    for n, one in _whole_maximums(terms):
        yield from _above("aca_out_of_pocket", "the ACA's limit", f"/out_of_pocket_maximums/{n}", one, *limits)
        if not one.self_only_cap and (one.individual_cents is None or one.family_rule is FamilyRule.AGGREGATE):
            yield Finding(
                "aca_self_only_cap",
                "error",
                f"/out_of_pocket_maximums/{n}/self_only_cap",
                "Nobody may owe more than the self-only limit, in a family tier neither.",
                "Leave self_only_cap out, or set it to true.",
            )


def _preventive(terms: PlanTerms) -> Iterator[Finding]:
    found = False
    for n, benefit in enumerate(terms.benefits):
        if benefit.benefit_class != PREVENTIVE:
            continue
        found = True
        for tier in sorted(_network_tiers(terms)):
            share = benefit.shares[tier]
            if not share.covered or share.steps:
                yield Finding(
                    "aca_preventive",
                    "error",
                    f"/benefits/{n}/shares/{tier}",
                    f"Preventive care is free of charge in the network; {benefit.code!r} is not.",
                    "Write member_pays = [] for the tiers of the network.",
                )
    if not found:
        yield Finding(
            "no_preventive",
            "error",
            "/benefits",
            "The plan has no preventive care.",
            f'Add a benefit with class = "{PREVENTIVE}" and member_pays = [].',
        )


def _uncapped_tiers(terms: PlanTerms) -> Iterator[Finding]:
    capped = {tier for _, one in _whole_maximums(terms) for tier in one.tiers}
    for n, tier in enumerate(terms.tiers):
        if tier.network and tier.name not in capped:
            yield Finding(
                "no_out_of_pocket",
                "error",
                f"/tiers/{n}",
                f"The network tier {tier.name!r} has no out-of-pocket maximum to which all cost sharing counts.",
                "Add one with the law's limits or lower.",
            )
    for n, benefit in enumerate(terms.benefits):
        for share in benefit.shares.values():
            if share.outside_out_of_pocket and share.tier in capped & _network_tiers(terms):
                yield Finding(
                    "outside_out_of_pocket",
                    "warning",
                    f"/benefits/{n}/shares/{share.tier}",
                    f"What members pay for {benefit.code!r} does not count to the out-of-pocket maximum.",
                    "That is allowed only for benefits that are not essential; otherwise take it out.",
                )


def _above(
    code: str, limit: str, path: str, one: OutOfPocket, individual_most: int, family_most: int
) -> Iterator[Finding]:
    for key, given, most in (
        ("individual", one.individual_cents, individual_most),
        ("employee_only", one.employee_only_cents, individual_most),
        ("family", one.family_cents, family_most),
    ):
        if given is not None and given > most:
            yield Finding(
                code,
                "error",
                f"{path}/{key}",
                f"{format_amount(given)} is above {limit}, {format_amount(most)}.",
                f"Lower it to {format_amount(most)} or less.",
            )


def _hdhp(terms: PlanTerms, figures: Value) -> Iterator[Finding]:
    yield from _before_deductible(terms)
    in_family, own = figures["minimum_deductible_family_cents"], figures["minimum_deductible_self_cents"]
    for n, one in enumerate(terms.deductibles):
        for key, given, least in _least_deductibles(one, figures):
            if given is not None and given < least:
                instead = _IN_ITS_OWN_TIER if key == "individual" and least > own else ""
                whose = "deductible in a family" if least == in_family else "deductible"
                yield Finding(
                    "hdhp_deductible",
                    "error",
                    f"/deductibles/{n}/{key}",
                    f"{format_amount(given)} is below the least {whose}, {format_amount(least)}.",
                    f"Raise it to {format_amount(least)} or more{instead}.",
                )
    most = figures["maximum_out_of_pocket_self_cents"], figures["maximum_out_of_pocket_family_cents"]
    for n, maximum in _whole_maximums(terms):
        path = f"/out_of_pocket_maximums/{n}"
        yield from _above("hdhp_out_of_pocket", "the limit of an HSA-qualified plan", path, maximum, *most)
    if terms.grandfathered:
        yield from _uncapped_tiers(terms)


def _least_deductibles(one: Deductible, figures: Value) -> list[tuple[str, int | None, int]]:
    """An individual figure that somebody in a family tier can meet alone has to reach the family's least."""
    own = figures["minimum_deductible_self_cents"]
    family = figures["minimum_deductible_family_cents"]
    alone = one.family_rule is not FamilyRule.AGGREGATE
    return [
        ("individual", one.individual_cents, family if alone else own),
        ("employee_only", one.employee_only_cents, own),
        ("family", one.family_cents, family),
    ]


def _before_deductible(terms: PlanTerms) -> Iterator[Finding]:
    for n, benefit in enumerate(terms.benefits):
        if benefit.benefit_class == PREVENTIVE:
            continue
        for share in benefit.shares.values():
            if share.covered and not _waits_for_deductible(share):
                yield _pays_too_early(n, benefit, share)


def _waits_for_deductible(share: Share) -> bool:
    return all(_first_is_deductible(way.member_pays, way.coinsurance_bp) for way in share.ways)


def _first_is_deductible(steps: tuple[str, ...], coinsurance_bp: int) -> bool:
    if not steps:
        return False
    return steps[0].startswith("deductible") or (steps[0] == "coinsurance" and coinsurance_bp == BASIS_POINTS)


def _pays_too_early(n: int, benefit: Benefit, share: Share) -> Finding:
    return Finding(
        "hdhp_before_deductible",
        "error",
        f"/benefits/{n}/shares/{share.tier}",
        f"An HSA-qualified plan pays nothing but preventive care before the deductible; {benefit.code!r} does.",
        'Let member_pays begin with "deductible".',
    )
