"""Large claims: what lies above the pooling level is no experience of the group; a charge for all groups' comes instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Pooled(NamedTuple):
    """What a person's claims leave in the group's experience, and what is taken out of it."""

    retained_cents: int
    pooled_cents: int


def pool(claims_cents: Iterable[int], level_cents: int) -> Pooled:
    """The claims of each person (or certificate, as the contract counts) cut at the level."""
    retained = pooled = 0
    for cents in claims_cents:
        kept = min(cents, level_cents)
        retained += kept
        pooled += cents - kept
    return Pooled(retained, pooled)
