"""The index that finds a claim's employer and member: keyed hashes, so that a copy of it names nobody."""

import hmac
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.conf import settings

from tpa.infra.postgres.prepared import prepared
from tpa.kernel.ids import plain_number

Entry = tuple[str, str, date, int, int]
"""Group number ("" for none), member's or subscriber's number, birth date, member key, family key."""


class Ask(NamedTuple):
    """Whom a claim is about. `group_number` is "" where the claim states none: the number alone must find the member then."""

    group_number: str
    member_number: str
    birth_on: date


class Candidate(NamedTuple):
    """Somebody who may be meant."""

    employer_id: int
    family_id: int
    member_id: int


def digest(group_number: str, member_number: str, birth_on: date) -> str:
    """HMAC-SHA256 of the normalised numbers and the birth date, its first 128 bits as hexadecimal text.

    Case, blanks and punctuation do not count: `ABC-12 3` and `abc123` are one number.
    """
    told = f"{plain_number(group_number)}|{plain_number(member_number)}|{birth_on.isoformat()}"
    return hmac.digest(settings.MEMBER_HASH_KEY.encode(), told.encode(), "sha256")[:16].hex()


def rows_of(employer_id: int, entries: Iterable[Entry]) -> list[tuple[str, int, int, int]]:
    """(digest, employer, family, member) of members: with the group number, and without."""
    return list(
        {
            (digest(group, number, birth_on), employer_id, family_id, member_id): None
            for group_number, number, birth_on, member_id, family_id in entries
            for group in {group_number, ""}
        }
    )


def candidates(asks: Collection[Ask]) -> dict[Ask, list[Candidate]]:
    """Whom each may mean, of all employers; nobody: an empty list. One query, by the desk."""
    digests = {ask: digest(*ask) for ask in asks if plain_number(ask.member_number)}
    found: dict[str, list[Candidate]] = {}
    for key, *candidate in prepared(
        "SELECT digest, employer_id, family_id, member_id FROM edi_memberkey WHERE digest = ANY(%s) ORDER BY 2, 3, 4",
        [list(set(digests.values()))],
    ):
        found.setdefault(key, []).append(Candidate(*candidate))
    return {ask: found.get(digests.get(ask, ""), []) for ask in asks}
