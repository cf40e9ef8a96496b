"""What it takes to register a claim: its origin, its receipt, and the claim itself in the engine's words."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tpa.books.claims.dental import dental_text
from tpa.engine.adjudication import facts
from tpa.engine.coordination.answers import payers_to_json

CLAIM_COLUMNS = (
    "id",
    "source",
    "source_ref",
    "file_id",
    "form",
    "family_id",
    "member_id",
    "received_at",
    "received_on",
    "service_on",
    "charge_cents",
    "patient_control_number",
    "provider_tax_id",
    "provider_npi",
    "provider_name",
    "specialty",
    "frequency",
    "original_reference",
    "facility_code",
    "admitted_on",
    "related_causes",
    "other_payers",
    "assigned",
    "diagnoses",
    "drg",
    "zip_code",
    "repriced_cents",
    "accident_on",
    "dental",
)
LINE_COLUMNS = (
    "claim_id",
    "number",
    "member_id",
    "from_on",
    "through_on",
    "charge_cents",
    "procedure",
    "modifiers",
    "revenue_code",
    "place",
    "units_milli",
    "diagnoses",
    "tooth",
    "surfaces",
    "authorization",
    "repriced_cents",
    "emergency",
    "control_number",
    "area",
    "placed_before_on",
    "noncovered_cents",
)


class NewClaim(NamedTuple):
    """A claim of a known member, not in the books yet. `claim.claim_id` is 0: the register gives the key.

    `(source, source_ref)` names it at its origin for ever. `received_at` is the instant of receipt in UTC,
    `claim.received_on` its day in the employer's time zone. `line_control_numbers` are the provider's, by position.
    """

    source: str
    source_ref: str
    family_id: int
    received_at: datetime
    claim: facts.Claim
    file_id: int | None = None
    patient_control_number: str = ""
    provider_name: str = ""
    diagnoses: tuple[str, ...] = ()
    line_control_numbers: tuple[str, ...] = ()


class Registered(NamedTuple):
    """`keys` by (source, source_ref), old and new; `new_count` were not in the books before."""

    keys: dict[tuple[str, str], int]
    new_count: int


def claim_row(key: int, new: NewClaim) -> tuple[object, ...]:
    """A claim as its row, in the order of the columns."""
    claim = new.claim
    return (
        key,
        new.source,
        new.source_ref,
        new.file_id,
        claim.form,
        new.family_id,
        claim.member_id,
        new.received_at,
        claim.received_on,
        min(line.from_on for line in claim.lines),
        sum(line.charge_cents for line in claim.lines),
        new.patient_control_number,
        claim.provider_tax_id,
        claim.provider_npi,
        new.provider_name,
        claim.specialty,
        claim.frequency,
        claim.original_reference,
        claim.facility_code,
        claim.admitted_on,
        list(claim.related_causes),
        payers_to_json(claim.other_payers),
        claim.assigned,
        list(new.diagnoses),
        claim.drg,
        claim.zip_code,
        claim.repriced_cents,
        claim.accident_on,
        dental_text(claim),
    )


def line_rows(key: int, new: NewClaim) -> Iterable[tuple[object, ...]]:
    """Its lines as rows, in the order of the columns."""
    controls = dict(enumerate(new.line_control_numbers))
    for position, line in enumerate(new.claim.lines):
        yield (
            key,
            line.number,
            new.claim.member_id,
            line.from_on,
            line.through_on,
            line.charge_cents,
            line.procedure,
            list(line.modifiers),
            line.revenue_code,
            line.place,
            line.units_milli,
            list(line.diagnoses),
            line.tooth,
            line.surfaces,
            line.authorization,
            line.repriced_cents,
            line.emergency,
            controls.get(position, ""),
            line.area,
            line.placed_before_on,
            line.noncovered_cents,
        )
