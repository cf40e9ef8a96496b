"""Loops 2300 to 2430 of an 837, from a `Claim837`. Segments in the order of the guides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tpa.x12.claims import (
    Adjustment,
    Claim837,
    Code,
    LinePayment,
    OtherPayer,
    Party,
    Procedure,
    Repricing,
    ServiceLine837,
)
from tpa.x12.writers import interchange as out
from tpa.x12.writers.interchange import money, number, segment

_TAXONOMY_OF = {"71": "AT", "DN": "RF", "P3": "RF", "DD": "AS"}
"""PRV01 by provider role; PE for the others."""
_DIAGNOSES = frozenset(("BK", "ABK", "BF", "ABF"))


def claim_loop(claim: Claim837) -> Iterator[str]:
    """Loop 2300 with everything below it."""
    yield _clm(claim)
    for one in claim.dates:
        yield out.period(one, as_range=one.qualifier == "434")
    if claim.kind == "I":
        yield segment("CL1", claim.admission_type, claim.admission_source, claim.discharge_status)
    if claim.orthodontic_months is not None or claim.orthodontic_months_left is not None:
        months, left = claim.orthodontic_months, claim.orthodontic_months_left
        yield segment("DN1", "" if months is None else str(months), "" if left is None else str(left))
    for tooth in claim.tooth_statuses:
        yield segment("DN2", tooth.number, tooth.status, "", "", "", "JP")
    yield from _shared(claim, (("F3", claim.patient_due_cents), ("F5", claim.patient_paid_cents)))
    yield from _codes(claim)
    yield from _hcp(claim.repricing)
    yield from _providers(claim.providers)
    for payer in claim.other_payers:
        yield from _other_payer(payer)
    for line in claim.lines:
        yield from _line(claim.kind, line)


def _shared(place: Claim837 | ServiceLine837, amounts: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    """PWK, AMT, REF, NTE of a claim; a line has its AMT after its REF."""
    for paper in place.attachments:
        qualifier = "AC" if paper.control_number else ""
        yield segment("PWK", paper.kind, paper.transmission, "", "", qualifier, paper.control_number)
    if isinstance(place, ServiceLine837):
        for one in place.dates:
            yield out.period(one)
        yield from out.references(place.references)
    for code, cents in amounts:
        if cents is not None:
            yield segment("AMT", code, money(cents))
    if isinstance(place, Claim837):
        yield from out.references(place.references)
    for note in place.notes:
        yield segment("NTE", note.qualifier, note.text)


def _clm(claim: Claim837) -> str:
    causes = [*claim.related_causes, "", "", ""][:3]
    return segment(
        "CLM",
        claim.patient_control_number,
        money(claim.charge_cents),
        "",
        "",
        (claim.facility_code, "A" if claim.kind == "I" else "B", claim.frequency),
        claim.provider_signature,
        claim.assignment,
        claim.benefits_assigned,
        claim.release,
        "",
        (*causes, claim.accident_state),
        claim.special_program,
        *[""] * 6,
        "PB" if claim.predetermination else "",
        claim.delay_reason,
    )


def _codes(claim: Claim837) -> Iterator[str]:
    """HI segments: twelve codes each. Diagnoses share one, but an institutional principal stands alone."""

    def together(code: Code) -> str:
        return "diagnosis" if claim.kind != "I" and code.qualifier in _DIAGNOSES else code.qualifier

    for _, run in groupby(claim.codes, together):
        codes = list(run)
        for start in range(0, len(codes), 12):
            yield segment("HI", *[_health_code(code) for code in codes[start : start + 12]])


def _health_code(code: Code) -> tuple[str, ...]:
    if code.first_on is None or code.last_on is None:
        form, days = "", ""
    elif code.first_on == code.last_on:
        form, days = "D8", out.day(code.first_on)
    else:
        form, days = "RD8", f"{out.day(code.first_on)}-{out.day(code.last_on)}"
    return code.qualifier, code.value, form, days, money(code.cents), "", "", "", code.present_on_admission


def _hcp(one: Repricing | None) -> Iterator[str]:
    if one is not None:
        yield segment(
            "HCP",
            one.method,
            money(one.allowed_cents),
            money(one.savings_cents),
            one.organization_id,
            number(one.rate),
            one.group_code,
            money(one.group_cents),
            one.revenue_code,
            one.procedure_qualifier,
            one.procedure,
            one.unit,
            number(one.quantity),
            one.reject_reason,
            one.policy_compliance,
            one.exception,
        )


def _providers(parties: Sequence[Party]) -> Iterator[str]:
    """Loops 2310 and 2420."""
    for party in parties:
        yield out.named(party)
        if party.taxonomy:
            yield segment("PRV", _TAXONOMY_OF.get(party.role, "PE"), "PXC", party.taxonomy)
        yield from out.address(party.address)
        yield from out.references(party.references)
        yield from out.contacts("IC", party.contacts)


def _adjustments(found: Sequence[Adjustment]) -> Iterator[str]:
    """CAS segments: six trios each."""
    for group, run in groupby(found, lambda one: one.group):
        trios = [(one.carc, money(one.cents), number(one.quantity)) for one in run]
        for start in range(0, len(trios), 6):
            yield segment("CAS", group, *[value for trio in trios[start : start + 6] for value in trio])


def _other_payer(one: OtherPayer) -> Iterator[str]:
    """Loops 2320, 2330A, 2330B. Remark codes go into the MOA, which takes five."""
    if len(one.remarks) > 5:
        raise out.TextError("an MOA takes five remark codes")
    yield segment(
        "SBR",
        one.payer_order,
        one.relationship,
        one.group_number,
        one.group_name,
        one.insurance_type,
        "",
        "",
        "",
        one.filing_indicator,
    )
    yield from _adjustments(one.adjustments)
    for code, cents in (("D", one.paid_cents), ("A8", one.noncovered_cents), ("EAF", one.remaining_cents)):
        if cents is not None:
            yield segment("AMT", code, money(cents))
    yield segment("OI", "", "", one.benefits_assigned, "", "", one.release)
    if one.remarks:
        yield segment("MOA", "", "", *one.remarks)
    yield out.named(one.subscriber)
    yield from out.address(one.subscriber.address)
    yield from out.references(one.subscriber.references)
    yield out.named(one.payer)
    yield from out.address(one.payer.address)
    if one.paid_on:
        yield segment("DTP", "573", "D8", out.day(one.paid_on))
    yield from out.references(one.payer.references)


def _procedure(one: Procedure) -> tuple[str, ...]:
    if not one.code:
        return ()
    return one.qualifier, one.code, *[*one.modifiers, "", "", "", ""][:4], one.description


def _line(kind: str, line: ServiceLine837) -> Iterator[str]:
    """Loop 2400."""
    yield segment("LX", str(line.number))
    yield _SERVICES[kind](line)
    for tooth in line.teeth:
        yield segment("TOO", "JP", tooth.number, tooth.surfaces)
    yield from _shared(line, (("T", line.sales_tax_cents),))
    yield from _hcp(line.repricing)
    if line.drug is not None:
        yield segment("LIN", "", "N4", line.drug.ndc)
        yield segment("CTP", "", "", "", number(line.drug.quantity), line.drug.unit)
        if line.drug.prescription_number:
            yield segment("REF", "XZ", line.drug.prescription_number)
    yield from _providers(line.providers)
    for payment in line.other_payments:
        yield from _line_payment(payment)


def _professional(line: ServiceLine837) -> str:
    return segment(
        "SV1",
        _procedure(line.procedure),
        money(line.charge_cents),
        line.unit,
        number(line.quantity),
        line.place_of_service,
        "",
        [str(pointer) for pointer in line.diagnosis_pointers],
        "",
        "Y" if line.emergency else "",
    )


def _institutional(line: ServiceLine837) -> str:
    return segment(
        "SV2",
        line.revenue_code,
        _procedure(line.procedure),
        money(line.charge_cents),
        line.unit,
        number(line.quantity),
        "",
        money(line.noncovered_cents),
    )


def _dental(line: ServiceLine837) -> str:
    return segment(
        "SV3",
        _procedure(line.procedure),
        money(line.charge_cents),
        line.place_of_service,
        line.oral_cavities,
        line.prosthesis,
        number(line.quantity),
        "",
        "",
        "",
        "",
        [str(pointer) for pointer in line.diagnosis_pointers],
    )


_SERVICES = {"P": _professional, "I": _institutional, "D": _dental}


def _line_payment(one: LinePayment) -> Iterator[str]:
    """Loop 2430."""
    yield segment(
        "SVD",
        one.payer_id,
        money(one.paid_cents),
        _procedure(one.procedure),
        one.revenue_code,
        number(one.quantity),
        one.bundled_into,
    )
    yield from _adjustments(one.adjustments)
    if one.paid_on:
        yield segment("DTP", "573", "D8", out.day(one.paid_on))
    if one.remaining_cents is not None:
        yield segment("AMT", "EAF", money(one.remaining_cents))
