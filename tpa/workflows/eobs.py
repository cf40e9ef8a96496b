"""Explanations of benefits: what a decision means to the member, as data and on paper. The decision's moves explain it.

What the member owes comes first. Nothing is computed again: amounts are sums of recorded lines, words are `explain`'s.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Claim, Decision
from tpa.books.members import selectors as members
from tpa.books.payments.models import ClaimPayment
from tpa.engine.adjudication.explain import ESTIMATE, Step
from tpa.infra import pdf
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.workflows.appeal_windows import terms_of
from tpa.workflows.eob_rights import as_json, paragraphs, rights_of
from tpa.workflows.eob_standing import standing_after, told

_OTHER_PLAN = "23"
"""CARC of what another plan's payment and terms have settled."""


def eob(*, employer: Employer, decision_id: int) -> dict[str, Any]:
    """One decision's explanation, amounts in cents. Of a claim that was taken back for good: that nothing is owed by it.

    Raises NotFoundError, also for a reversal in whose place there is another decision: that one explains.
    """
    decision = claims.decision(decision_id)
    is_taken_back = decision.outcome == Decision.Outcome.REVERSED
    if is_taken_back and claims.has_successor(decision):
        raise NotFoundError("A reversal has no explanation of benefits; the decision that replaces it has.")
    claim = claims.claim(decision.claim_id)
    member = members.member(claim.member_id)
    explained = [] if is_taken_back else claims.explained(decision.pk)
    lines = [
        {
            "number": row.line.number,
            "benefit": row.line.benefit.replace("_", " "),
            "service_on": row.line.service_on.isoformat(),
            "charge_cents": row.line.charge_cents,
            "allowed_cents": row.line.allowed_cents,
            "paid_cents": row.line.paid_cents,
            "deductible_cents": row.line.deductible_cents,
            "copay_cents": row.line.copay_cents,
            "coinsurance_cents": row.line.coinsurance_cents,
            "you_owe_cents": row.line.member_responsibility_cents,
            "summary": row.summary,
            "notes": [step.member for step in row.steps if step.member],
            "reasons": [_reason(step) for step in row.steps],
        }
        for row in explained
    ]
    terms = terms_of(decision)
    rights = rights_of(employer, decision, {row.line.line_of_coverage for row in explained} - {""}, terms.values())
    decided = [row.line for row in explained]
    part = ClaimPayment.objects.filter(decision_id=decision.pk, voided_on=None, issued_on__isnull=False).first()
    return {
        "claim": public_id("clm", employer.pk, claim.pk),
        "version": decision.version,
        "member": f"{member.first_name} {member.last_name}".strip(),
        "member_number": member.member_number,
        "provider": claim.provider_name,
        "received_on": claim.received_on.isoformat(),
        "decided_on": decision.decided_on.isoformat(),
        "you_owe_cents": 0 if is_taken_back else decision.member_responsibility_cents,
        "charge_cents": 0 if is_taken_back else decision.charge_cents,
        "allowed_cents": 0 if is_taken_back else decision.allowed_cents,
        "other_plan_cents": sum(step.cents for row in explained for step in row.steps if step.carc == _OTHER_PLAN),
        "plan_paid_cents": 0 if is_taken_back else decision.paid_cents,
        "plan_would_pay_cents": sum(step.cents for row in explained for step in row.steps if step.rule == ESTIMATE),
        "interest_cents": part.interest_cents if part else 0,
        "is_taken_back": is_taken_back,
        "is_estimate": decision.outcome == Decision.Outcome.ESTIMATE,
        "paid_to": _paid_to(claim, part),
        "replaces": _replaced(employer, claim, decision),
        "rights": as_json(rights, decision),
        "standing": standing_after(decision, claim.member_id, decided, terms) if decided else [],
        "lines": lines,
    }


def _reason(step: Step) -> dict[str, Any]:
    """A step as a notice has to give it: the words, the code that they stand for, the provision of the plan."""
    return {"text": step.member, "code": f"{step.group}-{step.carc}", "cents": step.cents, "plan_clause": step.clause}


def _replaced(employer: Employer, claim: Claim, decision: Decision) -> dict[str, Any] | None:
    """The explanation that the member had before of the same services, and which this one takes the place of."""
    before = claims.former_decision(claim.pk, decision.version)
    if before is None:
        return None
    return {
        "claim": public_id("clm", employer.pk, before.claim_id),
        "decided_on": before.decided_on.isoformat(),
        "you_owe_cents": before.member_responsibility_cents,
        "plan_paid_cents": before.paid_cents,
    }


def _paid_to(claim: Claim, part: ClaimPayment | None) -> str:
    """Where the plan's money went, and when; empty where none has left."""
    if part is None or part.amount_cents <= 0:
        return ""
    return f"{part.payment.payee_name or claim.provider_name} on {part.issued_on:%Y-%m-%d}"


def family_eobs(
    *, employer: Employer, family_id: int, decided_from: date, decided_before: date
) -> list[dict[str, Any]]:
    """The explanations of a family's decisions in a span that still hold, and of what was taken back, the oldest first."""
    rows = Decision.objects.filter(family_id=family_id, decided_on__gte=decided_from, decided_on__lt=decided_before)
    found = {one.claim_id: one for one in rows.order_by("claim_id", "version")}
    live = [one for one in found.values() if one.outcome != "reversed" or not claims.has_successor(one)]
    return [eob(employer=employer, decision_id=one.pk) for one in sorted(live, key=lambda one: one.pk)]


def eob_paper(*, employer: Employer, eobs: Sequence[dict[str, Any]], is_mailed: bool = True) -> bytes:
    """A family's explanations on paper: tagged PDF, addressed where its mail goes unless others get it, what is owed first.

    Raises NotFoundError where there are none.
    """
    if not eobs:
        raise NotFoundError("There are no decisions in that span.")
    owed = sum(one["you_owe_cents"] for one in eobs if not one["is_estimate"])
    return pdf.render(
        "explanation_of_benefits",
        {
            "title": "Explanation of benefits",
            "administrator": settings.TPA_NAME,
            "address": settings.TPA_ADDRESS.replace(";", ","),
            "phone": settings.TPA_PHONE,
            "plan": employer.name,
            "currency": employer.currency,
            "to": members.addressee(eobs[0]["member_number"]) if is_mailed else [],
            "you_owe": format_amount(owed),
            "claims": [_shown(one) for one in eobs],
            "rights": list(dict.fromkeys(text for one in eobs for text in paragraphs(one["rights"]))),
        },
    )


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    """Amounts as text: the template computes nothing."""
    amounts = ("you_owe", "charge", "allowed", "plan_paid")
    money = {name: format_amount(one[f"{name}_cents"]) for name in amounts}
    lines = [
        line
        | {name: format_amount(line[f"{name}_cents"]) for name in ("charge", "allowed", "paid", "you_owe")}
        | {"reasons": [reason | {"named": named(reason)} for reason in line["reasons"] if reason["text"]]}
        for line in one["lines"]
    ]
    before = one["replaces"]
    replaces = (
        f"This takes the place of the explanation of {before['decided_on']}, by which you owed"
        f" {format_amount(before['you_owe_cents'])} and the plan paid {format_amount(before['plan_paid_cents'])}."
        if before
        else ""
    )
    interest, other = (format_amount(one[name]) if one[name] else "" for name in ("interest_cents", "other_plan_cents"))
    return (
        one
        | money
        | {"interest": interest, "discount": format_amount(one["charge_cents"] - one["allowed_cents"]), "lines": lines}
        | {
            "standing": [told(each) for each in one["standing"]],
            "replaces": replaces,
            "other_plan": other,
            "would_pay": format_amount(one["plan_would_pay_cents"]),
        }
    )


def named(reason: dict[str, Any]) -> str:
    """Code and provision of a reason, in brackets behind its words."""
    return ", ".join(one for one in (reason["code"], _provision(reason["plan_clause"])) if one)


def _provision(clause: str) -> str:
    """The plan's own name of a clause; where it has none, the place in the plan document, counted as people count."""
    if not clause.startswith("/"):
        return clause
    parts = [str(int(part) + 1) if part.isdecimal() else part.replace("_", " ") for part in clause[1:].split("/")]
    return f"plan document: {' '.join(parts)}"
