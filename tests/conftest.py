"""Fixtures for everything that touches a database.

`in_employer` binds the connection to the first employer inside a transaction that is rolled back; `own_database` is a
fresh database for a test that commits, starts threads or starts processes. A pure test asks for none of them.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests import databases

# No test is timed: how fast an example is made or run says how busy the machine is.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")

FIRST = ("tests/web/browser", "tests/survival", "tests/journeys")
PURE = ("tests/engine", "tests/kernel", "tests/scenarios", "tests/x12", "tests/architecture")


def pytest_configure() -> None:
    """A test's client looks for a static file when it is asked for one, not for all of them before its first request."""
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first; what needs no database is last, where the second process begins meanwhile."""
    root, middle = Path(__file__).parents[1], len(FIRST)
    places = {root / folder: place for place, folder in enumerate(FIRST)} | {
        root / folder: middle + 1 for folder in PURE
    }
    items.sort(key=lambda item: next((places[folder] for folder in item.path.parents if folder in places), middle))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """pytest-django's own fixture, replaced: the database is copied from a template with two employers in it."""
    name = databases.worker_database(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        databases.make_test_database(name)
    # What asks for no fixture of the database is refused it from here on.
    yield
    with django_db_blocker.unblock():
        databases.drop_test_database(name)


@pytest.fixture
def employer(db: None) -> Employer:
    """The first of the two employers that stand ready in every test database."""
    # What a process keeps of an employer outlives the transaction that a test before this one changed it in.
    directory.forget()
    return directory.employer_of_code(databases.EMPLOYERS[0][0])


@pytest.fixture
def other_employer(db: None) -> Employer:
    """The second one."""
    return directory.employer_of_code(databases.EMPLOYERS[1][0])


@pytest.fixture
def in_employer(employer: Employer) -> Iterator[Employer]:
    """The connection is bound to `employer`, by its database role, for the whole test."""
    with employer_scope(employer):
        yield employer


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker) -> Iterator[str]:
    """A database of the test's own, in which commits stay; its value is the address for processes that the test starts.

    All threads of this process go there as well. `employer` and `other_employer` are found by
    `tenants.directory.employer_of_code("acme")` and `("umbra")`.
    """
    with django_db_blocker.unblock():
        usual = connection.settings_dict["NAME"]
        name = f"{usual}_own"
        databases.make_test_database(name)
        try:
            yield databases.database_url(name)
        finally:
            databases.drop_test_database(name)
            databases.go_to_database(usual)


@pytest.fixture
def desk_client() -> Client:
    """A browser at the TPA's own host."""
    return Client(SERVER_NAME=settings.TPA_HOST)


@pytest.fixture
def portal_client(employer: Employer) -> Client:
    """A browser at the first employer's portal."""
    return Client(SERVER_NAME=directory.portal_host(employer))


@pytest.fixture
def own_counts(settings) -> str:
    """A part of the shared cache for this test alone; its value is the prefix. Log-in attempts are counted there."""
    prefix = uuid.uuid4().hex
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": prefix}}
    return prefix
