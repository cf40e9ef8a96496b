"""What one employer's database role may not do, whatever SQL is typed."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.agreements.models import AsoAgreement
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
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Employer.objects.filter(pk=employer.pk).update(name="Renamed")
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["mine", "the desk's", "theirs"]


DESKS_ALONE = (
    "agreements_asoagreement", "agreements_agreementline", "agreements_feeschedule", "agreements_feescheduleversion",
    "agreements_fee", "agreements_stoplosscontract", "agreements_stoplosscontractversion", "edi_tradingpartner",
    "edi_intakeitem", "edi_banklayout", "providers_employernetwork", "tenants_employer",
)  # fmt: skip


@pytest.mark.parametrize("table", DESKS_ALONE)
def test_what_the_desk_alone_writes_is_only_read_by_an_employer(in_employer, table):
    assert len(run(f"SELECT * FROM {table}")) == (1 if table == "tenants_employer" else 0)
    refused(f"INSERT INTO {table} DEFAULT VALUES")
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")


def test_not_even_a_grant_by_mistake_lets_an_employer_change_its_agreement(employer):
    """Row-level security holds by itself: its policy is for reading."""
    AsoAgreement.objects.create(employer=employer, number="A", starts_on=date(2026, 1, 1), funding_model="arrears")
    run("GRANT UPDATE, DELETE ON agreements_asoagreement TO tpa_tenants")
    with employer_scope(employer):
        assert AsoAgreement.objects.update(number="B") == 0
        assert run("DELETE FROM agreements_asoagreement RETURNING id") == []
        assert AsoAgreement.objects.get().number == "A"


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
