"""What a plan owes a state on its payments to the hospitals there, by month and provider (New York's HCRA surcharge)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.statute.dated import MissingValueError, Value, statute
from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded

MILLION = 1_000_000
_NAME = "us/claims_surcharge"


class HospitalPayment(NamedTuple):
    """What went to a provider for an institutional claim; below zero what came back."""

    tax_id: str
    name: str
    facility: str
    """The first two digits of the type of bill."""
    zip_code: str
    service_on: date
    cents: int


class Surcharge(NamedTuple):
    """A provider's payments at one rate, and what is owed on them; below zero what was paid too much before."""

    tax_id: str
    name: str
    rate_ppm: int
    paid_cents: int
    cents: int


def states() -> list[str]:
    """States whose surcharge is known for some days at least."""
    return sorted({str(value["state"]) for value in statute(_NAME).values})


def surcharges(state: str, payments: Iterable[HospitalPayment]) -> list[Surcharge]:
    """By provider and rate, in the order of tax ids. Payments elsewhere, and to others than hospitals, are passed over.

    Raises DomainError for a state that is not here, MissingValueError for a day of service whose rate is not known.
    """
    values = [value for value in statute(_NAME).values if value["state"] == state]
    if not values:
        raise DomainError(f"No surcharge of {state} is known.", where="state", remedy=f"Known: {', '.join(states())}.")
    names: dict[str, str] = {}
    sums: dict[tuple[str, int], int] = {}
    for one in payments:
        if not any(_is_there(value, one) for value in values):
            continue
        rate = _rate(state, values, one.service_on)
        names[one.tax_id] = one.name or names.get(one.tax_id, "")
        sums[one.tax_id, rate] = sums.get((one.tax_id, rate), 0) + one.cents
    return [
        Surcharge(tax_id, names[tax_id], rate, cents, divide_rounded(cents * rate, MILLION))
        for (tax_id, rate), cents in sorted(sums.items())
        if cents
    ]


def _is_there(value: Value, one: HospitalPayment) -> bool:
    return value["zip_from"] <= one.zip_code <= value["zip_to"] and one.facility in value["facilities"].split()


def _rate(state: str, values: Iterable[Value], day: date) -> int:
    found = [value for value in values if day in value.span]
    if not found:
        raise MissingValueError(
            f"The surcharge of {state} on services of {day} is not known.", where=_NAME,
            remedy=f"Add a [[value]] that holds on {day}, with its source, to tpa/engine/statute/{_NAME}.toml.",
        )  # fmt: skip
    return int(found[0]["rate_ppm"])
