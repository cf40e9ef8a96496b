"""Why a claim may wait, in the words of the desk and of the member, by code: what may resolve it, what is asked of whom."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

CLAIM, LINE = "claim", "line"
_OURS = "You need not do anything."
UNKNOWN = f"A person looks at this claim before it is decided. {_OURS}"
"""To the member, of a reason that a plan's own rules of review name."""


class Comes(StrEnum):
    """What may come, so that the claim need not wait any more: it is then decided again without a person."""

    AUTHORIZATION = "authorization"
    OTHER_COVERAGE = "other_coverage"
    PLAN_VERSION = "plan_version"
    ELIGIBILITY = "eligibility"
    PRICE = "price"
    CONTRIBUTION = "contribution"


BROUGHT = frozenset((Comes.AUTHORIZATION, Comes.OTHER_COVERAGE, Comes.ELIGIBILITY, Comes.CONTRIBUTION))
"""What others bring: as long as it is missing, the claim is not complete. The rest is the administrator's own to bring."""


class PendKind(NamedTuple):
    """The reason in two voices: `says` to the desk, `member` to the member, whom it tells what to do.

    `level`: claim or line. `comes`: what resolves it by itself (None: a person). `asks`: what is asked of the claimant,
    where the answer is theirs. `reattach`: settled, it is raised again when the claim is decided anew and comes out
    otherwise; without it, never again.
    """

    says: str
    member: str
    level: str = LINE
    comes: Comes | None = None
    asks: str = ""
    reattach: bool = False


PENDS = {
    "member_unknown": PendKind(
        "The patient is not a known member of the family.",
        "We could not tell whom this claim is for. Check the member number with your provider.",
        CLAIM,
        Comes.ELIGIBILITY,
    ),
    "no_lines": PendKind(
        "The claim has no lines.",
        f"This claim names no services. We ask your provider. {_OURS}",
        CLAIM,
    ),
    "line_numbers": PendKind(
        "Two lines of the claim have one number.",
        f"This claim is not filled in as it has to be. We ask your provider. {_OURS}",
        CLAIM,
    ),
    "negative": PendKind(
        "A charge is below zero, or a line has no units.",
        f"An amount on this claim cannot be right. We ask your provider. {_OURS}",
    ),
    "dates": PendKind(
        "A line ends before it begins.",
        f"A day on this claim cannot be right. We ask your provider. {_OURS}",
    ),
    "service_after_receipt": PendKind(
        "The service is later than the receipt of the claim.",
        f"A day on this claim cannot be right. We ask your provider. {_OURS}",
    ),
    "replacement": PendKind(
        "The claim replaces an earlier one, which has to be named.",
        f"This claim corrects an earlier one. Both are looked at together. {_OURS}",
        CLAIM,
    ),
    "void": PendKind(
        "The claim takes back an earlier one, which has to be named.",
        f"Your provider takes an earlier claim back. {_OURS}",
        CLAIM,
    ),
    "frequency": PendKind(
        "By its frequency the claim is no original, replacement or void: no payment is asked for, or late charges.",
        f"This claim seems to belong to another one. We look at both. {_OURS}",
        CLAIM,
    ),
    "plan_not_published": PendKind(
        "No version of the plan is in force on the day of service.",
        f"We are setting up your plan for the day of this service. {_OURS}",
        LINE,
        Comes.PLAN_VERSION,
    ),
    "legal_number_missing": PendKind(
        "A legal number of the plan year is not known yet.",
        f"We are setting up your plan for the day of this service. {_OURS}",
        LINE,
        Comes.PLAN_VERSION,
    ),
    "network_unknown": PendKind(
        "The plan has no tier of the provider's network.",
        f"We check which network your provider is in. {_OURS}",
        LINE,
        Comes.PLAN_VERSION,
    ),
    "noncovered_part": PendKind(
        "The provider bills a part of the charge as not covered.",
        f"We look at what your provider bills as not covered. {_OURS}",
    ),
    "unlisted": PendKind(
        "The plan says nothing of the service.",
        f"We check how your plan covers this service. {_OURS}",
        LINE,
        Comes.PLAN_VERSION,
    ),
    "dependent_age": PendKind(
        "A child is older than the plan covers.",
        "Your child is older than the plan covers. Tell us if your child has a disability.",
        CLAIM,
        Comes.ELIGIBILITY,
    ),
    "suspected_duplicate": PendKind(
        "The service looks like one that was paid.",
        f"This looks like a service that we have paid already. We check it. {_OURS}",
    ),
    "code_pair_paid": PendKind(
        "A code that is a part of this one was paid before.",
        f"This looks like a service that we have paid in part already. We check it. {_OURS}",
    ),
    "other_coverage": PendKind(
        "Another plan may come first.",
        "Another plan that covers you comes first. Send us what it has paid.",
        CLAIM,
        Comes.OTHER_COVERAGE,
        "whether another plan covers the patient",
    ),
    "order_of_benefits": PendKind(
        "Which of two plans comes first is not known.",
        "We need to know more of your other plan before we can say which one pays first.",
        CLAIM,
        Comes.OTHER_COVERAGE,
        "what the other plan needs to be placed",
    ),
    "work_related": PendKind(
        "The service has to do with work.",
        "These services may follow from your work. Tell us whether workers' compensation pays for them.",
        CLAIM,
        asks="how it happened, and whether workers' compensation was claimed",
    ),
    "accident": PendKind(
        "The service follows an accident.",
        "These services may follow from an accident. Tell us whether somebody else has to pay for them.",
        CLAIM,
        asks="how, where and by whose fault it happened",
    ),
    "authorization": PendKind(
        "The authorization that the plan asks for is missing.",
        "This service needs an authorization, and we have none yet. Your provider can ask for it.",
        LINE,
        Comes.AUTHORIZATION,
    ),
    "no_price": PendKind(
        "No price of the service is known.",
        f"We are finding the price of this service. {_OURS}",
        LINE,
        Comes.PRICE,
    ),
    "by_report": PendKind(
        "The service is priced by report.",
        f"We are finding the price of this service. {_OURS}",
    ),
    "extraction_date": PendKind(
        "When a tooth was lost is not known.",
        "We need to know when the tooth was lost. Your dentist can tell us.",
        LINE,
        asks="when the tooth was extracted",
    ),
    "site_missing": PendKind(
        "The tooth or the area of the mouth is missing.",
        "We need to know which tooth or part of the mouth was treated. Your dentist can tell us.",
    ),
    "review_amount": PendKind(
        "The plan would pay more than passes unseen.",
        f"This claim is large, and a person looks at it first. {_OURS}",
        CLAIM,
        reattach=True,
    ),
    "contribution_unpaid": PendKind(
        "A contribution for the day of service has not come in.",
        "Your contribution for this time has not come in. Once it has, this claim is decided.",
        LINE,
        Comes.CONTRIBUTION,
    ),
    "sanctioned_provider": PendKind(
        "The provider stands on a list of excluded ones.",
        f"We check whether this provider may be paid. {_OURS}",
    ),
    "audit_sample": PendKind(
        "The claim was drawn to be checked.",
        f"This claim was drawn at random to be checked. {_OURS}",
        CLAIM,
    ),
    "poison": PendKind(
        "Something in the claim breaks the calculation.",
        f"Something on this claim needs a person who looks at it. {_OURS}",
        CLAIM,
    ),
}
"""Code -> what it means."""


def reattached(cleared: tuple[str, ...]) -> tuple[str, ...]:
    """What stays settled when the claim comes out otherwise than it was settled for."""
    return tuple(code for code in cleared if code not in PENDS or not PENDS[code].reattach)
