"""What only dental claims say, on its way in: from an 837D, from JSON, to JSON."""

from typing import Any

from tpa.engine.adjudication.facts import Claim, MissingTooth, Treatment
from tpa.engine.plan.teeth import AREAS, known_tooth
from tpa.kernel.document import DocumentError, Section
from tpa.x12.claims import Claim837, ServiceLine837

_PRIOR_PLACEMENT, _BANDING = "441", "452"
_MISSING = "M"
_MOST_MONTHS = 120


def claim_of(came: Claim837) -> dict[str, Any]:
    """The dental fields of a claim: CLM19, DN1, DN2, DTP*452 of the claim or its first line that has one."""
    banded_on = came.day(_BANDING) or next((day for line in came.lines if (day := line.day(_BANDING))), None)
    treatment = None
    if came.orthodontic_months or came.orthodontic_months_left or banded_on:
        treatment = Treatment(_months(came.orthodontic_months), _months(came.orthodontic_months_left), banded_on)
    return {
        "predetermination": came.predetermination,
        "missing_teeth": tuple(
            MissingTooth(tooth)
            for one in came.tooth_statuses
            if one.status == _MISSING and (tooth := known_tooth(one.number))
        ),
        "treatment": treatment,
    }


def _months(count: int | None) -> int | None:
    return min(count, _MOST_MONTHS) if count is not None and count >= 0 else None


def line_of(line: ServiceLine837) -> dict[str, Any]:
    """The dental fields of a line: SV304, DTP*441. Of several areas the first one counts."""
    area = line.oral_cavities[0] if line.oral_cavities else ""
    return {"area": area if area in AREAS else "", "placed_before_on": line.day(_PRIOR_PLACEMENT)}


def claim_from(told: Section) -> dict[str, Any]:
    """The dental fields of a JSON claim. Raises DocumentError."""
    treatment = None
    if "treatment" in told:
        with told.section("treatment") as one:
            treatment = Treatment(
                one.whole("months", None, least=1, most=_MOST_MONTHS),
                one.whole("months_left", None, most=_MOST_MONTHS),
                one.day("banded_on", None),
            )
    return {
        "missing_teeth": tuple(_missing_from(one) for one in told.sections("missing_teeth")),
        "treatment": treatment,
    }


def _missing_from(told: Section) -> MissingTooth:
    with told as one:
        tooth = known_tooth(one.text("tooth"))
        if not tooth:
            raise DocumentError("This is no tooth.", where=one.at("tooth"), remedy="Write 1 to 32 or A to T.")
        return MissingTooth(tooth, one.day("extracted_on", None))


def line_from(one: Section) -> dict[str, Any]:
    """The dental fields of a JSON line. Raises DocumentError."""
    return {
        "area": one.choice("area", AREAS, ""),
        "placed_before_on": one.day("placed_before_on", None),
    }


def told_of(claim: Claim) -> dict[str, Any]:
    """The dental part of a claim's JSON document; what is empty is left out."""
    document: dict[str, Any] = {}
    if claim.missing_teeth:
        document["missing_teeth"] = [_plain(one._asdict()) for one in claim.missing_teeth]
    if claim.treatment is not None:
        document["treatment"] = _plain(claim.treatment._asdict())
    return document


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in values.items()
        if value is not None
    }
