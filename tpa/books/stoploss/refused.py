"""What a carrier has refused, and how much of that went with what was refused.

Of what was asked for a unit the refused cents lie on top: where the plan takes a claim back, or gets money back, so that less
is owed than was asked for, the refusal is taken back first, and only then what the carrier has accepted. So it owes no more
than it accepted, and no more than is owed, whichever came first.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Sum

from tpa.books.stoploss.models import Filing, Receivable, RefusalTakenBack
from tpa.books.stoploss.selectors import Asked, asked_for, decided

Of = tuple[int, int]
"""Contract and unit."""


def refused(kind: str) -> dict[Of, int]:
    """(contract, unit) -> what the carrier has refused by its last decisions; of an advance a refusal loses nothing."""
    found = Counter[Of]()
    for row in decided(kind=kind, ahead_from_cents=None):
        found[row.contract_id, row.unit_id] += row.requested_cents - row.accepted
    return dict(found)


def taken_back(kind: str) -> dict[Of, int]:
    """(contract, unit) -> what of the refusals was taken back, by the books."""
    return _sums(RefusalTakenBack, kind, "cents")


def to_take_back(kind: str) -> dict[Of, int]:
    """(contract, unit) -> by how much what is taken back has to change."""
    by_unit, known = refused(kind), taken_back(kind)
    if not any(by_unit.values()) and not any(known.values()):
        return {}
    owed, requested = _sums(Receivable, kind, "cents"), _sums(Filing, kind, "requested_cents")
    asked = {contract_id: asked_for(contract_id) for contract_id, _ in {**by_unit, **known}}
    changes = {}
    for contract_id, unit_id in sorted({*by_unit, *known}):
        of = contract_id, unit_id
        unit = asked[contract_id].get((kind, unit_id), Asked())
        stands = min(unit.of(owed.get(of, 0)), requested.get(of, 0))
        now = min(by_unit.get(of, 0), unit.gone_cents + max(0, stands - owed.get(of, 0)))
        if change := now - known.get(of, 0):
            changes[of] = change
    return changes


def write_taken_back(*, kind: str, changes: Mapping[Of, int], on: date, now: datetime) -> list[RefusalTakenBack]:
    """Keep the changes. One statement."""
    return RefusalTakenBack.objects.bulk_create(
        RefusalTakenBack(contract_id=contract_id, kind=kind, unit_id=unit_id, cents=cents, on=on, recorded_at=now)
        for (contract_id, unit_id), cents in changes.items()
    )


def _sums(model: type[Receivable | Filing | RefusalTakenBack], kind: str, column: str) -> dict[Of, int]:
    rows = model.objects.filter(kind=kind).order_by().values_list("contract_id", "unit_id").annotate(Sum(column))
    return {(contract_id, unit_id): cents for contract_id, unit_id, cents in rows}
