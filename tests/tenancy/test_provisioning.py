"""A new employer's schema is what the migrations would have made, and it is there wholly or not at all."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tenants import directory, migrating, services, template
from tenants.errors import EmployerConflict, EmployerError, EmployerNotFound
from tenants.models import Domain, Employer
from tenants.scope import employer_scope
from tests.databases import who
from tpa.books.audit.models import AuditEvent

CATALOGUE = {
    "columns": """SELECT table_name, column_name, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position),
        column_default, is_nullable, udt_name,
        character_maximum_length, numeric_precision, numeric_scale, collation_name, is_identity, identity_generation,
        is_generated, generation_expression FROM information_schema.columns WHERE table_schema = %(s)s""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(s)s",
    "constraints": """SELECT conrelid::regclass::text, conname, contype, convalidated, condeferrable, condeferred,
        confdeltype, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = %(s)s::regnamespace""",
    "triggers": """SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t
        JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = %(s)s::regnamespace AND NOT tgisinternal""",
    "functions": "SELECT proname, prosrc, provolatile FROM pg_proc WHERE pronamespace = %(s)s::regnamespace",
    "sequences": """SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by
        FROM pg_sequences WHERE schemaname = %(s)s""",
    "storage": "SELECT relname, relkind, relpersistence, reloptions FROM pg_class WHERE relnamespace = %(s)s::regnamespace",
    "migrations": "SELECT app, name FROM django_migrations",
}

OF_NO_ACCOUNT = re.compile(r"[()]|::text(\[\])?|::character varying")
"""PostgreSQL places brackets and casts anew in an expression that it reads back from its own text."""


def described(schema: str) -> dict[str, list[str]]:
    """Everything that the catalogue says of a schema, its own name left out."""
    connection.set_schema(schema, include_public=False)
    try:
        with connection.cursor() as cursor:
            found = {}
            for part, query in CATALOGUE.items():
                cursor.execute(query, {"s": schema})
                rows = [row for row in cursor.fetchall() if "pg_toast" not in str(row)]
                found[part] = sorted(OF_NO_ACCOUNT.sub("", repr(row).replace(f"{schema}.", "")) for row in rows)
            return found
    finally:
        connection.set_schema_to_public()


def test_a_replayed_schema_equals_the_migrated_one(employer):
    migrated, replayed = described(template.TEMPLATE), described(employer.schema_name)
    for part in CATALOGUE:
        assert sorted(set(replayed[part]) ^ set(migrated[part])) == [], part
        assert replayed[part], part


def test_a_new_employer_is_ready_to_work(db):
    steps = []
    made = services.provision_employer(
        code="initech", name="Initech", on_progress=lambda done, total, message: steps.append((done, total))
    )
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert made.schema_name == f"t_{made.pk}"
    assert directory.portal_host(made) == "initech.localhost"
    with employer_scope(made):
        assert who() == (f"t_{made.pk}", f"t_{made.pk}, public")
        assert AuditEvent.objects.count() == 0


def test_building_again_changes_nothing(employer):
    before = described(employer.schema_name)
    assert services.build_employer(employer_id=employer.pk).pk == employer.pk
    assert described(employer.schema_name) == before
    assert Domain.objects.filter(tenant=employer).count() == 1


def test_a_build_that_breaks_leaves_no_schema_and_can_be_done_again(own_database, monkeypatch):
    registered = services.register_employer(code="initech", name="Initech", currency="USD", time_zone="UTC")
    monkeypatch.setattr(template, "ddl_of", lambda: "CREATE TABLE half (id int); SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        services.build_employer(employer_id=registered.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [registered.schema_name])
        assert cursor.fetchone() == (None,)
    assert Employer.objects.get(pk=registered.pk).state == "provisioning"
    monkeypatch.undo()
    assert services.build_employer(employer_id=registered.pk).is_open


@pytest.mark.parametrize(
    "code", ["", "A", "pg_x", 'a"; drop', "a b", "-ab", "ab-", "0ab", "x" * 41, "ünder", "ab\n", "public;"]
)
def test_a_code_that_could_do_harm_is_refused(db, code):
    before = Employer.objects.count()
    with pytest.raises(EmployerError):
        services.provision_employer(code=code, name="Harm")
    assert Employer.objects.count() == before


def test_a_taken_code_is_refused(employer):
    with pytest.raises(EmployerError, match="already exists"):
        services.provision_employer(code=employer.code, name="Twin")


def test_the_database_refuses_a_schema_name_that_the_server_did_not_make(employer):
    with pytest.raises(Exception, match="employer_schema_is_server_made"):
        Employer.objects.filter(pk=employer.pk).update(schema_name="t_999")


def test_suspending_and_resuming(employer):
    assert not services.suspend_employer(employer_id=employer.pk).is_open
    assert not directory.employer(employer.pk).is_open
    assert employer.pk not in [found.pk for found in directory.open_employers()]
    with pytest.raises(EmployerConflict, match="is suspended, not active"):
        services.suspend_employer(employer_id=employer.pk)
    assert services.resume_employer(employer_id=employer.pk).is_open


def test_an_employer_with_open_books_cannot_be_deleted(employer):
    with pytest.raises(EmployerConflict, match="is active"):
        services.delete_employer(employer_id=employer.pk, why_not=lambda found: [])
    services.suspend_employer(employer_id=employer.pk)
    with pytest.raises(EmployerConflict, match=r"12 open claims; balance of 10\.00"):
        services.delete_employer(employer_id=employer.pk, why_not=lambda found: ["12 open claims", "balance of 10.00"])
    assert Employer.objects.filter(pk=employer.pk).exists()
    assert described(employer.schema_name)["columns"]


def test_a_closed_employer_is_deleted_with_its_schema(employer):
    services.suspend_employer(employer_id=employer.pk)
    services.delete_employer(employer_id=employer.pk, why_not=lambda found: [])
    assert not Employer.objects.filter(pk=employer.pk).exists()
    with pytest.raises(EmployerNotFound):
        directory.employer(employer.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [employer.schema_name])
        assert cursor.fetchone() == (None,)


LATE = ("audit", "0002_guards")


def put_back(schema: str) -> None:
    """As the schema was before the audit trail became append-only."""
    connection.set_schema(schema)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER append_only ON audit_auditevent")
    MigrationRecorder(connection).record_unapplied(*LATE)
    connection.set_schema_to_public()


def test_only_the_employers_that_are_behind_are_migrated(own_database, monkeypatch):
    behind, current = directory.employer_of_code("acme"), directory.employer_of_code("umbra")
    wanted = described(current.schema_name)
    put_back(behind.schema_name)
    replayed = []
    plain = migrating._replay
    monkeypatch.setattr(migrating, "_replay", lambda schema, *rest: (replayed.append(schema), plain(schema, *rest)))
    call_command("migrate", verbosity=0, interactive=False)
    assert replayed == [behind.schema_name]
    assert described(behind.schema_name) == wanted
    call_command("migrate", verbosity=0, interactive=False)
    assert replayed == [behind.schema_name]


def test_a_plan_through_several_apps_knows_what_each_of_them_has_applied(db):
    connection.set_schema(template.TEMPLATE)
    try:
        planner = migrating.Planner(connection)
        applied = planner.loader.applied_migrations
        for app in ("accumulators", "claims", "members"):
            del applied[max(node for node in applied if node[0] == app)]
        plan = planner.migration_plan(planner.loader.graph.leaf_nodes())
        assert {migration.app_label for migration, _ in plan} >= {"claims", "members"}
        statements = migrating._collected(planner.loader, plan)
    finally:
        connection.set_schema_to_public()
    assert any("claims_" in statement for statement in statements)


def test_a_migration_that_breaks_leaves_the_employer_wholly_old(own_database, monkeypatch):
    behind = directory.employer_of_code("acme")
    put_back(behind.schema_name)
    before = described(behind.schema_name)
    collected = migrating._statements
    monkeypatch.setattr(migrating, "_statements", lambda schema, plan: f"{collected(schema, plan)}; SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        call_command("migrate", verbosity=0, interactive=False)
    assert described(behind.schema_name) == before
    monkeypatch.undo()
    call_command("migrate", verbosity=0, interactive=False)
    assert described(behind.schema_name) == described(template.TEMPLATE)


def test_a_plan_with_python_in_it_runs_in_the_ordinary_way(own_database, monkeypatch):
    behind = directory.employer_of_code("acme")
    put_back(behind.schema_name)
    monkeypatch.setattr(migrating, "_statements", lambda schema, plan: None)
    call_command("migrate", verbosity=0, interactive=False)
    assert described(behind.schema_name) == described(template.TEMPLATE)
