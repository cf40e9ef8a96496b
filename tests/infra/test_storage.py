"""COPY, keys taken beforehand, leases on rows, counted statements."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.databases import who
from tpa.books.audit.models import AuditEvent
from tpa.infra import locks
from tpa.infra.copy import copy_rows
from tpa.infra.models import Job
from tpa.infra.postgres.statements import count_statements
from tpa.infra.sequences import next_ids

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = ("id", "at", "actor", "action", "subject_kind", "subject_id", "reason", "before", "request_id")
HARD = 'tab\t newline\n return\r backslash\\ quote" \\N null' + "\u2028 é 漢 🜁"


def row(key: int, reason: str = "") -> tuple:
    return key, NOON, "system", "copied", "thing", key, reason, '{"cents": 5}', ""


def test_rows_go_in_by_one_statement_and_come_out_as_they_were(in_employer):
    keys = next_ids(AuditEvent, 500)
    with count_statements() as statements:
        assert copy_rows("audit_auditevent", COLUMNS, (row(key, HARD) for key in keys)) == 500
    assert [s for s in statements if not s.startswith("COPY")] == []
    found = AuditEvent.objects.get(pk=keys[0])
    assert (found.at, found.reason, found.before, found.after) == (NOON, HARD, {"cents": 5}, None)


def test_a_bad_row_stops_the_whole_copy(in_employer):
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows("audit_auditevent", COLUMNS, [row(1), row(1)])
    with pytest.raises(DataError), transaction.atomic():
        copy_rows("audit_auditevent", ("id", "at"), [(2, "20250230")])
    assert not AuditEvent.objects.exists()


def test_a_source_that_breaks_leaves_nothing(in_employer):
    def rows():
        yield row(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        copy_rows("audit_auditevent", COLUMNS, rows())
    assert not AuditEvent.objects.exists()


def test_keys_are_taken_in_one_statement_and_never_twice(in_employer):
    with count_statements() as statements:
        first, second = next_ids(AuditEvent, 1000), next_ids(AuditEvent, 3)
        assert next_ids(AuditEvent, 0) == []
    assert statements.count - sum("set_config" in s for s in statements) == 2
    assert first == sorted(set(first))
    assert not set(first) & set(second)
    made = AuditEvent.objects.create(at=NOON, actor="a", action="b", subject_kind="c", subject_id=1)
    assert made.pk > max(second)


def test_a_leased_row_is_left_out_by_the_next(own_database):
    acme = directory.employer_of_code("acme")
    keys = [Job.objects.create(kind=f"{n}").pk for n in range(3)]
    with transaction.atomic():
        assert locks.lease_rows(Job, keys[:2]) == keys[:2]
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT id FROM infra_job ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")
                assert cursor.fetchall() == [(keys[2],)]
        finally:
            other.close()
    with transaction.atomic():
        assert locks.lease_rows(Job, reversed(keys), wait=True) == keys
    assert Employer.objects.filter(pk=acme.pk).exists()


def test_a_lease_needs_a_transaction_to_end_with(own_database):
    for take in (lambda: locks.lease_rows(Job, [1]), lambda: locks.lock("x"), lambda: locks.try_lock("x")):
        with pytest.raises(RuntimeError, match="needs one"):
            take()


def test_a_named_lock_is_held_per_employer_until_the_transaction_ends(own_database):
    acme, umbra = directory.employer_of_code("acme"), directory.employer_of_code("umbra")
    other = connection.copy()

    def elsewhere(employer: Employer) -> bool:
        other.set_tenant(employer)
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{employer.schema_name}:month 2026-01"]
            )
            return cursor.fetchone()[0]

    try:
        with employer_scope(acme):
            with transaction.atomic():
                locks.lock("month 2026-01")
                assert locks.try_lock("month 2026-01")
                assert not elsewhere(acme)
                assert elsewhere(umbra)
            assert elsewhere(acme)
    finally:
        other.close()


def test_counting_sees_what_djangos_own_log_does_not(in_employer):
    with count_statements() as outer:
        who()
        with count_statements() as inner:
            list(Job.objects.iterator())
    assert inner.count == 1
    assert outer.count - inner.count - sum("set_config" in s for s in outer) == 1
    with count_statements() as after:
        pass
    assert after.count == 0


def test_dates_and_lists_go_by_copy(db):
    copy_rows("infra_workitem", ("employer_id", "kind", "queue", "subject_id", "title", "clock", "due_on", "opened_at"),
              [(1, "pend", "q", 1, "t", "", date(2026, 2, 28), NOON)])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_on, opened_at FROM infra_workitem")
        assert cursor.fetchall() == [(date(2026, 2, 28), NOON)]
