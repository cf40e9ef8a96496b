"""Letters to a claimant about a claim, on paper, tagged: what is missing, that it takes longer, that it was filed wrongly.

29 CFR 2560.503-1(f)(2)(iii), (f)(3): the reason, what is needed and how long the claimant has for it, by when the plan decides.
(c)(1): how to file. What was noted at the claim's clock is what the letter says.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims import selectors as claims
from tpa.books.claims.clocks import clock_after, clocks_of
from tpa.books.claims.examining import ClockStep
from tpa.books.claims.models import Claim
from tpa.books.members import selectors as members
from tpa.engine.clocks.claim import Clock
from tpa.infra import pdf
from tpa.kernel.errors import ConflictError, NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount

SAYS = {
    ClockStep.Kind.REQUESTED: "We need information to decide your claim",
    ClockStep.Kind.EXTENDED: "We need more time to decide your claim",
    ClockStep.Kind.MISFILED: "Your request was not filed as the plan asks",
}
"""Kind of what is noted at the clock -> the headline of the letter that tells the claimant."""


def step_letter(*, employer: Employer, claim_id: int, number: int) -> bytes:
    """The letter of what was noted at a claim's clock as the `number`-th, from 1. Raises NotFoundError, ConflictError."""
    claim = claims.claim(claim_id)
    found = clocks_of([claim_id], employer.time_zone)[claim_id]
    if not 0 < number <= len(found.steps):
        raise NotFoundError("Nothing was noted there.")
    step = found.steps[number - 1]
    if step.kind not in SAYS:
        raise ConflictError("The claimant is told nothing of this by letter.")
    stands = clock_after(found.filed, found.steps[:number])
    return claimant_letter(
        employer=employer,
        claim=claim,
        says=SAYS[ClockStep.Kind(step.kind)],
        on=step.on,
        paragraphs=[step.detail, *_told(ClockStep.Kind(step.kind), stands)],
    )


def _told(kind: ClockStep.Kind, clock: Clock) -> list[str]:
    """What follows from it, and until when."""
    decided = f"We decide by {_until(clock.due_on, clock.due_at)}"
    if kind == ClockStep.Kind.MISFILED:
        return [
            "The time for our decision begins when you file it so. If you want, we tell you of this in writing again."
        ]
    if kind == ClockStep.Kind.EXTENDED:
        return [f"{decided} at the latest."]
    assert clock.supply_by_on is not None
    return [
        f"Please send it by {_until(clock.supply_by_on, clock.supply_by_at)}. If nothing comes, we decide on what we know.",
        f"The time for our decision stands still until you answer. {decided} at the latest, sooner if you answer sooner.",
    ]


def _until(day: date, at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else f"{day:%Y-%m-%d}"


def claimant_letter(
    *,
    employer: Employer,
    claim: Claim,
    says: str,
    on: date,
    paragraphs: Sequence[str],
    about: str = "",
    parts: Sequence[tuple[str, Sequence[str], bool]] = (),
) -> bytes:
    """A letter about a claim: headline, what it is about, paragraphs, and parts (title, texts, whether they are a list)."""
    member, homes = members.member(claim.member_id), members.subscriber_addresses([claim.family_id])
    name = public_id("clm", employer.pk, claim.pk)
    document: dict[str, Any] = {
        "title": f"{says}: {name}",
        "administrator": settings.TPA_NAME,
        "address": settings.TPA_ADDRESS.replace(";", ","),
        "phone": settings.TPA_PHONE,
        "plan": employer.name,
        "currency": employer.currency,
        "on": f"{on:%Y-%m-%d}",
        "member": f"{member.first_name} {member.last_name}".strip(),
        "lines": list(homes[claim.family_id].lines) if claim.family_id in homes else [],
        "says": says,
        "about": f"{about or 'Claim'} {name}, received {claim.received_on:%Y-%m-%d}, service of {claim.service_on:%Y-%m-%d}",
        "provider": claim.provider_name,
        "charge": format_amount(claim.charge_cents),
        "paragraphs": list(paragraphs),
        "parts": [
            {"title": title, "texts": list(texts), "is_list": is_list} for title, texts, is_list in parts if texts
        ],
    }
    return pdf.render("claimant_letter", document)
