"""Whom is a claim about, where number and birth date do not say it? Told apart, found by name, or put before a person.

    number and birth date of one person            the member, unless first name or sex contradict: then a person looks
    number and birth date of several               who has the first name; without one, who has sex and relationship
    nobody, but one member of the group has name,  that member
    birth date and sex
    nobody, but somebody is near                   a person looks, and is told what differs

A claim never goes to a member without a word whom something on it contradicts.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Q

from tenants.scope import current_employer, employer_scope
from tpa.books.agreements import selectors as agreements
from tpa.books.edi import keys
from tpa.books.edi.models import IntakeItem
from tpa.books.members import selectors as members
from tpa.books.members.models import Member
from tpa.kernel.ids import plain_number
from tpa.workflows.claim_intake_forms import SEXES, IncomingClaim, Patient

Reason = IntakeItem.Reason


class Incoming(NamedTuple):
    """A claim on its way in, and its name at its origin."""

    source_ref: str
    came: IncomingClaim


class Placed(NamedTuple):
    """Whom a claim may be about, and why it cannot be registered if it cannot."""

    incoming: Incoming
    candidates: Sequence[keys.Candidate]
    reason: str = ""

    @property
    def patient(self) -> Patient:
        """Who was treated, as the claim says."""
        return self.incoming.came.patient


def find_patients(incoming: Sequence[Incoming]) -> list[Placed]:
    """Whom each claim is about. One query where number and birth date say it; bound as the caller is."""
    asks = [_ask(one.came) for one in incoming]
    found = keys.candidates({ask for ask in asks if ask is not None})
    return _looked_closer([_judged(one, found[ask] if ask else ()) for one, ask in zip(incoming, asks, strict=True)])


def _ask(came: IncomingClaim) -> keys.Ask | None:
    patient = came.patient
    return keys.Ask(patient.group_number, patient.member_number, patient.birth_on) if patient.birth_on else None


def _judged(incoming: Incoming, candidates: Sequence[keys.Candidate]) -> Placed:
    if not candidates:
        return Placed(incoming, candidates, IntakeItem.Reason.NONE)
    if len(candidates) > 1:
        return Placed(incoming, candidates, IntakeItem.Reason.SEVERAL)
    patient = incoming.came.patient
    is_another = keys.contradicts(candidates[0], patient.first_name, patient.sex)
    return Placed(incoming, candidates, IntakeItem.Reason.NAME if is_another else "")


def _looked_closer(placed: list[Placed]) -> list[Placed]:
    """The same, those told apart or found that can be. A query an employer for those alone."""
    wanted: dict[int, list[int]] = {}
    owners = _owners([one.patient.group_number for one in placed if one.reason == Reason.NONE])
    for n, one in enumerate(placed):
        if one.reason == Reason.SEVERAL and len({who.employer_id for who in one.candidates}) == 1:
            wanted.setdefault(one.candidates[0].employer_id, []).append(n)
        elif one.reason == Reason.NONE and (owner := owners.get(plain_number(one.patient.group_number))):
            wanted.setdefault(owner, []).append(n)
    for employer_id, places in wanted.items():
        with employer_scope(employer_id):
            people = list(members.members().filter(_like([placed[n] for n in places])).select_related("family"))
        for n in places:
            one = placed[n]
            closer = _told_apart if one.reason == Reason.SEVERAL else _nearby
            placed[n] = closer(one, employer_id, people)
    return placed


def _owners(numbers: Sequence[str]) -> dict[str, int]:
    """Plain group number -> employer; who is bound is meant where a claim names none."""
    if not numbers:
        return {}
    plain, bound = {plain_number(number) for number in numbers} - {""}, current_employer()
    if bound is not None:
        return {"": bound.pk, **agreements.group_owners(plain)}
    return agreements.group_owners(plain)


def _like(placed: Sequence[Placed]) -> Q:
    """Members who may be meant by any of these claims."""
    numbers = {one.patient.member_number for one in placed if one.patient.member_number}
    births = {one.patient.birth_on for one in placed if one.patient.birth_on}
    ids = {who.member_id for one in placed for who in one.candidates}
    return (
        Q(pk__in=ids) | Q(member_number__in=numbers) | Q(family__subscriber_number__in=numbers) | Q(birth_on__in=births)
    )


def _told_apart(one: Placed, employer_id: int, people: Sequence[Member]) -> Placed:
    """Several people under one number and birth date: who has the first name; without one, who fits otherwise."""
    ids = {who.member_id for who in one.candidates}
    agreeing = [person for person in people if person.pk in ids and _same(one.patient.first_name, person.first_name)]
    if len(agreeing) > 1:
        agreeing = [person for person in agreeing if _fits(one.patient, person)]
    if len(agreeing) != 1:
        return one
    return one._replace(candidates=_candidates(employer_id, agreeing), reason="")


def _nearby(one: Placed, employer_id: int, people: Sequence[Member]) -> Placed:
    """Nobody has number and birth date: one member by name, birth date and sex, or whoever is near, and why not more."""
    patient = one.patient
    named = [
        person
        for person in people
        if person.birth_on == patient.birth_on
        and _same(patient.last_name, person.last_name, wanted=True)
        and _same(patient.first_name, person.first_name, wanted=True)
    ]
    sure = [person for person in named if patient.sex in SEXES and patient.sex == person.sex and _fits(patient, person)]
    if len(sure) == 1:
        return one._replace(candidates=_candidates(employer_id, sure), reason="")
    if named:
        return one._replace(candidates=_candidates(employer_id, named), reason=Reason.NUMBER)
    number = plain_number(patient.member_number)
    numbered = [
        person
        for person in people
        if number
        and number in (plain_number(person.member_number), plain_number(person.family.subscriber_number))
        and _same(patient.first_name, person.first_name, wanted=True)
    ]
    if numbered:
        return one._replace(candidates=_candidates(employer_id, numbered), reason=Reason.BIRTH)
    return one


def _candidates(employer_id: int, people: Iterable[Member]) -> list[keys.Candidate]:
    return [keys.Candidate(employer_id, person.family_id, person.pk) for person in people]


def _fits(patient: Patient, person: Member) -> bool:
    """Whether sex and relationship, as far as both sides say them, are the same."""
    if patient.sex in SEXES and person.sex in SEXES and patient.sex != person.sex:
        return False
    return not patient.relationship or patient.relationship == person.relationship


def _same(told: str, known: str, *, wanted: bool = False) -> bool:
    """Whether two names are one; a name that is not told contradicts none, unless it is `wanted`."""
    return plain_number(told) == plain_number(known) if plain_number(told) else not wanted
