"""Binding the current thread's connection to one employer for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from django.db import connection

from tenants import directory
from tenants.models import Employer


@contextmanager
def employer_scope(employer: Employer | int) -> Iterator[Employer]:
    """Work for `employer` (a row or its id) inside the block; the connection is as before afterwards, whatever happens.

    Raises EmployerNotFound where there is none of that id.
    """
    bound = copy(employer) if isinstance(employer, Employer) else directory.employer(employer)
    before = connection.tenant, connection.include_public_schema
    connection.set_tenant(bound)
    try:
        yield bound
    finally:
        connection.set_tenant(*before)


@contextmanager
def desk_scope() -> Iterator[None]:
    """Work with the TPA's own tables alone, by the login role, inside the block."""
    before = connection.tenant, connection.include_public_schema
    connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(*before)


def current_employer() -> Employer | None:
    """The employer to which this thread's connection is bound, or None at the TPA's desk."""
    return connection.tenant if isinstance(connection.tenant, Employer) else None
