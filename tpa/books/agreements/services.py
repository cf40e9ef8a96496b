"""Writing agreements: signed, superseded, versioned, approved. Nothing that was agreed is edited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from tpa.books.agreements.errors import (
    DatesError,
    SamePersonError,
    TermsError,
    UnlawfulContractError,
    UnsuitableLineError,
)
from tpa.books.agreements.models import (
    AgreementLine,
    AsoAgreement,
    Fee,
    FeeSchedule,
    FeeScheduleVersion,
    Line,
    StopLossContract,
    StopLossContractVersion,
)
from tpa.books.agreements.suitability import UNSUITABLE
from tpa.engine.adjudication.interest import parse_promise
from tpa.engine.billing.schedule import parse_fees
from tpa.engine.billing.terms import parse_billing_terms
from tpa.engine.funding.terms import parse_terms
from tpa.engine.stoploss.contract import UNITS, Contract
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.engine.stoploss.regulation import Group, breaches
from tpa.infra import locks
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import ConflictError, NotFoundError
from tpa.kernel.ids import key_of
from tpa.kernel.periods import FOREVER

SERVICES = (
    "claims",
    "eligibility",
    "network",
    "utilization_review",
    "stop_loss",
    "cobra",
    "disability",
    "subrogation",
    "reporting",
)
"""Codes of what a TPA does under an ASO agreement."""


@dataclass(frozen=True, slots=True)
class LineTerms:
    """Who bears a line of coverage. An insurer's line needs the carrier's key."""

    line: str
    bearer: str = AgreementLine.Bearer.EMPLOYER
    carrier_id: int | None = None


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """A fee of a schedule: its type, its name on the invoice, and the type's terms."""

    code: str
    label: str
    terms: dict[str, Any]


@transaction.atomic
def sign_aso_agreement(
    *,
    employer_id: int,
    number: str,
    starts_on: date,
    lines: Sequence[LineTerms],
    services: Sequence[str],
    funding_model: str,
    funding_terms: Mapping[str, Any] = MappingProxyType({}),
    billing_terms: Mapping[str, Any] = MappingProxyType({}),
    ends_before: date = FOREVER,
    pay_before_funded: bool = False,
    late_payment_terms: Mapping[str, Any] = MappingProxyType({}),
    currency: str = "USD",
    broker_id: int | None = None,
    signed_on: date | None = None,
) -> AsoAgreement:
    """Enter a signed agreement. One without an end that holds on `starts_on` ends there.

    Raises UnsuitableLineError, TermsError, DocumentError for funding terms that the model does not have, billing terms or
    terms of late payment that there are not, or DatesError where another agreement holds on some of the dates.
    """
    _check_lines(lines)
    _check_choices(services, funding_model)
    _check_document("funding_terms", lambda: parse_terms(funding_model, funding_terms))
    _check_document("billing_terms", lambda: parse_billing_terms(billing_terms))
    _check_document("late_payment_terms", lambda: parse_promise(late_payment_terms))
    if starts_on >= ends_before:
        raise DatesError("The agreement ends before it starts.", where="ends_before")
    locks.lock(f"agreements:{employer_id}")
    if AsoAgreement.objects.filter(employer_id=employer_id, number=number).exists():
        raise TermsError(f"Agreement {number} exists already.", where="number", remedy="Give it the next number.")
    holding = AsoAgreement.objects.select_for_update().filter(
        employer_id=employer_id, starts_on__lt=ends_before, ends_before__gt=starts_on
    )
    for other in holding:
        if other.starts_on >= starts_on or other.ends_before != FOREVER:
            raise DatesError(
                f"{other} holds from {other.starts_on} to before {other.ends_before}.",
                where="starts_on",
            )
        other.ends_before = starts_on
        other.save(update_fields=["ends_before"])
    agreement = AsoAgreement.objects.create(
        employer_id=employer_id,
        number=number,
        broker_id=broker_id,
        starts_on=starts_on,
        ends_before=ends_before,
        services=list(services),
        funding_model=funding_model,
        funding_terms=dict(funding_terms),
        billing_terms=dict(billing_terms),
        pay_before_funded=pay_before_funded,
        late_payment_terms=dict(late_payment_terms),
        currency=currency,
        signed_on=signed_on,
    )
    AgreementLine.objects.bulk_create(
        AgreementLine(
            employer_id=employer_id,
            agreement=agreement,
            line=terms.line,
            bearer=terms.bearer,
            carrier_id=terms.carrier_id,
        )
        for terms in lines
    )
    return agreement


def _check_lines(lines: Sequence[LineTerms]) -> None:
    if not lines:
        raise TermsError(
            "An agreement covers at least one line.",
            where="lines",
            remedy="Add a line of coverage.",
        )
    seen: set[str] = set()
    for i, terms in enumerate(lines):
        where = f"lines/{i}"
        if terms.line not in Line.values:
            raise TermsError(
                f"{terms.line!r} is no line of coverage.",
                where=where,
                remedy=f"One of {Line.values}.",
            )
        if terms.line in seen:
            raise TermsError(
                f"{terms.line} stands twice.",
                where=where,
                remedy="Name each line once.",
            )
        seen.add(terms.line)
        if terms.bearer == AgreementLine.Bearer.EMPLOYER and terms.line in UNSUITABLE:
            raise UnsuitableLineError(UNSUITABLE[terms.line], where=where)
        if (terms.bearer == AgreementLine.Bearer.INSURER) != (terms.carrier_id is not None):
            raise TermsError(
                "A carved-out line names its insurer; a self-funded one has none.",
                where=where,
                remedy="Give the carrier of an insured line.",
            )


def _check_choices(services: Sequence[str], funding_model: str) -> None:
    for i, code in enumerate(services):
        if code not in SERVICES:
            raise TermsError(
                f"{code!r} is no service.",
                where=f"services/{i}",
                remedy=f"One of {', '.join(SERVICES)}.",
            )
    if funding_model not in AsoAgreement.Funding.values:
        raise TermsError(
            f"{funding_model!r} is no funding model.",
            where="funding_model",
            remedy=f"One of {', '.join(AsoAgreement.Funding.values)}.",
        )


def _check_document(name: str, read: Callable[[], object]) -> None:
    try:
        read()
    except DocumentError as fault:
        raise DocumentError(fault.message, where=f"/{name}{fault.where}", remedy=fault.remedy) from None


@transaction.atomic
def save_fee_schedule(
    *,
    employer_id: int,
    name: str,
    effective_on: date,
    fees: Sequence[FeeTerms],
    person_id: int | None = None,
) -> FeeScheduleVersion:
    """The next draft version of the employer's fee schedule, from a first of month. Raises TermsError, DatesError."""
    if effective_on.day != 1:
        raise DatesError("A fee schedule takes effect on the first of a month.", where="effective_on")
    _check_fees(fees)
    schedule, _ = FeeSchedule.objects.get_or_create(employer_id=employer_id, defaults={"name": name})
    FeeSchedule.objects.select_for_update().get(pk=schedule.pk)
    version = FeeScheduleVersion.objects.create(
        employer_id=employer_id,
        schedule=schedule,
        number=(schedule.versions.aggregate(n=Max("number"))["n"] or 0) + 1,
        effective_on=effective_on,
        made_by_id=person_id,
    )
    Fee.objects.bulk_create(
        Fee(
            employer_id=employer_id,
            version=version,
            n=n,
            code=fee.code,
            label=fee.label,
            terms=fee.terms,
        )
        for n, fee in enumerate(fees, start=1)
    )
    return version


def _check_fees(fees: Sequence[FeeTerms]) -> None:
    try:
        parse_fees([(fee.code, fee.label, fee.terms) for fee in fees])
    except DocumentError as fault:
        raise DocumentError(fault.message, where=f"/fees{fault.where}", remedy=fault.remedy) from None


@transaction.atomic
def publish_fee_schedule(*, version_id: int, now: datetime, person_id: int | None = None) -> FeeScheduleVersion:
    """Make a draft version count. From then on the database refuses every change of it."""
    version = FeeScheduleVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such fee schedule version.")
    if version.state == FeeScheduleVersion.State.PUBLISHED:
        raise ConflictError(f"{version} is published already.", remedy="Save a new version instead.")
    published = FeeScheduleVersion.State.PUBLISHED
    if FeeScheduleVersion.objects.filter(
        schedule_id=version.schedule_id,
        effective_on=version.effective_on,
        state=published,
    ).exists():
        raise DatesError(
            f"A published version takes effect on {version.effective_on} already.",
            where="effective_on",
        )
    version.state, version.published_at, version.published_by_id = (
        published,
        now,
        person_id,
    )
    version.save(update_fields=["state", "published_at", "published_by_id"])
    return version


@transaction.atomic
def save_stop_loss_contract(
    *,
    employer_id: int,
    carrier_id: int,
    number: str,
    document: dict[str, Any],
    person_id: int,
    claims_began: bool,
    group: Group,
    reason: str = "",
) -> StopLossContractVersion:
    """The next version of a contract, waiting for approval. The document's policy period names the contract.

    `claims_began`: a claim of the period has been received; then `approve_stop_loss_version` wants a second person.
    `group`: the employer, for the law of its situs on the policy's first day. Raises the engine's refusal for a document
    that it cannot read, UnlawfulContractError, DatesError where another contract's period overlaps.
    """
    terms = parse_contract(document)
    _check_law(terms, group)
    _check_laser_owners(document, employer_id)
    period = terms.policy
    locks.lock(f"agreements:{employer_id}")
    overlap = Q(starts_on__lt=period.ends_before, ends_before__gt=period.starts_on)
    others = StopLossContract.objects.select_for_update().filter(overlap, employer_id=employer_id)
    contract = others.filter(number=number, starts_on=period.starts_on).first()
    for other in others:
        if other != contract:
            raise DatesError(f"{other} covers some of these dates.", where="policy")
    if contract is None:
        contract = StopLossContract.objects.create(
            employer_id=employer_id,
            carrier_id=carrier_id,
            number=number,
            starts_on=period.starts_on,
            ends_before=period.ends_before,
        )
    elif (contract.carrier_id, contract.ends_before) != (
        carrier_id,
        period.ends_before,
    ):
        raise DatesError(
            "A version keeps the contract's carrier and policy period.",
            where="policy",
            remedy="Enter another carrier or period as a contract of its own.",
        )
    return StopLossContractVersion.objects.create(
        employer_id=employer_id,
        contract=contract,
        number=(contract.versions.aggregate(n=Max("number"))["n"] or 0) + 1,
        document=document,
        needs_second_person=claims_began,
        made_by_id=person_id,
        reason=reason,
    )


def _check_law(terms: Contract, group: Group) -> None:
    """Refuse what a law that binds forbids; what a model law would have otherwise is the caller's to tell."""
    found = [one for one in breaches(terms, group, terms.policy.starts_on) if one.binding]
    if found:
        findings = [{"code": UnlawfulContractError.code, "path": one.path, "message": one.message} for one in found]
        raise UnlawfulContractError("; ".join(one.message for one in found), where=found[0].path, findings=findings)


def _check_laser_owners(document: dict[str, Any], employer_id: int) -> None:
    """A public id says whose it is: a laser on another employer's person is refused as unknown."""
    specific = document.get("specific") or {}
    for laser in specific.get("lasers", []):
        if isinstance(laser["unit_id"], str):
            key_of(laser["unit_id"], UNITS[specific["unit"]], employer_id)


def approve_stop_loss_version(
    *, version_id: int, person_id: int, claims_began: bool, now: datetime
) -> StopLossContractVersion:
    """Put a version in force. Once claims have begun its maker may not do so: raises SamePersonError."""
    return _decide(version_id, person_id, StopLossContractVersion.State.APPROVED, claims_began, now)


def reject_stop_loss_version(*, version_id: int, person_id: int, now: datetime) -> StopLossContractVersion:
    """Drop a proposed version; it stays to be seen."""
    return _decide(version_id, person_id, StopLossContractVersion.State.REJECTED, False, now)


@transaction.atomic
def _decide(version_id: int, person_id: int, state: str, claims_began: bool, now: datetime) -> StopLossContractVersion:
    version = StopLossContractVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such contract version.")
    if version.state != StopLossContractVersion.State.PROPOSED:
        raise ConflictError(
            f"{version} has been {version.get_state_display().lower()} already.",
            remedy="Save a new version instead.",
        )
    version.needs_second_person |= claims_began
    approving = state == StopLossContractVersion.State.APPROVED
    if approving and version.needs_second_person and version.made_by_id == person_id:
        raise SamePersonError("You saved this version yourself.")
    version.state, version.decided_by_id, version.decided_at = state, person_id, now
    version.save(update_fields=["needs_second_person", "state", "decided_by_id", "decided_at"])
    return version
