"""Whose claims are decided now: the lock of a family's row is the lease, and its `next_seq` numbers the decisions."""

from collections.abc import Collection, Mapping

from django.db import connection

from tpa.infra.postgres.prepared import keys_text, prepared, written


def take_turns(*, family_ids: Collection[int]) -> dict[int, int]:
    """Lock those of the families that nobody else holds, to the end of the transaction: family -> its next number.

    Families that another transaction holds are left out, at once; their claims are that one's business. One statement.
    """
    return dict(
        prepared(
            "SELECT id, next_seq FROM members_family WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED",
            [keys_text(family_ids)],
        )
    )


def end_turns(*, next_seqs: Mapping[int, int]) -> None:
    """Write down the next numbers of families whose turn it was. One statement."""
    if next_seqs:
        written(
            "UPDATE members_family f SET next_seq = n.seq FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, seq)"
            " WHERE f.id = n.id",
            [keys_text(next_seqs), keys_text(next_seqs.values())],
        )


def wait_for_turns(*, family_ids: Collection[int]) -> dict[int, int]:
    """Lock the families, waiting for those that somebody else holds: family -> its next number. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, next_seq FROM members_family WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(family_ids)]
        )
        return dict(cursor.fetchall())
