"""A connection belongs to one employer, in schema and in role, or to the desk."""

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.scope import current_employer, desk_scope, employer_scope
from tests.databases import who
from tpa.books.audit.models import AuditEvent
from tpa.infra.postgres.pooling import forget_binding
from tpa.infra.postgres.router import UnboundError
from tpa.infra.postgres.statements import count_statements


def test_schema_and_role_change_together(employer, other_employer):
    login = connection.settings_dict["USER"]
    with employer_scope(employer):
        assert who() == (employer.schema_name, f"{employer.schema_name}, public")
        with employer_scope(other_employer.pk):
            assert who() == (other_employer.schema_name, f"{other_employer.schema_name}, public")
        assert who()[0] == employer.schema_name
        with desk_scope():
            assert who() == (login, "public")
    assert who() == (login, "public")
    assert current_employer() is None


def test_a_block_that_fails_gives_the_binding_back(employer):
    with pytest.raises(ZeroDivisionError), employer_scope(employer):
        assert who()[0] == employer.schema_name
        1 / 0  # noqa: B018
    assert who()[1] == "public"


def test_binding_costs_one_statement_and_then_none(employer):
    with employer_scope(employer), count_statements() as statements:
        for _ in range(20):
            AuditEvent.objects.exists()
    assert statements.count == 21
    assert "set_config('role'" in statements[0]


def test_a_savepoint_rollback_does_not_bring_the_former_employer_back(employer, other_employer):
    """PostgreSQL reverts a setting that was made after the savepoint; the wrapper has to notice."""
    with employer_scope(employer):
        who()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            connection.set_tenant(other_employer)
            who()
            1 / 0  # noqa: B018
        assert who()[0] == other_employer.schema_name


def test_a_rollback_typed_by_hand_is_noticed_by_the_reported_search_path(own_database):
    employer = directory.employer_of_code("acme")
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
    with employer_scope(employer):
        assert who()[0] == employer.schema_name
        connection.connection.execute("ROLLBACK")
        assert who()[0] == employer.schema_name


def test_a_new_connection_is_bound_before_its_first_statement(own_database):
    with employer_scope(directory.employer_of_code("acme")) as employer:
        who()
        connection.close()
        assert who()[0] == employer.schema_name


def test_a_returned_connection_sees_nothing_by_name(own_database):
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    ) as raw:
        raw.execute("SET search_path = t_1, public")
        raw.rollback()
        forget_binding(raw)
        with pytest.raises(psycopg.errors.UndefinedTable):
            raw.execute("SELECT FROM tenants_employer")


def test_an_unbound_thread_is_refused_an_employers_table(db):
    with pytest.raises(UnboundError, match=r"audit.AuditEvent belongs to an employer"):
        AuditEvent.objects.count()
    with pytest.raises(UnboundError):
        AuditEvent.objects.bulk_create([])
        AuditEvent.objects.create(subject_id=1)


def test_plain_sql_on_an_unbound_connection_finds_no_such_table(db):
    with pytest.raises(ProgrammingError, match="does not exist"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent")


def test_there_is_no_scope_for_an_employer_that_is_not_there(db):
    with pytest.raises(EmployerNotFound), employer_scope(4_000_000):
        pass
