"""Where the stop-loss contracts stand, computed from the decisions and payments of this moment or of an earlier day.

The connection is bound to the employer. Every cent of an exposure names its decision.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.members import selectors as members
from tpa.books.stoploss.amounts import amounts, condensed_amounts
from tpa.books.stoploss.models import (
    Filing,
    FilingEvent,
    Offset,
    Overpayment,
    QuoteWhatIf,
    Receivable,
    RefusalTakenBack,
    StopLossNotice,
    Transfer,
)
from tpa.books.stoploss.states import DECISIONS
from tpa.engine.billing.census import Census
from tpa.engine.stoploss.aggregate import Lives
from tpa.engine.stoploss.contract import Aggregate, Contract
from tpa.engine.stoploss.exposure import Exposure, exposure
from tpa.engine.stoploss.windows import Amount
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import Span, months_in

UnitFigures = tuple[int, int]
"""Eligible and reimbursable cents of a unit."""


def lives(terms: Aggregate, policy: Span, as_of: date) -> Iterator[Lives]:
    """Employees who count for the aggregate factors, month by month of the policy up to `as_of`. One query."""
    months = [month for month in months_in(policy) if month <= as_of]
    if not months or not terms.factors:
        return
    enrolments = list(members.enrolments(policy))
    factors = {factor.code: factor for factor in terms.factors}.values()
    for month in months:
        census = Census(month, enrolments)
        for factor in factors:
            for tier, count in census.lives(factor.count_rule, factor.lines).items():
                yield Lives(factor.code, month, tier, count)


class Standing(NamedTuple):
    """A contract, where it stands by what was paid, and where it would if all that is decided were paid today."""

    contract: StopLossInForce
    exposure: Exposure
    expected: Exposure


def exposure_of(contract: StopLossInForce, as_of: date) -> Exposure:
    """Where one contract stands, as known on `as_of`, down to the last decision; what is left out, and why."""
    return exposure(contract.terms, amounts(contract, as_of), _lives(contract.terms, as_of), as_of)


def exposures(employer_id: int, as_of: date, *, past: bool = False) -> list[tuple[StopLossInForce, Exposure]]:
    """Every contract under which something may still be filed on `as_of`, with its exposure; by policy period.

    `past`: those as well whose last day for filing is over. The figures are those of `exposure_of`; units under half of
    the least deductible come without their decisions.
    """
    return [(standing.contract, standing.exposure) for standing in standings(employer_id, as_of, past=past)]


_MOST_KEPT = 128
_kept: dict[tuple[object, ...], Standing] = {}
"""Standings by everything that they follow from: as long as nothing was decided, paid or enrolled, they stay true."""


def standings(employer_id: int, as_of: date, *, past: bool = False) -> list[Standing]:
    """The same, and for each also what is to be expected. Quick as long as nothing has happened since the last time."""
    contracts = agreements.stop_loss_contracts_begun(employer_id, as_of, past=past)
    mark = _mark() if contracts else ()
    found = []
    for contract in contracts:
        key = (*mark, employer_id, contract.version_id, as_of)
        standing = _kept.get(key)
        if standing is None:
            standing = _standing(contract, as_of, condensed_amounts(contract, as_of))
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[key] = standing
        found.append(standing)
    return found


# Each family counts its decisions, each payment its steps, each load notes its changes: any change of the books that
# an exposure follows from moves one of these. The database's own number keeps one restored under the same name apart.
_MARK = """
SELECT (SELECT oid FROM pg_database WHERE datname = current_database()),
       (SELECT sum(next_seq) FROM members_family), (SELECT max(id) FROM members_loadchange),
       (SELECT max(id) FROM payments_claimpayment), (SELECT max(id) FROM payments_paymentevent),
       (SELECT max(id) FROM stoploss_offset), (SELECT max(id) FROM stoploss_transfer),
       (SELECT max(id) FROM claims_recoveredpart),
       (SELECT count(*) FROM claims_appeal WHERE outcome <> '')"""


def _mark() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return tuple(cursor.fetchone())


def standing_in_full(contract: StopLossInForce, as_of: date) -> Standing:
    """Where one contract stands and what is to be expected, down to the last decision."""
    return _standing(contract, as_of, amounts(contract, as_of))


def _standing(contract: StopLossInForce, as_of: date, known: list[Amount]) -> Standing:
    terms, counted = contract.terms, _lives(contract.terms, as_of)
    all_paid = [amount if amount.paid_on else amount._replace(paid_on=as_of) for amount in known]
    return Standing(contract, exposure(terms, known, counted, as_of), exposure(terms, all_paid, counted, as_of))


def family_effects(
    employer_id: int, family_id: int, gone: Collection[int], fresh: Sequence[Amount], as_of: date
) -> Iterator[tuple[str, dict[int, UnitFigures], dict[int, UnitFigures]]]:
    """What it would make of a family's units if the decisions `gone` were taken back and paid `fresh` instead.

    Of every open contract with a specific cover: its number, and by unit eligible and reimbursable cents before and
    after, as if all that is decided were paid today.
    """
    for contract in agreements.stop_loss_contracts_begun(employer_id, as_of):
        terms = contract.terms._replace(aggregate=None)
        if terms.specific is None:
            continue
        known = [
            amount if amount.paid_on else amount._replace(paid_on=as_of)
            for amount in amounts(contract, as_of, family_id)
        ]
        stays = [amount for amount in known if amount.decision_id not in gone]
        yield contract.number, _units(terms, known, as_of), _units(terms, [*stays, *fresh], as_of)


def _units(terms: Contract, known: Sequence[Amount], as_of: date) -> dict[int, UnitFigures]:
    cover = exposure(terms, known, (), as_of).specific
    return {unit.unit_id: (unit.eligible_cents, unit.reimbursable_cents) for unit in cover.units} if cover else {}


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


def decided(**of: Any) -> QuerySet[Any]:
    """Filings of a contract, a kind ... that the carrier has decided, with what it accepts by its last decision: `accepted`."""
    return _with_accepted(Filing.objects.filter(**of)).exclude(accepted=None)


def _with_accepted(rows: QuerySet[Any]) -> QuerySet[Any]:
    last = FilingEvent.objects.filter(filing=OuterRef("pk"), state__in=DECISIONS).order_by("-id")
    return rows.annotate(accepted=Subquery(last.values("cents")[:1]))


def forfeited_cents(incurred: Span, known_before: date) -> int:
    """What fell back to the plan, by a day, of checks for services in a span: nobody had cashed them."""
    rows = Offset.objects.filter(
        kind=Offset.Kind.FORFEITED,
        incurred_on__gte=incurred.starts_on,
        incurred_on__lt=incurred.ends_before,
        known_on__lt=known_before,
    )
    return int(rows.aggregate(all_cents=Sum("cents"))["all_cents"] or 0)


def notices_given(contract_id: int) -> set[tuple[int, str, int]]:
    """(unit, reason, threshold in basis points) of every notice of a contract; unit 0 is the group as a whole."""
    found = StopLossNotice.objects.filter(contract_id=contract_id)
    return set(found.values_list("unit_id", "reason", "threshold_bp"))


def notices(contract_ids: Collection[int] | None = None) -> QuerySet[StopLossNotice]:
    """Notices, latest first: of these contracts or of all."""
    found = StopLossNotice.objects.all()
    return found if contract_ids is None else found.filter(contract_id__in=contract_ids)


def receivables(contract_id: int) -> QuerySet[Receivable]:
    """The history of what a contract's carrier owes."""
    return Receivable.objects.filter(contract_id=contract_id)


def filings(contract_ids: Collection[int] | None = None) -> QuerySet[Filing]:
    """Filings with their last state (`state`, empty: not sent yet), the latest first: of these contracts or of all."""
    last = FilingEvent.objects.filter(filing=OuterRef("pk")).order_by("-id").values("state")[:1]
    found = Filing.objects.annotate(state=Coalesce(Subquery(last), Value("")))
    return found if contract_ids is None else found.filter(contract_id__in=contract_ids)


def filing(filing_id: int) -> Filing:
    """One filing with its state and events. Raises NotFoundError."""
    found = filings().prefetch_related("events").filter(pk=filing_id).first()
    if found is None:
        raise NotFoundError("There is no such filing.")
    return found


def sums(filing: Filing) -> dict[str, int]:
    """What has come for a filing, and what of it was posted: `received`, `posted`, in cents."""
    found = {"received": 0, "posted": 0}
    for state, cents in filing.events.filter(state__in=list(found)).values_list("state", "cents"):
        found[state] += cents or 0
    return found


def accepted_cents(filing: Filing) -> int | None:
    """What the carrier accepts of a filing by its last decision; None before it has decided."""
    decided = filing.events.filter(state__in=DECISIONS).order_by("-id").values_list("cents", flat=True)
    return decided.first()


class Asked(NamedTuple):
    """What was asked for a unit: by filings for what was paid, and ahead of payment, each from a reimbursement on.

    `taken_back_cents`: refusals of it that went with what was refused; once the carrier has its money back they are
    `gone_cents`, and as good as never asked for.
    """

    filed_cents: int = 0
    ahead: tuple[tuple[int, int], ...] = ()
    taken_back_cents: int = 0
    gone_cents: int = 0

    def of(self, owed_cents: int) -> int:
        """What was asked for of the reimbursement that is owed for what was paid: an advance counts as far as it reaches."""
        return self.filed_cents + sum(max(0, min(cents, owed_cents - start)) for start, cents in self.ahead)

    @property
    def reach_cents(self) -> int:
        """Up to which reimbursement advances have asked."""
        return max((start + cents for start, cents in self.ahead), default=0)

    def filed(self, cents: int, ahead_from_cents: int | None) -> "Asked":
        """After a further filing, or an advance from a reimbursement on."""
        if ahead_from_cents is None:
            return self._replace(filed_cents=self.filed_cents + cents)
        return self._replace(ahead=(*self.ahead, (ahead_from_cents, cents)))

    def took_back(self, cents: int) -> "Asked":
        """After refusals were taken back; below zero they stand again, those that were gone last."""
        left = self.taken_back_cents + cents
        if left >= 0:
            return self._replace(taken_back_cents=left)
        return self._replace(taken_back_cents=0, gone_cents=self.gone_cents + left, filed_cents=self.filed_cents - left)

    def paid_back(self, cents: int) -> "Asked":
        """After a repayment: it is not asked for any more, an advance before what was filed, the last one first."""
        if gone := self.taken_back_cents:
            settled = self._replace(
                filed_cents=self.filed_cents - gone, taken_back_cents=0, gone_cents=self.gone_cents + gone
            )
            return settled.paid_back(cents)
        if not self.ahead:
            return self._replace(filed_cents=self.filed_cents - cents)
        *earlier, (start, asked) = self.ahead
        if cents < asked:
            return self._replace(ahead=(*earlier, (start, asked - cents)))
        return self._replace(ahead=tuple(earlier)).paid_back(cents - asked)


def asked_for(contract_id: int) -> dict[tuple[str, int], Asked]:
    """(kind, unit) -> what was asked for so far and not paid back; what came above a filing is as good as asked for.

    What was refused of an advance is asked for again once it is paid.
    """
    came = FilingEvent.objects.filter(filing=OuterRef("pk"), state=FilingEvent.State.RECEIVED).order_by()
    received = came.values("filing").annotate(all_cents=Sum("cents")).values("all_cents")
    filings = _with_accepted(Filing.objects.filter(contract_id=contract_id)).annotate(
        received=Coalesce(Subquery(received), 0)
    )
    repaid = Overpayment.objects.filter(contract_id=contract_id, paid_back=True)
    taken_back = RefusalTakenBack.objects.filter(contract_id=contract_id)
    history: list[Filing | RefusalTakenBack | Overpayment] = [*filings.order_by("made_at", "id"), *taken_back, *repaid]
    found: dict[tuple[str, int], Asked] = {}
    for row in sorted(history, key=lambda one: one.made_at if isinstance(one, Filing) else one.recorded_at):
        key = (row.kind, row.unit_id or 0)
        before = found.get(key, Asked())
        if isinstance(row, Filing):
            found[key] = before.filed(_asked_cents(row), row.ahead_from_cents)
        elif isinstance(row, Overpayment):
            found[key] = before.paid_back(-row.cents)
        else:
            found[key] = before.took_back(row.cents)
    return found


def _asked_cents(filing: Any) -> int:
    """Of a filing with `accepted` and `received`."""
    accepted = filing.requested_cents if filing.accepted is None else filing.accepted
    asked = accepted if filing.is_advance else filing.requested_cents
    return int(asked + max(0, filing.received - accepted))


def is_unit(terms: Contract, unit_id: int) -> bool:
    """Whether there is a member, or a family as the contract counts, of that key."""
    is_person = terms.specific is not None and terms.specific.unit == "person"
    return members.members().filter(**{"pk" if is_person else "family_id": unit_id}).exists()


def heads(terms: Contract, policy: Span) -> dict[str, dict[date, dict[str, int]]]:
    """Who counts for the premium, by cover, month and tier. One query."""
    covers = {"specific": terms.specific, "aggregate": terms.aggregate}
    asked = {name: cover.premium for name, cover in covers.items() if cover and cover.premium}
    if not asked:
        return {}
    enrolments = list(members.enrolments(policy))
    return {
        name: {month: dict(Census(month, enrolments).lives(one.count_rule, one.lines)) for month in months_in(policy)}
        for name, one in asked.items()
    }


def transfers(contract_id: int | None = None) -> QuerySet[Transfer]:
    """What people brought along from other groups, the latest first: under one contract or all."""
    found = Transfer.objects.all()
    return found if contract_id is None else found.filter(contract_id=contract_id)


def what_ifs() -> QuerySet[QuoteWhatIf]:
    """Questions what a quote would have cost, the latest first."""
    return QuoteWhatIf.objects.all()


def what_if(key: int) -> QuoteWhatIf:
    """One question. Raises NotFoundError."""
    found = QuoteWhatIf.objects.filter(pk=key).first()
    if found is None:
        raise NotFoundError("There is no such question.")
    return found


def family_of(member_id: int) -> int:
    """The family of a member. Raises NotFoundError."""
    return members.member(member_id).family_id
