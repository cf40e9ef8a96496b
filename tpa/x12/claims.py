"""A claim as an 837 states it: professional (005010X222), institutional (X223), dental (X224).

Amounts are integer cents (`_cents`), quantities exact decimals, dates `datetime.date`. Ranges are inclusive, as X12
writes them: `first_on` and `last_on`; a single date has both equal. A code that was not sent is "", an amount that was
not sent is None. Codes are kept as values; nothing here knows what they mean.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpa.x12.issues import Issue, Level


class Reference(NamedTuple):
    """A REF."""

    qualifier: str
    value: str


class Dated(NamedTuple):
    """A DTP. `time` is `HHMM` where a time was sent (format DT or TM); a bare time has no dates."""

    qualifier: str
    first_on: date | None
    last_on: date | None
    time: str = ""


class Address(NamedTuple):
    """N3 and N4."""

    line_1: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


class Contact(NamedTuple):
    """A PER: pairs of kind (TE, FX, EM, EX) and number."""

    name: str
    numbers: tuple[Reference, ...] = ()


class Party(NamedTuple):
    """Whoever an NM1 (or N1) names, with the address, references, contacts and taxonomy of its loop."""

    role: str
    """NM101: 85 billing, 87 pay-to, 82 rendering, DN referring, 77 service place, 71 attending, IL, QC, PR, ..."""
    is_person: bool = False
    name: str = ""
    """Last name, or the name of an organisation."""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""
    address: Address = Address()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    taxonomy: str = ""

    def reference(self, *qualifiers: str) -> str:
        """The first REF of one of the qualifiers, or ""."""
        return _reference(self.references, qualifiers)

    @property
    def npi(self) -> str:
        """The National Provider Identifier, or ""."""
        return self.id if self.id_qualifier == "XX" else ""

    @property
    def tax_id(self) -> str:
        """The employer's (EI) or social security (SY) number under which taxes are reported, or ""."""
        return self.reference("EI", "SY") or (self.id if self.id_qualifier in ("24", "34", "FI") else "")


class Person(NamedTuple):
    """A subscriber or patient: NM1, N3, N4, DMG."""

    party: Party
    birth_on: date | None = None
    sex: str = ""
    died_on: date | None = None

    @property
    def member_id(self) -> str:
        """NM109 where it is a member id (MI) or, in older files, any other number."""
        return self.party.id


class Subscriber(NamedTuple):
    """Loop 2000B: the policy and who holds it."""

    person: Person
    payer_order: str = ""
    """SBR01: P, S, T, A ...: which payer we are on this claim."""
    relationship: str = ""
    """SBR02: 18 where the patient is the subscriber."""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""


class Adjustment(NamedTuple):
    """One trio of a CAS: group (CO, PR, OA, PI), claim adjustment reason code, amount."""

    group: str
    carc: str
    cents: int
    quantity: Decimal | None = None


class Repricing(NamedTuple):
    """HCP: what a network or repricer says that the claim or line is worth (loops 2300, 2400)."""

    method: str
    allowed_cents: int | None = None
    savings_cents: int | None = None
    organization_id: str = ""
    rate: Decimal | None = None
    group_code: str = ""
    """HCP06: the approved DRG or ambulatory patient group."""
    group_cents: int | None = None
    revenue_code: str = ""
    procedure_qualifier: str = ""
    procedure: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    reject_reason: str = ""
    policy_compliance: str = ""
    exception: str = ""


class Code(NamedTuple):
    """One element of an HI: diagnosis, procedure, condition, occurrence, value, DRG ..."""

    qualifier: str
    value: str
    first_on: date | None = None
    last_on: date | None = None
    cents: int | None = None
    present_on_admission: str = ""


class Attachment(NamedTuple):
    """A PWK: paperwork sent along."""

    kind: str
    transmission: str
    control_number: str = ""


class Note(NamedTuple):
    """An NTE."""

    qualifier: str
    text: str


class Drug(NamedTuple):
    """Loop 2410: LIN, CTP, REF."""

    ndc: str
    quantity: Decimal | None = None
    unit: str = ""
    prescription_number: str = ""


class Tooth(NamedTuple):
    """A TOO: tooth (universal numbering) and surfaces."""

    number: str
    surfaces: tuple[str, ...] = ()


class ToothStatus(NamedTuple):
    """A DN2: a tooth that is missing (M), to be extracted (E) or impacted (I)."""

    number: str
    status: str


class Procedure(NamedTuple):
    """A composite medical procedure identifier: HC, AD, HP, ER, IV, WK, N4 ... and its code."""

    qualifier: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    description: str = ""


class LinePayment(NamedTuple):
    """Loop 2430: what another payer decided on this line (SVD, CAS, DTP*573, AMT*EAF)."""

    payer_id: str
    paid_cents: int
    procedure: Procedure = Procedure()
    revenue_code: str = ""
    quantity: Decimal | None = None
    bundled_into: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    paid_on: date | None = None
    remaining_cents: int | None = None


class OtherPayer(NamedTuple):
    """Loops 2320 and 2330: another policy on the same claim and what it paid."""

    payer: Party
    subscriber: Party
    payer_order: str
    relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    paid_cents: int | None = None
    """AMT*D."""
    remaining_cents: int | None = None
    """AMT*EAF: what the patient still owes."""
    noncovered_cents: int | None = None
    """AMT*A8."""
    adjustments: tuple[Adjustment, ...] = ()
    paid_on: date | None = None
    benefits_assigned: str = ""
    release: str = ""
    remarks: tuple[str, ...] = ()
    """Remark codes of MIA and MOA."""


class ServiceLine837(NamedTuple):
    """Loop 2400."""

    number: int
    """LX01."""
    charge_cents: int
    procedure: Procedure = Procedure()
    revenue_code: str = ""
    """Institutional (SV201)."""
    unit: str = ""
    quantity: Decimal | None = None
    noncovered_cents: int | None = None
    place_of_service: str = ""
    """As on the line; "" means that of the claim (`Claim837.place_of`)."""
    diagnosis_pointers: tuple[int, ...] = ()
    emergency: bool = False
    oral_cavities: tuple[str, ...] = ()
    prosthesis: str = ""
    teeth: tuple[Tooth, ...] = ()
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    providers: tuple[Party, ...] = ()
    drug: Drug | None = None
    repricing: Repricing | None = None
    other_payments: tuple[LinePayment, ...] = ()
    sales_tax_cents: int | None = None
    segment_number: int = 0
    byte_offset: int = 0

    @property
    def first_on(self) -> date | None:
        """First day of service (DTP*472); None where only the claim has dates."""
        return _day(self.dates, "472")

    @property
    def last_on(self) -> date | None:
        """Last day of service."""
        return _day(self.dates, "472", last=True)

    @property
    def control_number(self) -> str:
        """REF*6R: the provider's number of the line, to be sent back in the 835."""
        return _reference(self.references, ("6R",))

    @property
    def authorization(self) -> str:
        """REF*G1."""
        return _reference(self.references, ("G1",))

    def day(self, qualifier: str) -> date | None:
        """The first day of the line's DTP of that qualifier: 441 prior placement, 452 appliance placement."""
        return _day(self.dates, qualifier)

    def provider(self, role: str) -> Party | None:
        """The line's own provider in a role (82 rendering, ...)."""
        return next((party for party in self.providers if party.role == role), None)


class Claim837(NamedTuple):
    """Loop 2300 with everything above it that concerns it."""

    kind: str
    """`P` professional, `I` institutional, `D` dental."""
    patient_control_number: str
    """CLM01: the provider's own number; goes back in the 277CA and the 835."""
    charge_cents: int
    billing: Party
    subscriber: Subscriber
    payer: Party
    patient: Person | None = None
    """None where the patient is the subscriber."""
    patient_relationship: str = ""
    """PAT01 of a dependent."""
    pay_to: Party | None = None
    facility_code: str = ""
    """CLM05-1: place of service, or the first two digits of the type of bill."""
    frequency: str = ""
    """CLM05-3: 1 original, 7 replacement, 8 void."""
    provider_signature: str = ""
    assignment: str = ""
    benefits_assigned: str = ""
    release: str = ""
    related_causes: tuple[str, ...] = ()
    """CLM11: AA auto accident, EM employment, OA other accident."""
    accident_state: str = ""
    special_program: str = ""
    predetermination: bool = False
    """Dental CLM19 = PB: an estimate is asked for, nothing is to be paid."""
    delay_reason: str = ""
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    codes: tuple[Code, ...] = ()
    """Every HI element, in order."""
    admission_type: str = ""
    admission_source: str = ""
    discharge_status: str = ""
    patient_paid_cents: int | None = None
    patient_due_cents: int | None = None
    """AMT*F3 of an institutional claim."""
    notes: tuple[Note, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    providers: tuple[Party, ...] = ()
    repricing: Repricing | None = None
    orthodontic_months: int | None = None
    orthodontic_months_left: int | None = None
    tooth_statuses: tuple[ToothStatus, ...] = ()
    other_payers: tuple[OtherPayer, ...] = ()
    lines: tuple[ServiceLine837, ...] = ()
    issues: tuple[Issue, ...] = ()
    """Faults of this claim alone; with one of Level.CLAIM it is refused in the 277CA."""
    set_control_number: str = ""
    segment_number: int = 0
    byte_offset: int = 0

    @property
    def refused(self) -> bool:
        """The claim must not be registered: its faults go back in the 277CA."""
        return any(issue.level >= Level.CLAIM for issue in self.issues)

    @property
    def person(self) -> Person:
        """Who was treated."""
        return self.patient or self.subscriber.person

    @property
    def type_of_bill(self) -> str:
        """Institutional: facility code and frequency, for example `131`."""
        return self.facility_code + self.frequency if self.kind == "I" else ""

    @property
    def place_of_service(self) -> str:
        """Professional and dental: CLM05-1."""
        return "" if self.kind == "I" else self.facility_code

    def place_of(self, line: ServiceLine837) -> str:
        """The place of service of a line: its own, else the claim's."""
        return line.place_of_service or self.place_of_service

    @property
    def original_reference(self) -> str:
        """REF*F8: the payer's number of the claim that this one replaces or voids."""
        return _reference(self.references, ("F8",))

    @property
    def authorization(self) -> str:
        """REF*G1: prior authorization number."""
        return _reference(self.references, ("G1",))

    @property
    def clearinghouse_number(self) -> str:
        """REF*D9: goes back in the 277CA."""
        return _reference(self.references, ("D9",))

    def provider(self, role: str) -> Party | None:
        """The claim's provider in a role."""
        return next((party for party in self.providers if party.role == role), None)

    @property
    def diagnoses(self) -> tuple[Code, ...]:
        """Principal, then others, in the order to which diagnosis pointers count (1 is the first)."""
        return self.coded("ABK", "BK") + self.coded("ABF", "BF")

    def coded(self, *qualifiers: str) -> tuple[Code, ...]:
        """The HI codes of the given qualifiers, in order."""
        return tuple(code for code in self.codes if code.qualifier in qualifiers)

    def day(self, qualifier: str) -> date | None:
        """The first day of the claim's DTP of that qualifier: 439 accident, 431 onset, 435 admission, 434 statement."""
        return _day(self.dates, qualifier)

    @property
    def first_on(self) -> date | None:
        """The first day of service of all lines, else of the claim itself."""
        return self._extreme(last=False)

    @property
    def last_on(self) -> date | None:
        """The last day of service."""
        return self._extreme(last=True)

    def days_of(self, line: ServiceLine837) -> tuple[date | None, date | None]:
        """First and last day of a line: its own, else those of the claim itself, else from its first line's on."""
        if line.first_on is not None:
            return line.first_on, line.last_on
        if (first := self._own(last=False)) is not None:
            return first, self._own(last=True)
        return self.first_on, self.last_on

    def _own(self, *, last: bool) -> date | None:
        """The statement's day (434) or the claim's (472)."""
        return _day(self.dates, "434", last=last) or _day(self.dates, "472", last=last)

    def _extreme(self, *, last: bool) -> date | None:
        days = [day for line in self.lines if (day := _day(line.dates, "472", last=last)) is not None]
        if days:
            return max(days) if last else min(days)
        return self._own(last=last)


def _reference(references: tuple[Reference, ...], qualifiers: tuple[str, ...]) -> str:
    return next((one.value for one in references if one.qualifier in qualifiers), "")


def _day(dates: tuple[Dated, ...], qualifier: str, *, last: bool = False) -> date | None:
    for one in dates:
        if one.qualifier == qualifier and one.first_on is not None:
            return one.last_on if last else one.first_on
    return None
