"""The index that finds a claim's employer and member: keyed hashes, so that a copy of it names nobody."""

import hmac
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.conf import settings

from tpa.infra.postgres.prepared import prepared
from tpa.kernel.ids import plain_number

_NAME_LETTERS, _MARK_LENGTH = 3, 8


class Entry(NamedTuple):
    """Under what a member is found: group number ("" for none), the member's or the subscriber's number, birth date.

    First name and sex ("" where they are not known) are what a claim must not contradict.
    """

    group_number: str
    member_number: str
    birth_on: date
    member_id: int
    family_id: int
    first_name: str = ""
    sex: str = ""


class Ask(NamedTuple):
    """Whom a claim is about. `group_number` is "" where the claim states none: the number alone must find the member then."""

    group_number: str
    member_number: str
    birth_on: date


_SEXES = ("F", "M")


class Candidate(NamedTuple):
    """Somebody who may be meant."""

    employer_id: int
    family_id: int
    member_id: int
    mark: str = ""
    """Of the first name; "" where it is not known."""
    sex: str = ""


def mark(first_name: str) -> str:
    """Keyed hashes of a first name's beginning and of the whole of it; "" of a name without letters."""
    told = plain_number(first_name)
    return _short_digest(f"first|{told[:_NAME_LETTERS]}") + _short_digest(f"name|{told}") if told else ""


def _short_digest(text: str) -> str:
    return hmac.digest(settings.MEMBER_HASH_KEY.encode(), text.encode(), "sha256")[: _MARK_LENGTH // 2].hex()


def contradicts(who: Candidate, first_name: str, sex: str) -> bool:
    """Whether a claim's first name or sex is another than the member's, as far as both are known.

    The same first name is the same person whatever is said of the sex. MARY and MARYANN are one where the sex is not another.
    """
    told = mark(first_name)
    if told and who.mark:
        if told == who.mark:
            return False
        if told[:_MARK_LENGTH] != who.mark[:_MARK_LENGTH]:
            return True
    return sex in _SEXES and who.sex in _SEXES and sex != who.sex


def digest(group_number: str, member_number: str, birth_on: date) -> str:
    """HMAC-SHA256 of the normalised numbers and the birth date, its first 128 bits as hexadecimal text.

    Case, blanks and punctuation do not count: `ABC-12 3` and `abc123` are one number.
    """
    told = f"{plain_number(group_number)}|{plain_number(member_number)}|{birth_on.isoformat()}"
    return hmac.digest(settings.MEMBER_HASH_KEY.encode(), told.encode(), "sha256")[:16].hex()


def rows_of(employer_id: int, entries: Iterable[Entry]) -> list[tuple[str, int, int, int, str, str]]:
    """(digest, employer, family, member, mark of the first name, sex) of members: with the group number, and without."""
    found = {}
    for one in entries:
        marked = mark(one.first_name)
        for group in {one.group_number, ""}:
            key = digest(group, one.member_number, one.birth_on)
            found[key, one.member_id] = (key, employer_id, one.family_id, one.member_id, marked, one.sex)
    return list(found.values())


def candidates(asks: Collection[Ask]) -> dict[Ask, list[Candidate]]:
    """Whom each may mean, of all employers; nobody: an empty list. One query, by the desk."""
    digests = {ask: digest(*ask) for ask in asks if plain_number(ask.member_number)}
    found: dict[str, list[Candidate]] = {}
    for key, *candidate in prepared(
        "SELECT digest, employer_id, family_id, member_id, mark, sex FROM edi_memberkey WHERE digest = ANY(%s)"
        " ORDER BY 2, 3, 4",
        [list(set(digests.values()))],
    ):
        found.setdefault(key, []).append(Candidate(*candidate))
    return {ask: found.get(digests.get(ask, ""), []) for ask in asks}
