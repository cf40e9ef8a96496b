"""The demo's files as partners would send them: 834 from each employer, 837P, 837I and 837D from a clearinghouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from tpa.kernel.periods import FOREVER, Span
from tpa.workflows.demo import names
from tpa.workflows.demo.claims import DemoClaim, DemoLine, DemoProvider
from tpa.workflows.demo.population import DemoCoverage, DemoFamily, DemoPerson
from tpa.x12.claims import (
    Address,
    Claim837,
    Code,
    Contact,
    Dated,
    Party,
    Person,
    Procedure,
    Reference,
    ServiceLine837,
    Subscriber,
    Tooth,
)
from tpa.x12.enrolment import Coverage834, Member834
from tpa.x12.writers.claim_837 import write_837
from tpa.x12.writers.enrolment_834 import write_834
from tpa.x12.writers.interchange import Envelope

CLEARINGHOUSE = "DEMOCLEAR"
TPA_ID = "DEMOTPA"
TAXONOMY = {
    "primary": "207Q00000X",
    "specialist": "207X00000X",
    "chiropractor": "111N00000X",
    "hospital": "282N00000X",
    "dentist": "122300000X",
}
"""Our words for providers -> the taxonomy code on their claims."""
_LINES = {"medical": "PPO", "dental": "DEN"}
_TIERS = {"EE": "EMP", "ES": "ESP", "EC": "ECH", "EF": "FAM"}
_RELATIONS = {"self": "18", "spouse": "01", "child": "19"}
_PAYER = Party("PR", name="DEMO ADMINISTRATOR", id_qualifier="PI", id=TPA_ID)


def enrolment_file(
    families: Iterable[DemoFamily], *, employer: str, group: str, at: datetime, number: int, full: bool = True
) -> bytes:
    """An 834: everybody (`full`), or changes; a family whose coverage has ended is a change that ends it."""
    members = (member for family in families for member in _members(family, group, full))
    envelope = Envelope(f"DEMO{group}", TPA_ID, at, number)
    return b"".join(
        write_834(
            members,
            envelope,
            sponsor=Party("P5", name=employer.upper(), id_qualifier="FI", id=f"99{number:07d}"),
            payer=Party("IN", name=_PAYER.name, id_qualifier="FI", id="990000000"),
            reference=f"E{number}",
            action="4" if full else "2",
        )
    )


def _members(family: DemoFamily, group: str, full: bool) -> Iterator[Member834]:
    for person in family.people:
        ended = not full and family.coverages[0].ends_before != FOREVER
        maintenance = "024" if ended else "030" if full else "021"
        yield Member834(
            is_subscriber=person.relationship == "self",
            relationship=_RELATIONS[person.relationship],
            maintenance=maintenance,
            benefit_status="A",
            employment_status="FT" if person.relationship == "self" else "",
            subscriber_number=family.number,
            group_number=group,
            references=(Reference("23", family.member_number(person)),),
            person=_party("IL", family, person),
            birth_on=person.birth_on,
            sex=person.sex,
            coverages=tuple(_coverage(one, maintenance) for one in family.coverages),
        )


def _coverage(coverage: DemoCoverage, maintenance: str) -> Coverage834:
    dates = [Dated("348", coverage.starts_on, coverage.starts_on)]
    if coverage.ends_before != FOREVER:
        last_day = Span(coverage.starts_on, coverage.ends_before).last_day
        dates.append(Dated("349", last_day, last_day))
    return Coverage834(maintenance, _LINES[coverage.line], coverage.plan, _TIERS[coverage.tier], dates=tuple(dates))


def _party(role: str, family: DemoFamily, person: DemoPerson, member_id: str = "") -> Party:
    street = names.STREETS[family.street % len(names.STREETS)]
    home = Address(f"{family.street} {street}".upper(), "", names.CITY.upper(), names.STATE, names.POSTAL_CODE)
    return Party(
        role,
        is_person=True,
        name=person.family.upper(),
        first_name=person.given.upper(),
        id_qualifier="MI" if member_id else "",
        id=member_id,
        address=home,
    )


def claim_files(claims: Sequence[DemoClaim], groups: dict[str, str], *, at: datetime, number: int) -> Iterator[bytes]:
    """The clearinghouse's 837 files of a day, one of each kind that occurs. `groups`: subscriber prefix -> group number."""
    for form, batch in groupby(sorted(claims, key=_file_order), key=lambda claim: claim.form):
        envelope = Envelope(CLEARINGHOUSE, TPA_ID, at, number)
        submitter = Party(
            "41",
            name="DEMO CLEARINGHOUSE",
            id_qualifier="46",
            id=CLEARINGHOUSE,
            contacts=(Contact("EDI DESK", (Reference("TE", "5550100000"),)),),
        )
        receiver = Party("40", name=_PAYER.name, id_qualifier="46", id=TPA_ID)
        rows = (_claim(claim, groups) for claim in batch)
        yield b"".join(write_837(rows, envelope, submitter=submitter, receiver=receiver, reference=f"{form}{number}"))
        number += 1


def _file_order(claim: DemoClaim) -> tuple[str, str, str, str, str]:
    return claim.form, claim.provider.npi, claim.family.number, claim.person.suffix, claim.control


def _claim(claim: DemoClaim, groups: dict[str, str]) -> Claim837:
    family, person = claim.family, claim.person
    dependent = person.relationship != "self"
    group = claim.group or groups[family.number[0]]
    shown = claim.member_number[:-2]
    holder = Person(_party("IL", family, family.people[0], shown), family.people[0].birth_on, family.people[0].sex)
    service = (claim.served_on, claim.through_on)
    stay = claim.form == "I"
    return Claim837(
        kind=claim.form,
        patient_control_number=claim.control,
        charge_cents=claim.charge_cents,
        billing=_billing(claim.provider),
        subscriber=Subscriber(holder, "P", "" if dependent else "18", group, filing_indicator="CI"),
        payer=_PAYER,
        patient=Person(_party("QC", family, person), person.birth_on, person.sex) if dependent else None,
        patient_relationship=_RELATIONS[person.relationship] if dependent else "",
        facility_code=claim.place[:2],
        frequency="1",
        provider_signature="" if stay else "Y",
        assignment="A",
        benefits_assigned="Y",
        release="Y",
        dates=_claim_dates(claim),
        codes=_diagnoses(claim) if claim.form != "D" else (),
        admission_type="1" if stay else "",
        admission_source="1" if stay else "",
        discharge_status="01" if stay else "",
        lines=tuple(_line(claim, n, line, service) for n, line in enumerate(claim.lines, 1)),
    )


def _billing(provider: DemoProvider) -> Party:
    return Party(
        "85",
        name=provider.name.upper(),
        id_qualifier="XX",
        id=provider.npi,
        address=Address("1 HEALTH WAY", "", names.CITY.upper(), names.STATE, names.POSTAL_CODE),
        references=(Reference("EI", provider.tax_id),),
        taxonomy=TAXONOMY[provider.specialty],
    )


def _claim_dates(claim: DemoClaim) -> tuple[Dated, ...]:
    if claim.form == "D":
        return (Dated("472", claim.served_on, claim.served_on),)
    if claim.form != "I":
        return ()
    statement = Dated("434", claim.served_on, claim.through_on)
    inpatient = claim.place == "111"
    return (statement, Dated("435", claim.served_on, claim.served_on, "0900")) if inpatient else (statement,)


def _diagnoses(claim: DemoClaim) -> tuple[Code, ...]:
    return tuple(Code("ABK" if place == 0 else "ABF", code) for place, code in enumerate(claim.diagnoses))


def _line(claim: DemoClaim, number: int, line: DemoLine, service: tuple[date, date]) -> ServiceLine837:
    code, revenue = line.service.code, claim.form == "I"
    qualifier = "AD" if claim.form == "D" else "HC"
    return ServiceLine837(
        number=number,
        charge_cents=line.charge_cents,
        procedure=Procedure() if revenue else Procedure(qualifier, code),
        revenue_code=code if revenue else "",
        unit="" if claim.form == "D" else "DA" if revenue and claim.place == "111" else "UN",
        quantity=Decimal(line.units),
        diagnosis_pointers=(1,) if claim.form == "P" else (),
        teeth=(Tooth("14"),) if code in ("D2392", "D2740") else (),
        dates=(Dated("472", *service),) if claim.form == "P" else (),
    )
