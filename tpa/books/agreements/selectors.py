"""Reading agreements: what holds for an employer on a day.

An employer's connection sees its own rows alone, whatever is asked for; the TPA's desk sees all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tpa.books.agreements.errors import NothingAgreedError
from tpa.books.agreements.models import (
    AgreementLine,
    AsoAgreement,
    Fee,
    FeeScheduleVersion,
    GroupNumber,
    ReviewOrganization,
    StopLossContractVersion,
)
from tpa.engine.adjudication.interest import Promise, parse_promise
from tpa.engine.billing.schedule import FeeLine, parse_fee
from tpa.engine.billing.terms import parse_billing_terms
from tpa.engine.funding.terms import FundingTerms, parse_terms
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import Span, month_of


@dataclass(frozen=True, slots=True)
class FeesInForce:
    """A published fee schedule version: its key, the first day that it holds for, and its fees in order."""

    version_id: int
    name: str
    effective_on: date
    fees: tuple[FeeLine, ...]


@dataclass(frozen=True, slots=True)
class StopLossInForce:
    """An approved stop-loss contract version, parsed. `reason`: why its terms changed, or break a promise."""

    contract_id: int
    version_id: int
    carrier_id: int
    carrier_name: str
    number: str
    terms: Contract
    reason: str


def group_numbers(employer_id: int) -> QuerySet[GroupNumber]:
    """The group numbers of an employer."""
    return GroupNumber.objects.filter(employer_id=employer_id)


def group_owners(numbers: Collection[str]) -> dict[str, int]:
    """Plain group number -> employer, of those that somebody has. The desk sees every employer's."""
    return dict(GroupNumber.objects.filter(plain__in=list(numbers)).values_list("plain", "employer_id"))


def agreement_on(employer_id: int, day: date) -> AsoAgreement:
    """The ASO agreement that holds on `day`, with its lines. Raises NothingAgreedError where there is none."""
    agreement = (
        AsoAgreement.objects.filter(employer_id=employer_id, starts_on__lte=day, ends_before__gt=day)
        .prefetch_related("lines")
        .first()
    )
    if agreement is None:
        raise NothingAgreedError(f"No ASO agreement holds on {day}.")
    return agreement


def agreement(agreement_id: int) -> AsoAgreement:
    """One agreement. Raises NotFoundError."""
    found = AsoAgreement.objects.filter(pk=agreement_id).first()
    if found is None:
        raise NotFoundError("There is no such agreement.")
    return found


def self_funded_lines(employer_id: int, day: date) -> set[str]:
    """Lines of coverage whose claims the employer bears on `day`; empty where no agreement holds."""
    return set(
        AgreementLine.objects.filter(
            employer_id=employer_id,
            bearer=AgreementLine.Bearer.EMPLOYER,
            agreement__starts_on__lte=day,
            agreement__ends_before__gt=day,
        ).values_list("line", flat=True)
    )


def governing_agreement(employer_id: int, day: date) -> AsoAgreement:
    """The latest agreement that has begun by `day`: after its end it governs the run-out. Raises NothingAgreedError."""
    begun = AsoAgreement.objects.filter(employer_id=employer_id, starts_on__lte=day)
    agreement = begun.order_by("-starts_on").first()
    if agreement is None:
        raise NothingAgreedError(f"No ASO agreement has begun by {day}.")
    return agreement


def funding_terms_on(employer_id: int, day: date) -> FundingTerms:
    """How the employer funds its plan by the agreement that governs on `day`. Raises NothingAgreedError."""
    agreement = governing_agreement(employer_id, day)
    return parse_terms(agreement.funding_model, agreement.funding_terms)


def agreements_begun(employer_id: int, day: date) -> list[AsoAgreement]:
    """Every agreement that has begun by `day`, the oldest first."""
    return list(AsoAgreement.objects.filter(employer_id=employer_id, starts_on__lte=day).order_by("starts_on"))


def first_billed_month(employer_id: int, day: date) -> date | None:
    """The month with which invoices begin: of the oldest agreement, unless one that has begun by `day` names another."""
    begun = agreements_begun(employer_id, day)
    named = [terms.first_month for one in begun if (terms := parse_billing_terms(one.billing_terms)).first_month]
    return named[0] if named else month_of(begun[0].starts_on).starts_on if begun else None


def review_organizations(day: date) -> list[str]:
    """The names of the independent review organizations under contract on a day, in a fixed order."""
    found = ReviewOrganization.objects.filter(starts_on__lte=day, ends_before__gt=day)
    return list(found.order_by("starts_on", "name").values_list("name", flat=True))


def late_payment_on(employer_id: int, day: date) -> Promise | None:
    """What the agreement that governs on `day` promises for claims that are paid late; None: nothing."""
    return parse_promise(governing_agreement(employer_id, day).late_payment_terms)


def has_begun(employer_id: int, day: date) -> bool:
    """Whether any agreement has begun by `day`."""
    return AsoAgreement.objects.filter(employer_id=employer_id, starts_on__lte=day).exists()


def agreed_in(employer_id: int, month: Span) -> bool:
    """Whether an agreement holds on some day of the month."""
    return _agreements_in(employer_id, month).exists()


def _agreements_in(employer_id: int, month: Span) -> QuerySet[AsoAgreement]:
    return AsoAgreement.objects.filter(
        employer_id=employer_id, starts_on__lt=month.ends_before, ends_before__gt=month.starts_on
    )


def fee_schedule_on(employer_id: int, day: date) -> FeesInForce | None:
    """The fees that hold on `day`: the published version with the latest date up to it, or None."""
    published = FeeScheduleVersion.objects.filter(
        employer_id=employer_id, effective_on__lte=day, state=FeeScheduleVersion.State.PUBLISHED
    )
    return _fees(published.order_by("-effective_on"))


def fee_schedule_version(version_id: int) -> FeesInForce | None:
    """One version of a fee schedule, or None."""
    return _fees(FeeScheduleVersion.objects.filter(pk=version_id))


def fee_documents(version_id: int) -> list[dict[str, Any]]:
    """The fees of a version as they were agreed: type, name and terms, in their order."""
    rows = Fee.objects.filter(version=version_id).order_by("n").values_list("code", "label", "terms")
    return [{"code": code, "label": label, "terms": terms} for code, label, terms in rows]


def _fees(versions: QuerySet[FeeScheduleVersion]) -> FeesInForce | None:
    version = versions.select_related("schedule").first()
    if version is None:
        return None
    fees = Fee.objects.filter(version=version).order_by("n").values_list("code", "label", "terms")
    return FeesInForce(version.pk, version.schedule.name, version.effective_on, tuple(parse_fee(*fee) for fee in fees))


def stop_loss_contract_on(employer_id: int, day: date) -> StopLossInForce | None:
    """The contract whose policy period holds `day`, by its latest approved version, or None."""
    for version in _in_force(employer_id):
        if version.contract.starts_on <= day < version.contract.ends_before:
            return _parsed(version)
    return None


def stop_loss_contracts_begun(employer_id: int, day: date, *, past: bool = False) -> list[StopLossInForce]:
    """Every contract under which something may still be filed on `day`, from its first paid day on; by policy period.

    `past`: those as well whose last day for filing is over. What comes back later still belongs to them.
    """
    begun = [one for one in stop_loss_contracts(employer_id) if one.terms.widest.paid_window.starts_on <= day]
    return [one for one in begun if past or day <= one.terms.widest.file_by]


def stop_loss_contract(employer_id: int, contract_id: int) -> StopLossInForce:
    """One contract by its latest approved version. Raises NotFoundError."""
    found = next((row for row in _in_force(employer_id) if row.contract_id == contract_id), None)
    if found is None:
        raise NotFoundError("There is no such contract.")
    return _parsed(found)


def stop_loss_contracts(employer_id: int) -> list[StopLossInForce]:
    """Every contract by its latest approved version, by policy period."""
    return [_parsed(version) for version in _in_force(employer_id)]


def proposed_stop_loss(employer_id: int) -> list[StopLossInForce]:
    """Versions that wait for approval, the latest of each contract, by policy period."""
    waiting = StopLossContractVersion.objects.filter(
        employer_id=employer_id, state=StopLossContractVersion.State.PROPOSED
    )
    latest = waiting.order_by("contract_id", "-number").distinct("contract_id").select_related("contract__carrier")
    return [_parsed(version) for version in sorted(latest, key=lambda version: version.contract.starts_on)]


def stop_loss_version(version_id: int) -> StopLossInForce | None:
    """One version of a stop-loss contract, or None."""
    version = StopLossContractVersion.objects.filter(pk=version_id).select_related("contract__carrier").first()
    return _parsed(version) if version else None


def _in_force(employer_id: int) -> list[StopLossContractVersion]:
    approved = StopLossContractVersion.objects.filter(
        employer_id=employer_id, state=StopLossContractVersion.State.APPROVED
    )
    latest = approved.order_by("contract_id", "-number").distinct("contract_id").select_related("contract__carrier")
    return sorted(latest, key=lambda version: version.contract.starts_on)


def _parsed(version: StopLossContractVersion) -> StopLossInForce:
    contract = version.contract
    return StopLossInForce(
        contract.pk,
        version.pk,
        contract.carrier_id,
        contract.carrier.name,
        contract.number,
        parse_contract(version.document),
        version.reason,
    )
