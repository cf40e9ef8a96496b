"""What only a dental claim says, as one JSON value of its row: a claim of another kind has none, and pays nothing for it."""

import json
from datetime import date
from typing import Any

from tpa.engine.adjudication.facts import Claim, MissingTooth, Treatment


def dental_text(claim: Claim) -> str | None:
    """The JSON of a claim's dental facts; None where it has none."""
    told: dict[str, Any] = {}
    if claim.predetermination:
        told["predetermination"] = True
    if claim.missing_teeth:
        told["missing_teeth"] = [[one.tooth, _text(one.extracted_on)] for one in claim.missing_teeth]
    if claim.treatment is not None:
        months, months_left, banded_on = claim.treatment
        told["treatment"] = [months, months_left, _text(banded_on)]
    if claim.instalment:
        told["instalment"] = claim.instalment
    return json.dumps(told) if told else None


def with_dental(claim: Claim, text: str) -> Claim:
    """The claim with the facts of its JSON."""
    told = json.loads(text)
    treatment = told.get("treatment")
    return claim._replace(
        predetermination=told.get("predetermination", False),
        missing_teeth=tuple(MissingTooth(tooth, _day(day)) for tooth, day in told.get("missing_teeth", ())),
        treatment=None if treatment is None else Treatment(treatment[0], treatment[1], _day(treatment[2])),
        instalment=told.get("instalment", 0),
    )


def is_predetermination(text: str | None) -> bool:
    """Whether the JSON of a claim's dental facts says that it only asks what would be paid."""
    return text is not None and json.loads(text).get("predetermination", False)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
