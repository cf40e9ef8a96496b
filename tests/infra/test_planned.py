"""Statements that a connection plans once: values arrive as they are, a few rows as many, an outdated plan goes."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, NotSupportedError

from tests.infra.test_storage import COLUMNS, HARD, row
from tpa.books.audit.models import AuditEvent
from tpa.books.claims.models import Claim
from tpa.infra.copy import FEW, copy_rows
from tpa.infra.postgres import planned
from tpa.infra.postgres.prepared import prepared

INSTANT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def test_values_arrive_as_they_are(in_employer):
    asked = {
        "text": HARD,
        "kind": Claim.Source.REST,
        "small": 7,
        "large": -(2**40),
        "yes": True,
        "no": None,
        "day": date(1, 1, 1),
        "at": INSTANT,
        "raw": b"\x00\xff",
        "texts": [HARD, "", "NULL", None, "a,b", "{}"],
        "keys": (1, 2**40),
    }
    for _ in range(2):  # planned, and from the plan
        ((*found,),) = prepared(
            "SELECT %(text)s::text, %(kind)s::text, %(small)s::bigint, %(large)s::bigint, %(yes)s::boolean,"
            " %(no)s::text, %(day)s::date, %(at)s::timestamptz, %(raw)s::bytea, %(texts)s::text[], %(keys)s::bigint[],"
            " %(small)s::bigint + 1",
            asked,
        )
        assert found == [*(str(one) if one is Claim.Source.REST else one for one in list(asked.values())[:-1]),
                         [1, 2**40], 8]  # fmt: skip


def test_a_text_with_a_zero_character_is_refused_and_not_cut(in_employer):
    for values in ([row(1, "a\0b")], [row(1, "a\0b")] * (FEW + 1)):
        with pytest.raises(DataError), transaction.atomic():
            copy_rows("audit_auditevent", COLUMNS, values)
    with pytest.raises(DataError):
        prepared("SELECT %s::text[]", [["a\0b"]])
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1])
def test_few_rows_come_out_as_many_do(in_employer, count):
    assert copy_rows("audit_auditevent", COLUMNS, [row(key, HARD) for key in range(1, count + 1)]) == count
    assert list(AuditEvent.objects.order_by("id").values_list("id", "reason", "before")) == [
        (key, HARD, {"cents": 5}) for key in range(1, count + 1)
    ]


def test_a_plan_that_a_migration_has_outdated_costs_one_refusal(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing (a int) ON COMMIT DROP")
        cursor.execute("INSERT INTO changing VALUES (1)")
        assert prepared("SELECT * FROM changing WHERE a = %s", [1]) == [(1,)]
        cursor.execute("ALTER TABLE changing ADD COLUMN b int DEFAULT 2")
    with pytest.raises(NotSupportedError), transaction.atomic():
        prepared("SELECT * FROM changing WHERE a = %s", [1])
    assert prepared("SELECT * FROM changing WHERE a = %s", [1]) == [(1, 2)]


def test_of_very_many_statements_the_latest_stay_planned(db, monkeypatch):
    monkeypatch.setattr(planned, "MOST_PLANS", 3)
    for _ in range(2):
        for n in range(5):
            assert prepared(f"SELECT %s::int + {n}", [1]) == [(1 + n,)]
    assert prepared("SELECT count(*) FROM pg_prepared_statements", [])[0][0] <= 4


def test_a_kind_that_nobody_expects_is_refused():
    with pytest.raises(TypeError, match="float"):
        planned.value_text(0.5)
