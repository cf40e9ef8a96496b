"""Statements that a connection plans once: values arrive as they are, a few rows as many, an outdated plan goes."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError, NotSupportedError, OperationalError

from tenants import directory
from tenants.scope import employer_scope
from tests.infra.test_storage import COLUMNS, HARD, row
from tpa.books.audit.models import AuditEvent
from tpa.books.claims.models import Claim
from tpa.infra.copy import FEW, copy_rows
from tpa.infra.postgres import planned
from tpa.infra.postgres.prepared import prepared, prepared_all, settle, together
from tpa.infra.postgres.values import value_text

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
        value_text(0.5)


def _written(*keys):
    copy_rows("audit_auditevent", COLUMNS, [row(key, "") for key in keys])


def _kept():
    return [key for (key,) in prepared("SELECT id FROM audit_auditevent ORDER BY id", [])]


def test_what_is_written_together_stands_before_the_next_reading_of_any_kind(in_employer):
    with together():
        _written(1)
        assert _kept() == [1]
        with connection.cursor() as cursor:
            _written(2)
            cursor.execute("SELECT count(*) FROM audit_auditevent")
            assert cursor.fetchone() == (2,)
        _written(3)
        assert AuditEvent.objects.count() == 3
        with together():
            _written(4)
        _written(5)
    assert _kept() == [1, 2, 3, 4, 5]


def test_several_readings_in_one_message_each_have_their_rows(in_employer):
    with together():
        _written(7)
        ask = "SELECT %s::int FROM audit_auditevent"
        assert prepared_all((ask, [1]), ("SELECT WHERE false", []), (ask, [2])) == [[(1,)], [], [(2,)]]


def test_a_refusal_comes_at_the_end_and_nothing_after_it_is_done(in_employer):
    _written(1)
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        _written(2)
        _written(1)
        _written(3)
    assert _kept() == [1]
    with transaction.atomic(), together():
        _written(2)
        with pytest.raises(IntegrityError), transaction.atomic():
            _written(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            _written(2)
            settle()
        _written(3)
    assert _kept() == [1, 2, 3]


def test_what_waited_inside_a_savepoint_goes_with_it_and_what_waited_before_stays(in_employer):
    with together():
        _written(1)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _written(2)
            1 / 0  # noqa: B018
        _written(3)
    assert _kept() == [1, 3]


def test_a_block_that_fails_leaves_what_it_wrote_to_its_transaction(in_employer):
    with pytest.raises(ZeroDivisionError), together():
        _written(1)
        1 / 0  # noqa: B018
    assert _kept() == [1]


def test_a_transaction_ends_with_what_waited_in_it(own_database):
    with employer_scope(directory.employer_of_code("acme")), together():
        with transaction.atomic():
            _written(1)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _written(2)
            1 / 0  # noqa: B018
        with pytest.raises(IntegrityError), transaction.atomic():
            _written(3)
            _written(1)
        _written(4)  # at once: there is no transaction
        assert _kept() == [1, 4]


def test_a_server_that_goes_away_in_the_middle_costs_the_connection(own_database):
    with transaction.atomic():
        prepared("SELECT 1", [])
    with pytest.raises(OperationalError), transaction.atomic():
        prepared_all(("SELECT 1", []), ("SELECT pg_terminate_backend(pg_backend_pid())", []), ("SELECT 2", []))
    assert prepared("SELECT 3", []) == [(3,)]
