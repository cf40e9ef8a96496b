"""837 files from the values that `read_837` yields: professional X222A1, institutional X223A2, dental X224A2.

What is written reads back equal. Claims that follow each other and share billing provider, subscriber or patient share
their HL. Segments stand in the order of the guides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from tpa.kernel.errors import DomainError
from tpa.x12.claims import Claim837, Party, Person, Subscriber
from tpa.x12.writers import interchange as out
from tpa.x12.writers.claim_loops import claim_loop
from tpa.x12.writers.interchange import Envelope, segment

GUIDES = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}

_CLAIMS_PER_PATIENT = 100
"""The guides' limit on loop 2300; a new subscriber level begins after it."""


class KindError(DomainError):
    """One file holds one kind of claim."""

    code = "x12_kind"
    remedy = "Write a file for each of professional, institutional and dental claims."


def write_837(
    claims: Iterable[Claim837],
    envelope: Envelope,
    *,
    submitter: Party,
    receiver: Party,
    reference: str,
    claims_per_set: int = 1_000,
) -> Iterator[bytes]:
    """The file in pieces; join them or write them one after the other. Claims are consumed as they are written.

    `submitter` (role 41, with a contact) and `receiver` (role 40) are loops 1000A and 1000B; `reference` with the set's
    number is BHT03. Raises KindError where kinds are mixed, TextError where a value cannot be written.
    """
    queue = iter(claims)
    first = next(queue, None)
    if first is None:
        raise KindError("there is no claim to write")
    queue = chain((first,), queue)
    sets = _sets(queue, first.kind, claims_per_set, envelope, (submitter, receiver), reference)
    return out.interchange(envelope, "HC", "837", GUIDES[first.kind], sets)


def _sets(
    queue: Iterator[Claim837], kind: str, size: int, envelope: Envelope, parties: tuple[Party, Party], reference: str
) -> Iterator[Iterator[str]]:
    """Bodies of sets. Each is written to its end before the next is asked for, so they can share one queue."""
    for number, claim in enumerate(queue, 1):
        batch = chain((claim,), islice(queue, size - 1))
        yield chain(_header(envelope, *parties, f"{reference}-{number}"), _hierarchy(batch, kind))


def _header(envelope: Envelope, submitter: Party, receiver: Party, reference: str) -> Iterator[str]:
    at = envelope.written_at
    yield segment("BHT", "0019", "00", reference, f"{at:%Y%m%d}", f"{at:%H%M}", "CH")
    yield out.named(submitter._replace(role="41"))
    yield from out.contacts("IC", submitter.contacts)
    yield out.named(receiver._replace(role="40"))


def _hierarchy(claims: Iterable[Claim837], kind: str) -> Iterator[str]:
    """Loops 2000A, 2000B, 2000C and the claims below them."""
    level = billing_level = subscriber_level = claims_here = 0
    last: Claim837 | None = None
    for claim in claims:
        if claim.kind != kind:
            raise KindError(f"a claim of kind {claim.kind} cannot stand among those of kind {kind}")
        new_billing = last is None or (last.billing, last.pay_to) != (claim.billing, claim.pay_to)
        full = claims_here == _CLAIMS_PER_PATIENT
        new_subscriber = new_billing or full or last is None or not _same_subscriber(last, claim)
        new_patient = new_subscriber or last is None or _patient(last) != _patient(claim)
        if new_billing:
            level = billing_level = level + 1
            yield from _billing(level, claim)
        if new_subscriber:
            level = subscriber_level = level + 1
            yield segment("HL", str(level), str(billing_level), "22", "1" if claim.patient else "0")
            yield from _subscriber(claim.subscriber, claim.payer)
        if claim.patient and new_patient:
            level += 1
            yield segment("HL", str(level), str(subscriber_level), "23", "0")
            yield from _dependent(claim.patient, claim.patient_relationship)
        claims_here = 1 if new_patient else claims_here + 1
        yield from claim_loop(claim)
        last = claim


def _same_subscriber(last: Claim837, claim: Claim837) -> bool:
    """Whether a claim may stand below the same HL 22: the patient of a policy is its holder or another, not both."""
    same = (last.subscriber, last.payer) == (claim.subscriber, claim.payer)
    return same and (last.patient is None) == (claim.patient is None)


def _patient(claim: Claim837) -> tuple[Person | None, str]:
    return claim.patient, claim.patient_relationship


def _billing(level: int, claim: Claim837) -> Iterator[str]:
    billing = claim.billing
    yield segment("HL", str(level), "", "20", "1")
    if billing.taxonomy:
        yield segment("PRV", "BI", "PXC", billing.taxonomy)
    yield out.named(billing)
    yield from out.address(billing.address)
    yield from out.references(billing.references)
    yield from out.contacts("IC", billing.contacts)
    if claim.pay_to is not None:
        yield out.named(claim.pay_to)
        yield from out.address(claim.pay_to.address)


def _subscriber(subscriber: Subscriber, payer: Party) -> Iterator[str]:
    yield segment(
        "SBR",
        subscriber.payer_order,
        subscriber.relationship,
        subscriber.group_number,
        subscriber.group_name,
        subscriber.insurance_type,
        "",
        "",
        "",
        subscriber.filing_indicator,
    )
    if subscriber.person.died_on:
        yield segment("PAT", "", "", "", "", "D8", out.day(subscriber.person.died_on))
    yield from _person(subscriber.person)
    yield out.named(payer)
    yield from out.address(payer.address)
    yield from out.references(payer.references)


def _dependent(person: Person, relationship: str) -> Iterator[str]:
    died = ("D8", out.day(person.died_on)) if person.died_on else ("", "")
    yield segment("PAT", relationship, "", "", "", *died)
    yield from _person(person)


def _person(person: Person) -> Iterator[str]:
    yield out.named(person.party)
    yield from out.address(person.party.address)
    if person.birth_on:
        yield segment("DMG", "D8", out.day(person.birth_on), person.sex)
    yield from out.references(person.party.references)
    yield from out.contacts("IC", person.party.contacts)
