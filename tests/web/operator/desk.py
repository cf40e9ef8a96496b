"""People of the TPA for tests, and the addresses of an employer's pages at the desk."""

from django.test import Client

from tests.web.login import log_in
from tpa.books.identity.models import Grant, User
from tpa.kernel.ids import public_id

EVIL = "<script>alert(1)</script>"


def colleague(role, employer=None):
    """Somebody of the TPA with one role, for one employer or for all."""
    user = User.objects.create(email=f"{role}@tpa.example", name=role)
    Grant.objects.create(user=user, role=role, employer=employer)
    return user


def desk_as(role, employer=None):
    """A browser at the desk with somebody of that role."""
    return log_in(Client(SERVER_NAME="localhost"), colleague(role, employer))


def root(employer):
    """Where the employer's pages begin."""
    return f"/desk/employers/{public_id('emp', 0, employer.pk)}/"


def page_of(employer, folder, kind, key):
    """The address of one thing of the employer."""
    return f"{root(employer)}{folder}/{public_id(kind, employer.pk, key)}/"
