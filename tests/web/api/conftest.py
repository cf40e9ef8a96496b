"""One filled book for all tests of a module: it is opened once, and what a test does to it is taken back."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tenants import directory
from tests.web.api.book import Book, open_book


@pytest.fixture(scope="module")
def module_book(django_db_setup, django_db_blocker) -> Iterator[Book]:
    """Filled books of the first employer, in a transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        directory.forget()
        yield open_book(directory.employer_of_code("acme"))
        transaction.set_rollback(True)


@pytest.fixture
def shared_book(module_book: Book) -> Iterator[Book]:
    """The module's filled book, inside a savepoint that is taken back. A test that asks for it asks for no `db`."""
    with transaction.atomic():
        yield module_book
        transaction.set_rollback(True)
