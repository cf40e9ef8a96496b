"""Making, suspending and deleting employers."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import ProtectedError
from psycopg import sql

from tenants import directory, rights, template
from tenants.errors import EmployerConflict, EmployerError
from tenants.models import Domain, Employer
from tenants.scope import desk_scope

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps in all, what is being done)."""

_PROVISIONING_LOCK = 0x7_E0A7


def provision_employer(
    *,
    code: str,
    name: str,
    currency: str = "USD",
    time_zone: str = "America/New_York",
    situs: str = "",
    on_progress: Progress = lambda done, total, message: None,
) -> Employer:
    """A new employer, ready to work: row, role, schema, rights, portal host. Takes a fraction of a second.

    The row is committed first, in state `provisioning`; `build_employer` finishes what a crash left behind.
    Raises EmployerError for a bad or taken code.
    """
    employer = register_employer(code=code, name=name, currency=currency, time_zone=time_zone, situs=situs)
    return build_employer(employer_id=employer.pk, on_progress=on_progress)


def register_employer(*, code: str, name: str, currency: str, time_zone: str, situs: str = "") -> Employer:
    """The employer's row alone, in state `provisioning`; its schema name comes from its id, never from input."""
    with desk_scope(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('tenants_employer', 'id'))")
            key = cursor.fetchone()[0]
        employer = Employer(
            pk=key,
            schema_name=f"t_{key}",
            code=code,
            name=name,
            currency=currency,
            time_zone=time_zone,
            situs=situs,
        )
        _check(employer)
        employer.save(force_insert=True)
    return employer


def _check(employer: Employer) -> None:
    try:
        employer.full_clean()
    except ValidationError as error:
        raise EmployerError("; ".join(error.messages), remedy="Choose another code, name or situs.") from error


def set_situs(*, employer_id: int, situs: str) -> Employer:
    """Say whose law holds for the employer's plan: a state or province, two capital letters. Raises EmployerError."""
    with desk_scope(), transaction.atomic():
        employer = Employer.objects.select_for_update().get(pk=directory.employer(employer_id).pk)
        employer.situs = situs
        _check(employer)
        employer.save(update_fields=["situs"])
    directory.forget()
    return employer


def build_employer(*, employer_id: int, on_progress: Progress = lambda done, total, message: None) -> Employer:
    """Role, schema, rights and host of a registered employer, in one transaction: wholly there or not at all.

    Doing it again for a finished employer changes nothing.
    """
    with desk_scope(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PROVISIONING_LOCK])
        employer = Employer.objects.select_for_update().get(pk=employer_id)
        if employer.state != Employer.State.PROVISIONING:
            return employer
        on_progress(0, 4, "Reading the template")
        statements = template.ddl_of()
        on_progress(1, 4, "Making the schema")
        _replay(employer.schema_name, statements)
        on_progress(2, 4, "Giving the role its rights")
        rights.make_role(employer.schema_name)
        rights.renew_rights(employer.schema_name)
        on_progress(3, 4, "Opening the portal")
        host = f"{employer.code}.{settings.TPA_HOST}"
        Domain.objects.create(domain=host, tenant=employer, is_primary=True)
        employer.state = Employer.State.ACTIVE
        employer.save(update_fields=["state"])
    directory.forget()
    on_progress(4, 4, "Ready")
    return employer


def suspend_employer(*, employer_id: int) -> Employer:
    """Close the employer's portal, API and work; its books stay as they are. Raises EmployerConflict unless active."""
    return _change_state(employer_id, Employer.State.ACTIVE, Employer.State.SUSPENDED)


def resume_employer(*, employer_id: int) -> Employer:
    """Open a suspended employer again. Raises EmployerConflict unless suspended."""
    return _change_state(employer_id, Employer.State.SUSPENDED, Employer.State.ACTIVE)


def delete_employer(*, employer_id: int, why_not: Callable[[Employer], Sequence[str]]) -> None:
    """Drop an employer with its schema and its role.

    `why_not(employer)` is asked inside the transaction, with the desk bound, and returns the reasons against it (open
    claims, a balance, retention); any reason raises EmployerConflict and nothing is changed. Only a suspended employer
    or one that was never finished can be deleted.
    """
    with desk_scope(), transaction.atomic():
        employer = Employer.objects.select_for_update().get(pk=directory.employer(employer_id).pk)
        if employer.is_open:
            raise EmployerConflict(f"{employer} is active.", remedy="Suspend it first.")
        if reasons := list(why_not(employer)):
            raise EmployerConflict(f"The books of {employer} are open: {'; '.join(reasons)}")
        Domain.objects.filter(tenant=employer).delete()
        with connection.cursor() as cursor:
            schema = sql.Identifier(employer.schema_name)
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema).as_string(None))
        _drop_role(employer.database_role)
        try:
            Employer.objects.filter(pk=employer.pk).delete()
        except ProtectedError as error:
            kept = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
            raise EmployerConflict(f"The TPA's own books still name {employer}: {', '.join(kept)}") from error
    directory.forget()


def _change_state(employer_id: int, before: str, after: str) -> Employer:
    with desk_scope(), transaction.atomic():
        employer = Employer.objects.select_for_update().get(pk=directory.employer(employer_id).pk)
        if employer.state != before:
            raise EmployerConflict(f"{employer} is {employer.state}, not {before}.")
        employer.state = after
        employer.save(update_fields=["state"])
    directory.forget()
    return employer


def _replay(schema: str, statements: str) -> None:
    """Make `schema` by running the template's statements with it first in the search path."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)).as_string(None))
    connection.set_schema(schema)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL check_function_bodies = off;\n{statements}")
    finally:
        connection.set_schema_to_public()


def _drop_role(role: str) -> None:
    """Drop the role, unless another database of the same cluster still knows it (roles are the cluster's)."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "DO $$ BEGIN DROP ROLE IF EXISTS {}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$"
            )
            .format(sql.Identifier(role))
            .as_string(None)
        )
