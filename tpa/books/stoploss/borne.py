"""What the carriers bear of what was incurred in some days, whichever contracts cover them."""

from collections.abc import Iterable

from django.db.models import Min

from tpa.books.agreements import selectors as agreements
from tpa.books.claims.models import DecisionLine
from tpa.books.stoploss.models import Kind, Receivable
from tpa.books.stoploss.refused import refused, taken_back
from tpa.kernel.money import split
from tpa.kernel.periods import Span


def borne_for(employer_id: int, service: Span) -> int:
    """What is owed by the books for services of these days, less what the carriers refused of it.

    Each unit's is shared out by the decisions that it rests on; where none is named, to the days in which the policy begins.
    """
    begins = {one.contract_id: one.terms.policy.starts_on for one in agreements.stop_loss_contracts(employer_id)}
    last = Receivable.objects.order_by("contract_id", "kind", "unit_id", "-number")
    rows = list(last.distinct("contract_id", "kind", "unit_id"))
    lost = {(kind, *of): cents for kind in Kind.values for of, cents in refused(kind).items()}
    back = {(kind, *of): cents for kind in Kind.values for of, cents in taken_back(kind).items()}
    inside = _incurred_in(service, (key for row in rows for key, _ in row.basis if key))
    total = 0
    for row in rows:
        whose = (row.kind, row.contract_id, row.unit_id)
        cents = row.owed_cents - lost.get(whose, 0) + back.get(whose, 0)
        weights = [0, 0]
        for key, part in row.basis:
            if key:
                weights[key not in inside] += part
        if not any(weights):
            weights[begins[row.contract_id] not in service] = 1
        total += split(cents, [max(0, weight) for weight in weights])[0]
    return total


def _incurred_in(service: Span, decision_ids: Iterable[int]) -> set[int]:
    """The decisions whose first service lies in these days. One query."""
    lines = DecisionLine.objects.filter(decision_id__in=set(decision_ids)).order_by()
    first = lines.values_list("decision_id").annotate(Min("service_on"))
    return {key for key, day in first if day in service}
