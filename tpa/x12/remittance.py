"""Values of a remittance advice, 835 (005010X221A1): what a payment pays for, and why not more."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.x12.adjustments import fault_of, unremarked
from tpa.x12.claims import Address

INTEREST = "L6"
"""The code of interest among a payment's adjustments."""


class UnbalancedError(DomainError):
    """A remittance does not add up; it is not written."""

    code = "remittance_unbalanced"
    remedy = "The payment or the decisions behind it are wrong: nothing was sent."


class ReasonCodeError(DomainError):
    """A line's reason codes do not stand as their lists want it; the remittance is not written."""

    code = "remittance_reason"
    remedy = "Decide the line again under a reason that fits: nothing was sent."


class Reduction(NamedTuple):
    """Cents that a line's payment is lower by than its charge: group and reason (CARC). Below zero in a reversal."""

    group: str
    carc: str
    cents: int


class PaidLine(NamedTuple):
    """A service line (loop 2110): charge = paid + reductions. `qualifier` of the code: HC, AD, NU."""

    qualifier: str
    code: str
    charge_cents: int
    paid_cents: int
    from_on: date
    through_on: date
    reductions: tuple[Reduction, ...] = ()
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: str = ""
    control_number: str = ""
    allowed_cents: int | None = None
    remarks: tuple[str, ...] = ()


class PaidClaim(NamedTuple):
    """A claim (loop 2100). `status` as CLP02 has it: 1 primary, 2 secondary, 3 tertiary, 22 reversal."""

    patient_control_number: str
    number: str
    """Ours (CLP07)."""
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int
    last_name: str
    first_name: str
    member_number: str
    lines: tuple[PaidLine, ...]
    filing_code: str = "12"
    facility_code: str = ""
    frequency: str = ""
    received_on: date | None = None
    interest_cents: int = 0
    """Paid besides (AMT*I): it is no part of `paid_cents`, but of the payment (PLB L6)."""
    drg: str = ""
    """CLP11: the diagnosis-related group, where the claim was priced by it."""


class ProviderAdjustment(NamedTuple):
    """PLB: what the payment is lower by beside its claims; below zero what it is higher by.

    FB forwarded, WO withheld, L6 interest, 72 a refund that came in (always beside what it settles, so that the two come
    to nothing).
    """

    code: str
    reference: str
    cents: int


class PaidBy(NamedTuple):
    """How the money goes: CHK, ACH or NON, under which number (TRN02), between which accounts (ACH)."""

    method: str
    number: str
    paid_on: date
    originator_id: str
    """Ten characters: 1 and the EIN."""
    from_routing: str = ""
    from_account: str = ""
    to_routing: str = ""
    to_account: str = ""
    to_savings: bool = False


class RemittancePayer(NamedTuple):
    """Who pays, and whom to ask."""

    name: str
    address: Address
    phone: str


class RemittancePayee(NamedTuple):
    """Who is paid: told by NPI, or by tax id where claims of several NPIs are paid together; "": not known."""

    name: str
    tax_id: str
    npi: str = ""


class Remittance(NamedTuple):
    """One payment with all its claims."""

    payer: RemittancePayer
    payee: RemittancePayee
    by: PaidBy
    amount_cents: int
    claims: tuple[PaidClaim, ...]
    adjustments: tuple[ProviderAdjustment, ...] = ()
    produced_on: date | None = None


def require_balance(remittance: Remittance) -> None:
    """Charge less reductions is what is paid, on every line and claim; claims less PLB is the payment.

    Raises UnbalancedError, which names the place (005010X221A1 1.10.2.1), and ReasonCodeError.
    """
    for claim in remittance.claims:
        for number, line in enumerate(claim.lines, 1):
            _require(line.charge_cents - _sum(line), line.paid_cents, f"claim {claim.number} line {number}")
        _require(sum(line.charge_cents for line in claim.lines), claim.charge_cents, f"charge of claim {claim.number}")
        _require(sum(line.paid_cents for line in claim.lines), claim.paid_cents, f"claim {claim.number}")
        asked = sum(one.cents for line in claim.lines for one in line.reductions if one.group == "PR")
        _require(asked, claim.patient_cents, f"patient's share of claim {claim.number}")
        for number, line in enumerate(claim.lines, 1):
            _require_codes(line, f"claim {claim.number} line {number}")
    claims = sum(claim.paid_cents for claim in remittance.claims)
    plb = sum(one.cents for one in remittance.adjustments)
    earned = sum(claim.interest_cents for claim in remittance.claims)
    told = -sum(one.cents for one in remittance.adjustments if one.code == INTEREST)
    _require(earned, told, f"interest of payment {remittance.by.number}")
    _require(claims - plb, remittance.amount_cents, f"payment {remittance.by.number}")
    if remittance.amount_cents < 0 or (remittance.by.method == "NON") != (remittance.amount_cents == 0):
        raise UnbalancedError(
            f"{remittance.amount_cents} cents are not paid by {remittance.by.method}", where=remittance.by.number
        )


def _require_codes(line: PaidLine, where: str) -> None:
    faults = [fault_of(one.group, one.carc) for one in line.reductions]
    faults += [
        f"reason {carc} needs a remark" for carc in unremarked([one.carc for one in line.reductions], line.remarks)
    ]
    told = "; ".join(filter(None, faults))
    if told:
        raise ReasonCodeError(told, where=where)


def _sum(line: PaidLine) -> int:
    return sum(one.cents for one in line.reductions)


def _require(found: int, said: int, where: str) -> None:
    if found != said:
        raise UnbalancedError(f"its parts come to {found} cents, it says {said}", where=where)
