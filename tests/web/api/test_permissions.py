"""Every endpoint, found in the URLconf: it has its row in the permission table, and knows its own employer alone."""

import pytest
from django.test import Client

from tenants import directory
from tpa.books.identity.models import ApiKey
from tpa.books.identity.permissions import ACTIONS
from tpa.kernel.ids import public_id
from tpa.web.api.core.schema import ID_KINDS
from tpa.web.api.v1.urls import urlpatterns

METHODS = ("get", "post", "put", "patch", "delete")
SHARED = ("fil", "itk", "pac", "prl", "prv", "wki")
VIEWS = [(pattern, pattern.callback.view_class) for pattern in urlpatterns]
CALLS = [(pattern, method) for pattern, view in VIEWS for method in METHODS if hasattr(view, method)]


def path_of(pattern, employer):
    """The pattern's path with an id of that employer in each place."""
    path = str(pattern.pattern)
    for name in pattern.pattern.converters:
        kind = ID_KINDS.get(name)
        value = public_id(kind, 0 if kind in SHARED else employer.pk, 1) if kind else "1000"
        if kind == "emp":
            value = public_id("emp", 0, employer.pk)
        path = path.replace(f"<str:{name}>", value)
    return f"/api/v1/{path}"


@pytest.fixture
def full_key(employer):
    """A key of the first employer that may do everything there."""
    _, text = ApiKey.objects.create_key(name="all", employer=employer, scopes=sorted(ACTIONS))
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


@pytest.mark.parametrize(("pattern", "view"), VIEWS, ids=lambda it: getattr(it, "name", ""))
def test_every_method_has_a_row_in_the_permission_table(pattern, view):
    methods = {method.upper() for method in METHODS if hasattr(view, method)}
    assert set(view.permissions) == methods
    assert {row.action for row in view.permissions.values()} <= set(ACTIONS)


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_nobody_gets_anything_without_a_credential(db, portal_client, employer, pattern, method):
    answer = getattr(portal_client, method)(path_of(pattern, employer))
    assert answer.status_code == 401


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_another_employers_key_gets_404_at_every_url(db, full_key, employer, other_employer, pattern, method):
    client = Client(SERVER_NAME=directory.portal_host(other_employer))
    answer = getattr(client, method)(path_of(pattern, other_employer), **full_key)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_an_employers_key_is_worth_nothing_for_another_named_at_the_desk(
    db, desk_client, full_key, other_employer, pattern, method
):
    named = public_id("emp", 0, other_employer.pk)
    answer = getattr(desk_client, method)(path_of(pattern, other_employer), HTTP_EMPLOYER=named, **full_key)
    assert answer.status_code == 404


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_an_employers_key_is_worth_nothing_at_the_tpas_host(db, desk_client, full_key, employer, pattern, method):
    named = public_id("emp", 0, employer.pk)
    for headers in ({}, {"HTTP_EMPLOYER": named}):
        answer = getattr(desk_client, method)(path_of(pattern, employer), **headers, **full_key)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("pattern", "method"),
    [call for call in CALLS if set(call[0].pattern.converters) & set(ID_KINDS)],
    ids=lambda it: getattr(it, "name", it),
)
def test_another_employers_id_is_not_there(db, portal_client, full_key, other_employer, pattern, method):
    answer = getattr(portal_client, method)(path_of(pattern, other_employer), **full_key)
    assert answer.status_code == 404


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_a_key_without_the_scope_is_refused(db, portal_client, employer, pattern, method):
    _, text = ApiKey.objects.create_key(name="none", employer=employer, scopes=[])
    answer = getattr(portal_client, method)(path_of(pattern, employer), HTTP_AUTHORIZATION=f"Bearer {text}")
    assert answer.status_code == 403


@pytest.mark.parametrize(("pattern", "method"), CALLS, ids=lambda it: getattr(it, "name", it))
def test_the_tpas_key_is_worth_nothing_at_a_portal(db, portal_client, employer, pattern, method):
    _, text = ApiKey.objects.create_key(name="tpa", scopes=sorted(ACTIONS))
    answer = getattr(portal_client, method)(path_of(pattern, employer), HTTP_AUTHORIZATION=f"Bearer {text}")
    assert answer.status_code == 404
