"""Every endpoint, found in the URLconf: it has its row in the permission table, and knows its own employer alone."""

import pytest
from django.test import Client

from tenants import directory
from tpa.books.identity.models import ApiKey
from tpa.books.identity.permissions import ACTIONS
from tpa.kernel.ids import public_id
from tpa.web.api.core.places import ID_KINDS
from tpa.web.api.core.uploads import UploadView
from tpa.web.api.v1.urls import urlpatterns

METHODS = ("get", "post", "put", "patch", "delete")
SHARED = ("fil", "itk", "pac", "pad", "prl", "prv", "wki")
VIEWS = [(pattern, pattern.callback.view_class) for pattern in urlpatterns]
CALLS = [(pattern, method) for pattern, view in VIEWS for method in METHODS if hasattr(view, method)]
RESOURCES = sorted({str(pattern.pattern).partition("/")[0] for pattern, _ in VIEWS})


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


def calls_of(resource, employer):
    """Each call of a resource, as the client's method and a path with ids of that employer."""
    calls = [call for call in CALLS if str(call[0].pattern).partition("/")[0] == resource]
    assert calls
    return [(method, path_of(pattern, employer)) for pattern, method in calls]


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


@pytest.mark.parametrize("resource", RESOURCES)
def test_nobody_gets_anything_without_a_credential(portal_client, employer, resource):
    for method, path in calls_of(resource, employer):
        assert getattr(portal_client, method)(path).status_code == 401, (method, path)


@pytest.mark.parametrize("resource", RESOURCES)
def test_another_employers_key_gets_404_at_every_url(full_key, employer, other_employer, resource):
    client = Client(SERVER_NAME=directory.portal_host(other_employer))
    for method, path in calls_of(resource, other_employer):
        answer = getattr(client, method)(path, **full_key)
        assert answer.status_code == 404, (method, path)
        assert answer["Content-Type"] == "application/problem+json", (method, path)


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_employers_key_is_worth_nothing_for_another_named_at_the_desk(
    desk_client, full_key, other_employer, resource
):
    named = public_id("emp", 0, other_employer.pk)
    for method, path in calls_of(resource, other_employer):
        answer = getattr(desk_client, method)(path, HTTP_EMPLOYER=named, **full_key)
        assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_employers_key_is_worth_nothing_at_the_tpas_host(desk_client, full_key, employer, resource):
    named = public_id("emp", 0, employer.pk)
    for method, path in calls_of(resource, employer):
        for headers in ({}, {"HTTP_EMPLOYER": named}):
            answer = getattr(desk_client, method)(path, **headers, **full_key)
            assert answer.status_code == 404, (method, path, headers)


SECRETS = {"KeysView", "EndpointsView", "EndpointRotateView"}
"""Their answers hold a secret, which is kept nowhere; a file that comes again its bytes tell."""
PAPER = {"RunFilesView", "RunChecksView", "PaymentCheckView"}
"""What they print again is a copy, and says so; what was released is the same bytes as often as one asks."""


def test_every_post_takes_an_idempotency_key_but_where_the_answer_is_a_secret_or_paper_or_the_request_a_file():
    posts = {view for _, view in VIEWS if hasattr(view, "post")}
    assert {
        view.__name__ for view in posts if not (view.keyed or view.heeds_key or issubclass(view, UploadView))
    } == SECRETS | PAPER


@pytest.mark.parametrize("resource", RESOURCES)
def test_another_employers_id_is_not_there(portal_client, full_key, employer, other_employer, resource):
    own = {path for _, path in calls_of(resource, employer)}
    for method, path in calls_of(resource, other_employer):
        if path not in own:
            answer = getattr(portal_client, method)(path, **full_key)
            assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_key_without_the_scope_is_refused(portal_client, employer, resource):
    _, text = ApiKey.objects.create_key(name="none", employer=employer, scopes=[])
    for method, path in calls_of(resource, employer):
        answer = getattr(portal_client, method)(path, HTTP_AUTHORIZATION=f"Bearer {text}")
        assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_tpas_key_is_worth_nothing_at_a_portal(portal_client, employer, resource):
    _, text = ApiKey.objects.create_key(name="tpa", scopes=sorted(ACTIONS))
    for method, path in calls_of(resource, employer):
        answer = getattr(portal_client, method)(path, HTTP_AUTHORIZATION=f"Bearer {text}")
        assert answer.status_code == 404, (method, path)
