"""Where the stop-loss contracts stand, computed from the decisions and payments of this moment or of an earlier day.

The connection is bound to the employer. Every cent of an exposure names its decision.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.members import selectors as members
from tpa.books.stoploss.models import Receivable, StopLossNotice
from tpa.engine.billing.census import Census
from tpa.engine.stoploss.aggregate import Lives
from tpa.engine.stoploss.contract import Aggregate, Contract
from tpa.engine.stoploss.exposure import Exposure, exposure
from tpa.engine.stoploss.windows import Amount
from tpa.kernel.periods import Span, months_in

# One pass over decisions and payments, whatever their number. A reversal carries the payment date of the version that
# it takes back, so that it lowers the period in which that was paid. Claims incurred before the contract are read as
# far as they came up in it: the exposure says of them why they are left out.
_AMOUNTS = """
SELECT d.id, d.claim_id, d.member_id, d.family_id, l.line_of_coverage, l.service_on, p.issued_on,
       sum(l.paid_cents)::bigint, d.decided_on
FROM claims_decision d
JOIN claims_decisionline l ON l.decision_id = d.id
LEFT JOIN claims_decision taken_back
       ON d.outcome = 'reversed' AND taken_back.claim_id = d.claim_id AND taken_back.version = d.version - 1
LEFT JOIN payments_payment p ON p.decision_id = coalesce(taken_back.id, d.id)
WHERE l.paid_cents <> 0 AND l.line_of_coverage = ANY(%(lines)s) AND d.decided_on <= %(as_of)s
  AND l.service_on < %(incurred_before)s AND (l.service_on >= %(incurred_from)s OR d.decided_on >= %(policy_from)s)
GROUP BY d.id, d.claim_id, d.member_id, d.family_id, l.line_of_coverage, l.service_on, p.issued_on, d.decided_on
"""


def amounts(contract: Contract, as_of: date) -> list[Amount]:
    """What the plan paid or approved, by line of coverage, as far as the contract's covers look at it. One query."""
    covers = [cover for cover in (contract.specific, contract.aggregate) if cover]
    with connection.cursor() as cursor:
        cursor.execute(
            _AMOUNTS,
            {
                "lines": sorted({line for cover in covers for line in cover.lines}),
                "as_of": as_of,
                "incurred_from": contract.incurred.starts_on,
                "incurred_before": contract.incurred.ends_before,
                "policy_from": contract.policy.starts_on,
            },
        )
        return [_amount(row, as_of) for row in cursor.fetchall()]


def _amount(row: tuple[object, ...], as_of: date) -> Amount:
    amount = Amount(*row)
    # A payment issued after the day asked for had not left yet.
    return amount if amount.paid_on is None or amount.paid_on <= as_of else amount._replace(paid_on=None)


def lives(terms: Aggregate, policy: Span, as_of: date) -> Iterator[Lives]:
    """Employees who count for the aggregate factors, month by month of the policy up to `as_of`. One query."""
    months = [month for month in months_in(policy) if month <= as_of]
    if not months or not terms.factors:
        return
    enrolments = list(members.enrolments(policy))
    for month in months:
        census = Census(month, enrolments)
        for factor in terms.factors:
            for tier, count in census.lives(factor.count_rule, factor.lines).items():
                yield Lives(factor.code, month, tier, count)


class Standing(NamedTuple):
    """A contract, where it stands by what was paid, and where it would if all that is decided were paid today."""

    contract: StopLossInForce
    exposure: Exposure
    expected: Exposure


def exposure_of(contract: StopLossInForce, as_of: date) -> Exposure:
    """Where one contract stands, as known on `as_of`: specific by unit, aggregate, and what is left out and why."""
    return exposure(contract.terms, amounts(contract.terms, as_of), _lives(contract.terms, as_of), as_of)


def exposures(employer_id: int, as_of: date) -> list[tuple[StopLossInForce, Exposure]]:
    """Every contract whose paid window holds `as_of`, with its exposure; by policy period."""
    open_contracts = agreements.stop_loss_contracts_open_on(employer_id, as_of)
    return [(contract, exposure_of(contract, as_of)) for contract in open_contracts]


def standings(employer_id: int, as_of: date) -> list[Standing]:
    """The same, and for each also what is to be expected."""
    return [_standing(contract, as_of) for contract in agreements.stop_loss_contracts_open_on(employer_id, as_of)]


def _standing(contract: StopLossInForce, as_of: date) -> Standing:
    terms = contract.terms
    known, counted = amounts(terms, as_of), _lives(terms, as_of)
    all_paid = [amount if amount.paid_on else amount._replace(paid_on=as_of) for amount in known]
    return Standing(contract, exposure(terms, known, counted, as_of), exposure(terms, all_paid, counted, as_of))


def _lives(terms: Contract, as_of: date) -> list[Lives]:
    return list(lives(terms.aggregate, terms.policy, as_of)) if terms.aggregate else []


def owed(contract_id: int) -> dict[tuple[str, int], tuple[int, int]]:
    """(kind, unit) -> (last number, cents owed after it): what has been posted as receivable under a contract."""
    last = Receivable.objects.filter(contract_id=contract_id, kind=OuterRef("kind"), unit_id=OuterRef("unit_id"))
    rows = Receivable.objects.filter(
        contract_id=contract_id, number=Subquery(last.order_by("-number").values("number")[:1])
    )
    return {
        (kind, unit_id): (number, cents)
        for kind, unit_id, number, cents in rows.values_list("kind", "unit_id", "number", "owed_cents")
    }


def notices_given(contract_id: int) -> set[tuple[int, int]]:
    """(unit, threshold in basis points) of every notice of a contract; unit 0 is the group as a whole."""
    return set(StopLossNotice.objects.filter(contract_id=contract_id).values_list("unit_id", "threshold_bp"))


def notices(contract_ids: Collection[int] | None = None) -> QuerySet[StopLossNotice]:
    """Notices, latest first: of these contracts or of all."""
    found = StopLossNotice.objects.all()
    return found if contract_ids is None else found.filter(contract_id__in=contract_ids)


def receivables(contract_id: int) -> QuerySet[Receivable]:
    """The history of what a contract's carrier owes."""
    return Receivable.objects.filter(contract_id=contract_id)
