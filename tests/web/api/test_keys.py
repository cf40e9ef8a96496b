"""Keys over REST: issued by a person, told once, narrowed to actions, ended by a day or by a hand."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import colleague
from tpa.books.identity.models import ApiKey
from tpa.kernel.ids import public_id

NEW = {"name": "payroll", "scopes": ["members.read", "files.write"]}


@pytest.fixture
def admin(desk_client, employer):
    """The TPA's administrator, for whom one employer is named with every call."""
    browser, named = log_in(desk_client, colleague("tpa_admin")), {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk)}

    def call(method, path, body=None):
        answer = getattr(browser, method)(f"/api/v1/{path}", body or None, content_type="application/json", **named)
        return answer.status_code, answer.json() if answer.content else None

    return call


def issued(admin, **changes):
    status, told = admin("post", "api-keys/", {**NEW, **changes})
    assert status == 201
    return told


def test_a_key_is_told_once_and_opens_what_its_scopes_say_at_its_own_portal(admin, portal_client, desk_client):
    told = issued(admin)
    assert told["scopes"] == ["files.write", "members.read"]
    header = {"HTTP_AUTHORIZATION": f"Bearer {told['key']}"}
    assert portal_client.get("/api/v1/members/", **header).status_code == 200
    assert portal_client.get("/api/v1/claims/", **header).status_code == 403
    listed = admin("get", "api-keys/")[1]["data"]
    assert [one["id"] for one in listed] == [told["id"]]
    assert told["key"].partition(".")[2] not in json.dumps(listed)


def test_a_revoked_key_is_worth_nothing_from_then_on(admin, portal_client):
    told = issued(admin)
    header = {"HTTP_AUTHORIZATION": f"Bearer {told['key']}"}
    assert admin("post", f"api-keys/{told['id']}/revoke/")[1]["is_revoked"]
    assert portal_client.get("/api/v1/members/", **header).status_code == 401


def test_a_key_ends_on_its_day(admin, portal_client):
    end = datetime.now(UTC) + timedelta(hours=1)
    told = issued(admin, expires_at=end.isoformat())
    header = {"HTTP_AUTHORIZATION": f"Bearer {told['key']}"}
    assert portal_client.get("/api/v1/members/", **header).status_code == 200
    ApiKey.objects.filter(prefix=told["id"]).update(expiry_date=datetime.now(UTC) - timedelta(seconds=1))
    assert portal_client.get("/api/v1/members/", **header).status_code == 401


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"name": ""}, "/name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"employer": "emp_1"}, "/employer"),
    ],
)
def test_a_faulty_key_is_refused_with_its_place_and_none_is_made(admin, change, where):
    status, told = admin("post", "api-keys/", {**NEW, **change})
    assert (status, told["errors"][0]["pointer"]) == (400, where)
    assert not ApiKey.objects.exists()


def test_another_employers_key_is_not_there_to_be_revoked(admin, other_employer):
    key_for(other_employer)
    theirs = ApiKey.objects.get()
    assert admin("post", f"api-keys/{theirs.prefix}/revoke/")[0] == 404
    assert admin("get", "api-keys/")[1]["data"] == []
    theirs.refresh_from_db()
    assert not theirs.revoked


def test_a_key_issues_no_key_and_nobody_but_the_administrator_does(desk_client, portal_client, employer):
    named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), "content_type": "application/json"}
    answer = desk_client.post("/api/v1/api-keys/", NEW, **named, **key_for(None))
    assert (answer.status_code, answer.json()["code"]) == (409, "person_needed")
    answer = portal_client.post("/api/v1/api-keys/", NEW, content_type="application/json", **key_for(employer))
    assert answer.status_code == 404
    log_in(desk_client, colleague("finance"))
    assert desk_client.post("/api/v1/api-keys/", NEW, **named).status_code == 403
    assert ApiKey.objects.count() == 2
