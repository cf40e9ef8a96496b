"""Who the employers are: look-ups kept in the process for a few seconds, handed out as copies."""

import threading
import time
from collections.abc import Hashable
from copy import copy
from typing import Any

from django.db import connection

from tenants.errors import EmployerNotFound
from tenants.models import Domain, Employer

KEEP_SECONDS = 5.0
"""How long another process may go on serving an employer that has just been suspended."""
_MOST = 10_000

_kept: dict[Hashable, tuple[float, Employer]] = {}
_lock = threading.Lock()


def employer(employer_id: int) -> Employer:
    """The employer of that id. Raises EmployerNotFound."""
    return _look_up(("id", employer_id), Employer.objects, pk=employer_id)


def employer_of_code(code: str) -> Employer:
    """The employer of that code. Raises EmployerNotFound."""
    return _look_up(("code", code), Employer.objects, code=code)


def employer_of_host(host: str) -> Employer:
    """The employer whose portal answers at `host` (no port, lower case). Raises EmployerNotFound."""
    return _look_up(("host", host), Employer.objects, domains__domain=host)


def open_employers() -> list[Employer]:
    """Every employer whose work is to be done, by id."""
    return list(Employer.objects.filter(state=Employer.State.ACTIVE).order_by("id"))


def portal_host(of: Employer) -> str:
    """The primary host of the employer's portal, or an empty text."""
    return Domain.objects.filter(tenant=of, is_primary=True).values_list("domain", flat=True).first() or ""


def forget() -> None:
    """Drop what this process knows; called after every change of an employer."""
    with _lock:
        _kept.clear()


def _look_up(key: Hashable, rows: Any, **by: Any) -> Employer:
    now = time.monotonic()
    until, found = _kept.get(key, (0.0, None))
    if found is None or until < now:
        before = connection.tenant, connection.include_public_schema
        connection.set_schema_to_public()
        try:
            found = rows.filter(**by).first()
        finally:
            connection.set_tenant(*before)
        if found is None:
            raise EmployerNotFound("There is no such employer.")
        with _lock:
            if len(_kept) >= _MOST:
                _kept.clear()
            _kept[key] = now + KEEP_SECONDS, found
    return copy(found)
