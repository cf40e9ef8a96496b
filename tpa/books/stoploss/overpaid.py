"""What a carrier has paid too much, unit by unit, and what of it is owed back."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import F, Sum

from tpa.books.stoploss.models import FilingEvent, Overpayment, Receivable
from tpa.books.stoploss.refused import refused, taken_back

Whose = tuple[int | None, int | None]
"""Contract and unit; both None in rows from before this was kept."""


def overpaid(kind: str) -> dict[Whose, int]:
    """(contract, unit) -> cents that came or were refused above what is owed for it, without what was paid back.

    In the order of the keys. A unit for which the carrier owes something, or nothing, is left out.
    """
    owed = Receivable.objects.filter(kind=kind).order_by()
    came = FilingEvent.objects.filter(state=FilingEvent.State.RECEIVED, filing__kind=kind).order_by()
    repaid = Overpayment.objects.filter(kind=kind, paid_back=True, contract_id__isnull=False).order_by()
    found = Counter[Whose]()
    for contract_id, unit_id, cents in owed.values_list("contract_id", "unit_id").annotate(Sum("cents")):
        found[contract_id, unit_id] -= cents
    for contract_id, unit_id, cents in (
        *came.values_list("filing__contract_id", "filing__unit_id").annotate(Sum("cents")),
        *repaid.values_list("contract_id", "unit_id").annotate(Sum("cents")),
    ):
        found[contract_id, unit_id] += cents
    found.update(refused(kind))
    found.subtract(taken_back(kind))
    in_order = sorted(found.items(), key=lambda one: (one[0][0] or 0, one[0][1] or 0))
    return {whose: cents for whose, cents in in_order if cents > 0}


def owed_back(kind: str) -> dict[Whose, int]:
    """(contract, unit) -> cents that the books say are owed back for it, in the order of the keys, those of nobody last."""
    rows = Overpayment.objects.filter(kind=kind).order_by(F("contract_id").asc(nulls_last=True), "unit_id")
    found = rows.values_list("contract_id", "unit_id").annotate(Sum("cents"))
    return {(contract_id, unit_id): cents for contract_id, unit_id, cents in found if cents}


def in_turn(amounts: Mapping[Whose, int], cents: int) -> dict[Whose, int]:
    """Of each in its order as much as there is, until `cents` are reached; what is then left is nobody's."""
    shares: dict[Whose, int] = {}
    for whose, there in amounts.items():
        if share := min(there, cents):
            shares[whose] = share
            cents -= share
    if cents:
        shares[None, None] = shares.get((None, None), 0) + cents
    return shares
