"""834 files (005010X220A1) from the values that `read_834` yields. What is written reads back equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tpa.x12.claims import Dated, Party
from tpa.x12.enrolment import Coverage834, Member834, OtherCoverage
from tpa.x12.writers import interchange as out
from tpa.x12.writers.interchange import Envelope, Repeated, money, segment

GUIDE = "005010X220A1"
_CONTACT_OF = {"36": "EP", "M8": "SK", "S3": "PQ"}
"""PER01 by NM101 in loops 2100C to 2100H; RP for the others."""


def write_834(
    members: Iterable[Member834],
    envelope: Envelope,
    *,
    sponsor: Party,
    payer: Party,
    reference: str,
    action: str = "4",
    policy_number: str = "",
) -> Iterator[bytes]:
    """The file in pieces, one set. Members are consumed as they are written: subscribers before their dependents.

    `sponsor` and `payer` are loops 1000A and 1000B; `action` is BGN08: `2` change, `4` full. Raises TextError where a
    value cannot be written.
    """
    header = _header(envelope, sponsor, payer, reference, action, policy_number)
    return out.interchange(envelope, "BE", "834", GUIDE, (_body(header, members) for _ in range(1)))


def _body(header: Iterator[str], members: Iterable[Member834]) -> Iterator[str]:
    yield from header
    for member in members:
        yield from _member(member)


def _header(
    envelope: Envelope, sponsor: Party, payer: Party, reference: str, action: str, policy_number: str
) -> Iterator[str]:
    at = envelope.written_at
    yield segment("BGN", "00", reference, f"{at:%Y%m%d}", f"{at:%H%M}", "", "", "", action)
    if policy_number:
        yield segment("REF", "38", policy_number)
    yield segment("N1", "P5", sponsor.name, sponsor.id_qualifier, sponsor.id)
    yield segment("N1", "IN", payer.name, payer.id_qualifier, payer.id)


def _member(member: Member834) -> Iterator[str]:
    """Loop 2000."""
    yield segment(
        "INS",
        "Y" if member.is_subscriber else "N",
        member.relationship,
        member.maintenance,
        member.reason,
        member.benefit_status,
        member.medicare,
        member.cobra_event,
        member.employment_status,
        member.student_status,
        "Y" if member.handicapped else "",
        "D8" if member.died_on else "",
        out.day(member.died_on),
        "R" if member.confidential else "",
    )
    for qualifier, value in (("0F", member.subscriber_number), ("1L", member.group_number)):
        if value:
            yield segment("REF", qualifier, value)
    yield from out.references(one for one in member.references if one.qualifier not in ("0F", "1L"))
    for one in member.dates:
        yield out.period(one)
    yield from _person(member.person, member)
    if member.prior_name is not None:
        yield out.named(member.prior_name)
        if member.prior_birth_on:
            yield segment("DMG", "D8", out.day(member.prior_birth_on))
    for party in member.parties:
        yield out.named(party)
        yield from out.contacts(_CONTACT_OF.get(party.role, "RP"), party.contacts)
        yield from out.address(party.address)
    for coverage in member.coverages:
        yield from _coverage(coverage)


def _person(person: Party, member: Member834) -> Iterator[str]:
    """Loop 2100A."""
    yield out.named(person)
    yield from out.contacts("IP", person.contacts)
    yield from out.address(person.address)
    if member.birth_on:
        yield segment("DMG", "D8", out.day(member.birth_on), member.sex, member.marital_status)


def _coverage(one: Coverage834) -> Iterator[str]:
    """Loop 2300."""
    late = "Y" if one.late_enrollee else ""
    yield segment("HD", one.maintenance, "", one.line, one.description, one.tier, "", "", "", late)
    for day in one.dates:
        yield out.period(day)
    for amount in one.amounts:
        yield segment("AMT", amount.qualifier, money(amount.cents))
    yield from out.references(one.references)
    for number, provider in enumerate(one.providers, 1):
        yield segment("LX", str(number))
        yield segment(
            "NM1",
            provider.role,
            "1" if provider.is_person else "2",
            provider.name,
            provider.first_name,
            provider.middle_name,
            "",
            provider.suffix,
            provider.id_qualifier,
            provider.id,
            "72",
        )
        yield from out.address(provider.address)
        yield from out.contacts("IC", provider.contacts)
    for other in one.others:
        yield from _other(other)


def _other(one: OtherCoverage) -> Iterator[str]:
    """Loops 2320 and 2330."""
    yield segment("COB", one.payer_order, one.group_number, one.status, Repeated(one.service_types))
    yield from out.references(one.references)
    for qualifier, day in (("344", one.starts_on), ("345", one.last_on)):
        if day:
            yield out.period(Dated(qualifier, day, day))
    if one.insurer:
        yield segment("NM1", "IN", "2", one.insurer)
