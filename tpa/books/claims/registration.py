"""What it takes to register a claim: its origin, its receipt, and the claim itself in the engine's words."""

from datetime import datetime
from typing import NamedTuple

from tpa.engine.adjudication import facts


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
