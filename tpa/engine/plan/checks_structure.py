"""What is wrong with a plan whatever the law says: ties, what can never apply, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from tpa.engine.plan.checks_overlap import match_holds, matches_meet
from tpa.engine.plan.terms import Benefit, Match, PlanTerms, Unlisted


class Finding(NamedTuple):
    """Something that a check says of a plan. `path` is a JSON pointer into the document."""

    code: str
    severity: Literal["error", "warning"]
    path: str
    message: str
    remedy: str


def check_structure(terms: PlanTerms) -> list[Finding]:
    """The findings, by kind."""
    return [
        *_ties(terms),
        *_unreachable(terms),
        *_missing_deductibles(terms),
        *_idle_buckets(terms),
        *_fallbacks(terms),
    ]


def _pairs(terms: PlanTerms) -> Iterator[tuple[int, Benefit, int, Benefit]]:
    """Every two benefits, each with its place."""
    for n, one in enumerate(terms.benefits):
        for m in range(n + 1, len(terms.benefits)):
            yield n, one, m, terms.benefits[m]


def _ties(terms: PlanTerms) -> Iterator[Finding]:
    """Two benefits of one priority that can mean the same service. Where they share cost alike it is a warning."""
    for n, one, m, other in _pairs(terms):
        if one.priority != other.priority or not matches_meet(one.match, other.match):
            continue
        alike = _shares(one) == _shares(other) and one.benefit_class == other.benefit_class
        yield Finding(
            "tie",
            "warning" if alike else "error",
            f"/benefits/{m}",
            f"{other.code!r} and {one.code!r} (/benefits/{n}) can both mean one service and have the priority {one.priority}.",
            "Give the one that shall decide a higher priority, or make their conditions exclude each other.",
        )


def _shares(benefit: Benefit) -> dict[str, object]:
    return {tier: replace(share, clause="") for tier, share in benefit.shares.items()}


def _unreachable(terms: PlanTerms) -> Iterator[Finding]:
    """A benefit all of whose services a benefit of higher priority takes."""
    for n, one, m, other in _pairs(terms):
        if one.priority == other.priority:
            continue
        (_, first), (place, second) = sorted(((n, one), (m, other)), key=lambda pair: -pair[1].priority)
        if match_holds(first.match, second.match):
            yield Finding(
                "unreachable",
                "error",
                f"/benefits/{place}",
                f"{second.code!r} never applies: {first.code!r} has a higher priority and means all of its services.",
                "Remove it, or give it a higher priority.",
            )


def _missing_deductibles(terms: PlanTerms) -> Iterator[Finding]:
    """A share that takes the deductible in a tier where none holds."""
    for n, benefit in enumerate(terms.benefits):
        for share in benefit.shares.values():
            if "deductible" in share.steps and not any(share.tier in one.tiers for one in terms.deductibles):
                yield Finding(
                    "no_deductible",
                    "error",
                    f"/benefits/{n}/shares/{share.tier}",
                    f"{benefit.code!r} takes the deductible of tier {share.tier!r}, which has none.",
                    "Add a deductible that holds in the tier, or take the step out.",
                )


def _idle_buckets(terms: PlanTerms) -> Iterator[Finding]:
    """A deductible that no benefit takes; a tier in which nothing is covered."""
    used = {
        (share.tier, step) for benefit in terms.benefits for share in benefit.shares.values() for step in share.steps
    }
    taken = {step for _, step in used}
    for n, deductible in enumerate(terms.deductibles):
        by_tier = any((tier, "deductible") in used for tier in deductible.tiers)
        if not by_tier and f"deductible:{deductible.code}" not in taken:
            yield Finding(
                "idle_deductible",
                "warning",
                f"/deductibles/{n}",
                f"No benefit takes the deductible {deductible.code!r}.",
                "Remove it, or name it in the member_pays of the benefits that it is for.",
            )
    for n, tier in enumerate(terms.tiers):
        if not any(benefit.shares[tier.name].covered for benefit in terms.benefits):
            yield Finding(
                "idle_tier",
                "warning",
                f"/tiers/{n}",
                f"Nothing is covered in the tier {tier.name!r}.",
                "Remove the tier, or cover something in it.",
            )


def _fallbacks(terms: PlanTerms) -> Iterator[Finding]:
    """What happens to a service that no benefit names, and to a provider in no network; no examples."""
    if terms.unlisted is Unlisted.DENY and not any(benefit.match == Match() for benefit in terms.benefits):
        yield Finding(
            "no_fallback",
            "warning",
            "/benefits",
            "A service that no benefit names is denied.",
            'Add a benefit without conditions and with the lowest priority, or write unlisted = "pend".',
        )
    if all(tier.network for tier in terms.tiers):
        yield Finding(
            "no_outside_tier",
            "warning",
            "/tiers",
            "No tier takes providers outside all networks.",
            "Add a tier with network = false; where such care is not covered, say so in the benefits' shares.",
        )
    if not terms.examples:
        yield Finding(
            "no_examples",
            "warning",
            "/examples",
            "The plan has no example claims.",
            "Add the booklet's own examples with their answers; publishing runs them.",
        )
