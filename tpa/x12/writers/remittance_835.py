"""835, 005010X221A1: the remittance advice of each payment. One that does not add up is refused, never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tpa.x12.remittance import (
    PaidBy,
    PaidClaim,
    PaidLine,
    ProviderAdjustment,
    Reduction,
    Remittance,
    require_balance,
)
from tpa.x12.writers.interchange import Envelope, address, day, interchange, money, segment, sendable, spelled

GUIDE = "005010X221A1"
_REASONS_A_CAS = 6
_ADJUSTMENTS_A_PLB = 6


def write_835(remittances: Sequence[Remittance], envelope: Envelope) -> bytes:
    """One ST a payment. Raises UnbalancedError with the place of what does not add up."""
    for one in remittances:
        require_balance(one)
    sets = (_set(one) for one in remittances)
    return b"".join(interchange(envelope, "HP", "835", GUIDE, sets, guide_in_st=False))


def trace(by: PaidBy) -> str:
    """The TRN segment; a transfer carries the same in its addenda, so that money and remittance meet again."""
    return segment("TRN", "1", by.number, by.originator_id)


def _set(one: Remittance) -> Iterator[str]:
    yield _bpr(one)
    yield trace(one.by)
    if one.produced_on:
        yield segment("DTM", "405", day(one.produced_on))
    yield segment("N1", "PR", spelled(one.payer.name, 60))
    yield from address(one.payer.address)
    yield segment("PER", "BL", spelled(one.payer.name, 60), "TE", one.payer.phone)
    payee = one.payee
    name = spelled(payee.name, 60)
    if payee.npi:
        yield segment("N1", "PE", name, "XX", payee.npi)
        if payee.tax_id:
            yield segment("REF", "TJ", payee.tax_id)
    else:
        yield segment("N1", "PE", name, "FI", payee.tax_id)
    if one.claims:
        yield segment("LX", "1")
    for claim in one.claims:
        yield from _claim(claim)
    yield from _provider(one)


def _bpr(one: Remittance) -> str:
    by = one.by
    amount = money(one.amount_cents)
    if by.method != "ACH":
        handling = "H" if by.method == "NON" else "I"
        return segment("BPR", handling, amount, "C", by.method, *[""] * 11, day(by.paid_on))
    return segment(
        "BPR", "I", amount, "C", "ACH", "CCP", "01", by.from_routing, "DA", by.from_account, by.originator_id, "",
        "01", by.to_routing, "SG" if by.to_savings else "DA", by.to_account, day(by.paid_on),
    )  # fmt: skip


def _claim(claim: PaidClaim) -> Iterator[str]:
    """Loop 2100. A reversal states no patient's share of its own: its PR reductions take it back."""
    patient = money(claim.patient_cents) if claim.patient_cents and claim.status != "22" else ""
    yield segment(
        "CLP", sendable(claim.patient_control_number, 38) or "0", claim.status, money(claim.charge_cents),
        money(claim.paid_cents), patient, claim.filing_code, claim.number, claim.facility_code, claim.frequency,
        "", sendable(claim.drg, 4),
    )  # fmt: skip
    last, first = spelled(claim.last_name, 60), spelled(claim.first_name, 35)
    known = ("MI", sendable(claim.member_number, 80)) if claim.member_number else ()
    yield segment("NM1", "QC", "1", last, first, "", "", "", *known)
    if claim.received_on:
        yield segment("DTM", "050", day(claim.received_on))
    if claim.interest_cents:
        yield segment("AMT", "I", money(claim.interest_cents))
    for line in claim.lines:
        yield from _line(line)


def _line(line: PaidLine) -> Iterator[str]:
    """Loop 2110."""
    code = (line.qualifier, line.code, *line.modifiers[:4])
    revenue = line.revenue_code if line.qualifier != "NU" else ""
    yield segment("SVC", code, money(line.charge_cents), money(line.paid_cents), revenue, line.units)
    if line.from_on == line.through_on:
        yield segment("DTM", "472", day(line.from_on))
    else:
        yield segment("DTM", "150", day(line.from_on))
        yield segment("DTM", "151", day(line.through_on))
    yield from _reductions(line.reductions)
    if line.control_number:
        yield segment("REF", "6R", sendable(line.control_number, 50))
    if line.allowed_cents:
        yield segment("AMT", "B6", money(line.allowed_cents))
    for remark in line.remarks:
        yield segment("LQ", "HE", remark)


def _reductions(found: Sequence[Reduction]) -> Iterator[str]:
    """CAS: the reasons of a group together, each once, six at most in a segment."""
    sums: dict[str, dict[str, int]] = {}
    for one in found:
        group = sums.setdefault(one.group, {})
        group[one.carc] = group.get(one.carc, 0) + one.cents
    for group_code, reasons in sums.items():
        told = [(carc, money(cents), "") for carc, cents in reasons.items() if cents]
        for start in range(0, len(told), _REASONS_A_CAS):
            part = told[start : start + _REASONS_A_CAS]
            yield segment("CAS", group_code, *[value for reason in part for value in reason])


def _provider(one: Remittance) -> Iterator[str]:
    """PLB, by the payee's number and the end of the year of the payment."""
    year_end = date(one.by.paid_on.year, 12, 31)
    adjustments: Sequence[ProviderAdjustment] = one.adjustments
    for start in range(0, len(adjustments), _ADJUSTMENTS_A_PLB):
        part = adjustments[start : start + _ADJUSTMENTS_A_PLB]
        told = [value for each in part for value in ((each.code, sendable(each.reference, 50)), money(each.cents))]
        yield segment("PLB", one.payee.npi or one.payee.tax_id, day(year_end), *told)
