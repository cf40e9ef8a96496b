"""What a member may do who does not agree with a decision: the law's numbers in plain words, for the explanation of benefits.

29 CFR 2560.503-1(g)(1) and 29 CFR 2590.715-2719(b)(2)(ii)(E): how and until when to appeal, in how many levels, by when that
is decided, external review, what may be asked for free of charge, the right to sue, and where there is help.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from tenants.models import Employer
from tpa.books.claims.clocks import clocks_of
from tpa.books.claims.models import Decision
from tpa.engine.clocks.claim import Kind, law_of
from tpa.engine.plan.terms import PlanTerms

EBSA = "the Employee Benefits Security Administration, 1-866-444-3272"
"""Where the law has members of an employer's plan sent for help."""


class Rights(NamedTuple):
    """As what the law takes the claim, in how many levels it may be appealed, and whether external review may follow.

    It may of medical benefits, but not in a plan that is older than the law: 29 CFR 2590.715-2719(a)(1).
    """

    kind: Kind
    levels_count: int
    has_external_review: bool


def rights_of(
    employer: Employer, decision: Decision, lines_of_coverage: set[str], terms: Collection[PlanTerms]
) -> Rights:
    """What the law gives a member against a decision that plans of these terms have made."""
    kind = clocks_of([decision.claim_id], employer.time_zone)[decision.claim_id].filed.kind.of_appeal
    is_older = bool(terms) and all(one.grandfathered for one in terms)
    is_medical = not lines_of_coverage or "medical" in lines_of_coverage
    return Rights(kind, max((one.appeal_levels for one in terms), default=1), is_medical and not is_older)


def as_json(rights: Rights, decision: Decision) -> dict[str, Any]:
    """The same as values: days or hours, months; None where there is nothing of it."""
    law = law_of("appeal_procedures", rights.kind, decision.decided_on)
    of_two = "_of_two" if rights.levels_count > 1 else ""
    outside = law_of("appeal_procedures", "external", decision.decided_on)
    return {
        "kind": str(rights.kind),
        "levels_count": rights.levels_count,
        "appeal_within_days": law["window_days"],
        "decided_within_days": None if rights.kind is Kind.URGENT else law[f"decide_days{of_two}"],
        "decided_within_hours": law["decide_hours"] if rights.kind is Kind.URGENT else None,
        "external_review_within_months": outside["window_months"] if rights.has_external_review else None,
    }


def paragraphs(told: dict[str, Any]) -> list[str]:
    """The values as the member reads them."""
    found = [
        f"You may appeal within {told['appeal_within_days']} days of receiving this. Write to the administrator at the address"
        " above, say which claim it is about and why you disagree, and send what supports it; where a note above says that"
        " something is missing, send that. Somebody who had no part in the decision looks at everything anew.",
        _time(told),
        "You may ask, free of charge, for everything that the decision was based on: your file, every rule or guideline that"
        " was relied on, and, where it was a medical judgment, the reasons in your own case. You may also ask for the diagnosis"
        " and treatment codes of the claim and what they mean.",
    ]
    if told["external_review_within_months"]:
        found.append(_outside(told, "If your plan then still says no", "of that answer"))
    found.append(
        "If your plan is subject to ERISA, you may bring a civil action under section 502(a) after the plan's appeals, and you"
        f" can get help from {EBSA}."
    )
    return found


def after_appeal(told: dict[str, Any], *, is_last: bool) -> list[str]:
    """What is left to a claimant whose appeal was not, or not wholly, granted: (j)(3) to (5)."""
    if not is_last:
        again = (
            f"You may appeal once more within {told['appeal_within_days']} days of receiving this. Somebody who had no part in"
            " the decisions so far looks at everything anew."
        )
        return [again, _time(told), *paragraphs(told)[2:]]
    documents, *_, court = paragraphs(told)[2:]
    is_outside = told["external_review_within_months"] is not None
    outside = [_outside(told, "If your plan says no", "of receiving this")] if is_outside else []
    options = (
        "You and your plan may have other voluntary alternative dispute resolution options, such as mediation. One way to find"
        " out what may be available is to contact your local U.S. Department of Labor Office and your State insurance"
        " regulatory agency."
    )
    return [*outside, documents, court, options]


def _outside(told: dict[str, Any], says_no: str, since: str) -> str:
    return (
        f"{says_no} by a medical judgment, or has taken coverage back for days in the past, or the protection against surprise"
        " bills is in question, you may ask for a review by an independent organization within"
        f" {told['external_review_within_months']} months {since}. It costs you nothing, and binds the plan."
    )


def _time(told: dict[str, Any]) -> str:
    if told["decided_within_hours"]:
        hours = told["decided_within_hours"]
        return f"This claim is urgent: you may appeal by telephone, and get the answer within {hours} hours."
    levels, days = told["levels_count"], told["decided_within_days"]
    if levels > 1:
        return f"Your plan has two levels of appeal. At each you get the answer within {days} days."
    return f"You get the answer within {days} days of your appeal."
