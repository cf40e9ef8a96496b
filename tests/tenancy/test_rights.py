"""What one employer's database role may not do, whatever SQL is typed."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.audit.models import AuditEvent
from tpa.books.audit.services import Act, record_events
from tpa.infra.models import Job

ACT = Act("user:1", "test.done", "thing", 7)


def run(statement: str, *params: object) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, reason: str = "permission denied") -> None:
    with pytest.raises(ProgrammingError, match=reason):
        run(statement)


def test_a_hand_set_search_path_opens_no_other_schema(in_employer, other_employer):
    """One string, so that nothing comes between the two statements; a schema without rights is not even searched."""
    refused(f"SET search_path = {other_employer.schema_name}; SELECT * FROM audit_auditevent", "does not exist")


def test_another_schema_is_refused_by_its_full_name(in_employer, other_employer):
    refused(f"SELECT * FROM {other_employer.schema_name}.audit_auditevent")
    refused(f"INSERT INTO {other_employer.schema_name}.audit_auditevent DEFAULT VALUES")
    refused("SELECT * FROM t_template.audit_auditevent")


@pytest.mark.parametrize("table", ["identity_user", "identity_grant", "identity_apikey", "django_session"])
def test_the_tables_of_people_are_closed(in_employer, table):
    refused(f"SELECT * FROM {table}")
    refused(f"DELETE FROM {table}")


def test_neither_tables_nor_roles_can_be_made(in_employer):
    refused("CREATE TABLE mine (id int)")
    refused("CREATE ROLE mine")
    refused("DROP TABLE audit_auditevent", "must be owner")
    refused("ALTER TABLE audit_auditevent DISABLE TRIGGER ALL", "must be owner")


def test_shared_rows_of_another_employer_are_not_there(employer, other_employer):
    Job.objects.create(employer_id=employer.pk, kind="mine")
    theirs = Job.objects.create(employer_id=other_employer.pk, kind="theirs")
    Job.objects.create(employer_id=None, kind="the desk's")
    with employer_scope(employer):
        assert [job.kind for job in Job.objects.all()] == ["mine"]
        assert not Job.objects.filter(pk=theirs.pk).update(kind="stolen")
        assert Job.objects.filter(pk=theirs.pk).delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Job.objects.create(employer_id=other_employer.pk, kind="planted")
        assert [found.pk for found in Employer.objects.all()] == [employer.pk]
        assert not Employer.objects.filter(pk=employer.pk).update(name="Renamed")
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["mine", "the desk's", "theirs"]


def test_the_trail_takes_additions_and_nothing_else(in_employer):
    assert record_events([ACT, ACT]) == 2
    for statement in ("UPDATE audit_auditevent SET reason = 'x'", "DELETE FROM audit_auditevent"):
        refused(statement)
    refused("TRUNCATE audit_auditevent")
    assert AuditEvent.objects.count() == 2


def test_not_even_the_owner_edits_the_trail(in_employer):
    record_events([ACT])
    connection.set_schema(in_employer.schema_name)
    for verb in (
        "UPDATE audit_auditevent SET reason = 'x'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
    ):
        with pytest.raises(IntegrityError, match="audit_auditevent is append-only"):
            run(verb)
    assert AuditEvent.objects.get().reason == ""


def test_every_shared_table_with_an_employer_is_guarded_or_unreadable(db):
    open_tables = run(
        """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'employer_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
          AND has_table_privilege('tpa_tenants', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        """
    )
    assert open_tables == []


def test_a_role_has_rights_in_its_own_schema_alone(in_employer):
    schemas = run(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(current_user, oid, 'USAGE') AND nspname ~ '^t_'"
    )
    assert schemas == [(in_employer.schema_name,)]
