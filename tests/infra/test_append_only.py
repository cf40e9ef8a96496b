"""Append-only is held by the database: for the employer's role by its rights, for the owner by a trigger."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from django.db.utils import IntegrityError, ProgrammingError

from tpa.infra.append_only import AppendOnly
from tpa.infra.postgres.statements import count_statements

TABLE = "members_coverage"
END_MARK = f"UPDATE {TABLE} SET superseded_at = now()"
EDITS = [
    f"UPDATE {TABLE} SET tier = 'EF'",
    f"UPDATE {TABLE} SET superseded_at = now(), ends_before = '2025-01-01'",
    f"DELETE FROM {TABLE}",
    f"TRUNCATE {TABLE}",
]


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_employers_role_may_set_the_end_mark_and_nothing_else(in_employer):
    run(END_MARK)
    for statement in EDITS:
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(statement)


def test_the_owner_may_set_the_end_mark_and_nothing_else(in_employer):
    connection.set_schema(in_employer.schema_name)
    run(END_MARK)
    for statement in EDITS:
        with pytest.raises(IntegrityError, match=f"{TABLE} is append-only"):
            run(statement)


def test_the_operation_can_be_taken_back_and_leaves_other_apps_alone(in_employer):
    connection.set_schema(in_employer.schema_name)
    state = ProjectState.from_apps(apps)
    operation = AppendOnly("audit_auditevent")
    with connection.schema_editor() as editor:
        operation.database_backwards("audit", editor, state, state)
    run("DELETE FROM audit_auditevent")
    with connection.schema_editor() as editor:
        operation.database_forwards("audit", editor, state, state)
    with pytest.raises(IntegrityError):
        run("DELETE FROM audit_auditevent")
    with count_statements() as statements, connection.schema_editor() as editor:
        AppendOnly("infra_job").database_forwards("infra", editor, state, state)
    assert not [statement for statement in statements if "TRIGGER" in statement]
