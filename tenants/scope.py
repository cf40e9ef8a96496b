"""Binding the current thread's connection to one employer for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from django.db import DEFAULT_DB_ALIAS, connections

from tenants import directory
from tenants.models import Employer


@contextmanager
def employer_scope(employer: Employer | int) -> Iterator[Employer]:
    """Work for `employer` (a row or its id) inside the block; the connection is as before afterwards, whatever happens.

    Raises EmployerNotFound where there is none of that id.
    """
    bound = copy(employer) if isinstance(employer, Employer) else directory.employer(employer)
    own = connections[DEFAULT_DB_ALIAS]
    before = own.tenant, own.include_public_schema
    own.set_tenant(bound)
    try:
        yield bound
    finally:
        own.set_tenant(*before)


@contextmanager
def desk_scope() -> Iterator[None]:
    """Work with the TPA's own tables alone, by the login role, inside the block."""
    own = connections[DEFAULT_DB_ALIAS]
    before = own.tenant, own.include_public_schema
    own.set_schema_to_public()
    try:
        yield
    finally:
        own.set_tenant(*before)


def current_employer() -> Employer | None:
    """The employer to which this thread's connection is bound, or None at the TPA's desk."""
    tenant = connections[DEFAULT_DB_ALIAS].tenant
    return tenant if isinstance(tenant, Employer) else None
