"""Why a claim may wait, in words: each code with its level, what may resolve it by itself, and what is asked of whom."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

CLAIM, LINE = "claim", "line"


class Comes(StrEnum):
    """What may come, so that the claim need not wait any more: it is then decided again without a person."""

    AUTHORIZATION = "authorization"
    OTHER_COVERAGE = "other_coverage"
    PLAN_VERSION = "plan_version"
    ELIGIBILITY = "eligibility"
    PRICE = "price"
    CONTRIBUTION = "contribution"


class PendKind(NamedTuple):
    """`says`: the reason in one sentence. `level`: claim or line. `comes`: what resolves it by itself (None: a person).

    `asks`: what is asked of the claimant, where the answer is theirs. `reattach`: settled, it is raised again when the claim
    is decided anew and comes out otherwise; without it, never again.
    """

    says: str
    level: str = LINE
    comes: Comes | None = None
    asks: str = ""
    reattach: bool = False


PENDS = {
    "member_unknown": PendKind("The patient is not a known member of the family.", CLAIM, Comes.ELIGIBILITY),
    "no_lines": PendKind("The claim has no lines.", CLAIM),
    "line_numbers": PendKind("Two lines of the claim have one number.", CLAIM),
    "negative": PendKind("A charge is below zero, or a line has no units."),
    "dates": PendKind("A line ends before it begins."),
    "service_after_receipt": PendKind("The service is later than the receipt of the claim."),
    "replacement": PendKind("The claim replaces an earlier one, which has to be named.", CLAIM),
    "void": PendKind("The claim takes back an earlier one, which has to be named.", CLAIM),
    "plan_not_published": PendKind(
        "No version of the plan is in force on the day of service.", LINE, Comes.PLAN_VERSION
    ),
    "legal_number_missing": PendKind("A legal number of the plan year is not known yet.", LINE, Comes.PLAN_VERSION),
    "network_unknown": PendKind("The plan has no tier of the provider's network.", LINE, Comes.PLAN_VERSION),
    "unlisted": PendKind("The plan says nothing of the service.", LINE, Comes.PLAN_VERSION),
    "dependent_age": PendKind("A child is older than the plan covers.", CLAIM, Comes.ELIGIBILITY),
    "suspected_duplicate": PendKind("The service looks like one that was paid."),
    "code_pair_paid": PendKind("A code that is a part of this one was paid before."),
    "other_coverage": PendKind(
        "Another plan may come first.", CLAIM, Comes.OTHER_COVERAGE, "whether another plan covers the patient"
    ),
    "order_of_benefits": PendKind(
        "Which of two plans comes first is not known.",
        CLAIM,
        Comes.OTHER_COVERAGE,
        "what the other plan needs to be placed",
    ),
    "work_related": PendKind(
        "The service has to do with work.", CLAIM, asks="how it happened, and whether workers' compensation was claimed"
    ),
    "accident": PendKind("The service follows an accident.", CLAIM, asks="how, where and by whose fault it happened"),
    "authorization": PendKind("The authorization that the plan asks for is missing.", LINE, Comes.AUTHORIZATION),
    "no_price": PendKind("No price of the service is known.", LINE, Comes.PRICE),
    "by_report": PendKind("The service is priced by report."),
    "extraction_date": PendKind("When a tooth was lost is not known.", LINE, asks="when the tooth was extracted"),
    "site_missing": PendKind("The tooth or the area of the mouth is missing."),
    "review_amount": PendKind("The plan would pay more than passes unseen.", CLAIM, reattach=True),
    "contribution_unpaid": PendKind("A contribution for the day of service has not come in.", LINE, Comes.CONTRIBUTION),
    "sanctioned_provider": PendKind("The provider stands on a list of excluded ones."),
    "audit_sample": PendKind("The claim was drawn to be checked.", CLAIM),
    "poison": PendKind("Something in the claim breaks the calculation.", CLAIM),
}
"""Code -> what it means."""


def reattached(cleared: tuple[str, ...]) -> tuple[str, ...]:
    """What stays settled when the claim comes out otherwise than it was settled for."""
    return tuple(code for code in cleared if code not in PENDS or not PENDS[code].reattach)
