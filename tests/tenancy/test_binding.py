"""A connection belongs to one employer, in schema and in role."""

from django.db import connection

from tenants.scope import current_employer, desk_scope, employer_scope


def who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, current_setting('search_path')")
        return cursor.fetchone()


def test_schema_and_role_change_together(employer, other_employer):
    with employer_scope(employer):
        assert who() == (employer.schema_name, f'"{employer.schema_name}", public')
        with employer_scope(other_employer.pk):
            assert who()[0] == other_employer.schema_name
        assert who()[0] == employer.schema_name
        with desk_scope():
            assert who() == (connection.settings_dict["USER"], "public")
    assert who() == (connection.settings_dict["USER"], "public")
    assert current_employer() is None
