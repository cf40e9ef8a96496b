"""A member as an 834 (005010X220A1) states it: loop 2000 with its coverages (2300).

Same conventions as `tpa.x12.claims`. 834 spans are inclusive: `starts_on` of a coverage is its first day (DTP*348),
`last_on` its last (DTP*349).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.x12.claims import Dated, Party, Reference


class CoverageAmount(NamedTuple):
    """An AMT of loop 2300: B9 co-insurance, C1 co-payment, D2 deductible, P3 premium, R spend-down ..."""

    qualifier: str
    cents: int


class OtherCoverage(NamedTuple):
    """Loop 2320: another insurance of the member (COB)."""

    payer_order: str
    group_number: str = ""
    status: str = ""
    """COB03: 1 coordination of benefits, 5 unknown, 6 none."""
    service_types: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    starts_on: date | None = None
    last_on: date | None = None
    insurer: str = ""


class Coverage834(NamedTuple):
    """Loop 2300: one HD."""

    maintenance: str
    """HD01: 001 change, 002 delete, 021 addition, 024 cancellation or termination, 025 reinstatement, 030 audit,
    032 employee information not applicable."""
    line: str
    """HD03 insurance line code: HLT, PPO, DEN, VIS, PDG, HMO, STD ..."""
    description: str = ""
    """HD04: the sponsor's own code of the plan."""
    tier: str = ""
    """HD05: EMP, ESP, ECH, FAM ..."""
    late_enrollee: bool = False
    dates: tuple[Dated, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[CoverageAmount, ...] = ()
    providers: tuple[Party, ...] = ()
    others: tuple[OtherCoverage, ...] = ()

    @property
    def starts_on(self) -> date | None:
        """First day (DTP*348)."""
        return _day(self.dates, "348")

    @property
    def last_on(self) -> date | None:
        """Last day (DTP*349, else where DTP*348 is a period the last one of it)."""
        begun = next((one for one in self.dates if one.qualifier == "348"), None)
        is_period = begun is not None and begun.first_on != begun.last_on
        return _day(self.dates, "349") or (begun.last_on if begun is not None and is_period else None)

    def reference(self, *qualifiers: str) -> str:
        """The first REF of one of the qualifiers (1L group, 17, 9V ...), or ""."""
        return next((one.value for one in self.references if one.qualifier in qualifiers), "")


class Member834(NamedTuple):
    """Loop 2000: one INS."""

    is_subscriber: bool
    relationship: str
    """INS02: 18 self, 01 spouse, 19 child ..."""
    maintenance: str
    """INS03, values as HD01."""
    reason: str = ""
    """INS04 maintenance reason."""
    benefit_status: str = ""
    """INS05: A active, C COBRA, S surviving insured, T TEFRA."""
    medicare: str = ""
    """INS06-1."""
    cobra_event: str = ""
    employment_status: str = ""
    """INS08: FT, PT, TE terminated, RT retired, AC active, L1 leave ..."""
    student_status: str = ""
    handicapped: bool = False
    died_on: date | None = None
    confidential: bool = False
    subscriber_number: str = ""
    """REF*0F: ties a family together."""
    group_number: str = ""
    """REF*1L."""
    references: tuple[Reference, ...] = ()
    """Every REF of loop 2000, with those above."""
    dates: tuple[Dated, ...] = ()
    person: Party = Party("IL")
    """NM1*IL (or 74 where the name was corrected); `id` is the social security number where `id_qualifier` is 34."""
    birth_on: date | None = None
    sex: str = ""
    marital_status: str = ""
    prior_name: Party | None = None
    """NM1*70: the name as it stood wrongly before."""
    prior_birth_on: date | None = None
    """The birth date as it stood before (2100B DMG)."""
    parties: tuple[Party, ...] = ()
    """Loops 2100C to 2100H: mailing address, employer, school, custodial parent, responsible person."""
    coverages: tuple[Coverage834, ...] = ()
    set_control_number: str = ""
    segment_number: int = 0
    byte_offset: int = 0

    @property
    def ssn(self) -> str:
        """NM109 where the qualifier says social security number, else REF*SY, else ""."""
        return self.person.id if self.person.id_qualifier == "34" else self.reference("SY")

    def reference(self, *qualifiers: str) -> str:
        """The first REF of one of the qualifiers, or ""."""
        return next((one.value for one in self.references if one.qualifier in qualifiers), "")

    def day(self, qualifier: str) -> date | None:
        """A date of the member: 356 eligibility begins, 357 ends, 336 employed, 337 employment ended, 303 changed."""
        return _day(self.dates, qualifier)


def _day(dates: tuple[Dated, ...], qualifier: str) -> date | None:
    return next((one.first_on for one in dates if one.qualifier == qualifier and one.first_on is not None), None)
