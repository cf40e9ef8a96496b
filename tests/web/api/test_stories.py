"""What a program does over REST: employers, plans, enrolment, claims, files, queues."""

import json
from datetime import date
from pathlib import Path

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import NOW, key_for, open_book
from tests.web.login import log_in
from tests.workflows.eligibility_files import covered, file_834, member
from tests.workflows.test_claim_rest import document
from tests.x12.samples import claims_file, professional
from tpa.books.claims.models import Claim
from tpa.books.edi.models import InboundFile
from tpa.books.identity.models import Grant, User
from tpa.books.members.models import Load, Member
from tpa.books.plans.models import Plan, PlanVersion
from tpa.infra.clock import clock_at
from tpa.infra.models import Job, WorkItem
from tpa.kernel.ids import public_id
from tpa.workflows.claim_intake import read_claims_file
from tpa.workflows.eligibility_load_intake import read_enrolment_file
from tpa.workflows.tenant_setup import set_up_employer

PPO = (Path(__file__).parents[3] / "tpa/books/plans/templates/ppo.toml").read_text()


class Caller:
    """A program with a key, and perhaps an employer that it names."""

    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def __call__(self, method, path, body=None, content_type="application/json", **more):
        send = getattr(self.client, method)
        if method == "get":
            return send(f"/api/v1/{path}", **self.headers, **more)
        return send(f"/api/v1/{path}", body, content_type, **self.headers, **more)


@pytest.fixture
def tpa(db, desk_client):
    return Caller(desk_client, key_for(None))


@pytest.fixture
def own(portal_client, employer):
    return Caller(portal_client, key_for(employer))


# Employers


def test_an_employer_is_made_by_a_job_and_closed_for_a_time(db, tpa):
    answer = tpa("post", "employers/", {"code": "quarry", "name": "Quarry & Sons"})
    assert answer.status_code == 202
    job = answer.json()
    place = answer["Location"].partition("/api/v1/")[2]
    named = {"HTTP_EMPLOYER": job["employer"]}
    assert tpa("get", "members/", **named).json()["code"] == "employer_closed"
    set_up_employer(job_id=Job.objects.get().pk)
    assert (tpa("get", place).json()["state"], tpa("get", place).json()["result"]) == (
        "done",
        {"employer": job["employer"]},
    )
    assert tpa("get", "members/", **named).json()["data"] == []
    path = f"employers/{job['employer']}/"
    assert tpa("post", f"{path}suspend/").json()["state"] == "suspended"
    assert tpa("post", f"{path}suspend/").status_code == 409
    assert tpa("get", "members/", **named).status_code == 409
    assert tpa("post", f"{path}resume/").json()["state"] == "active"
    assert tpa("post", "employers/", {"code": "quarry", "name": "Again"}).status_code == 422
    refused = tpa("delete", path)
    assert (refused.status_code, refused.json()["detail"]) == (422, "Quarry & Sons is active.")
    tpa("post", f"{path}suspend/")
    assert tpa("delete", path).status_code == 204
    assert tpa("get", path).status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": "Quarry"}, "/code"),
        ({"code": "t_1; DROP"}, "/code"),
        ({"currency": "usd"}, "/currency"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"schema_name": "public"}, "/schema_name"),
        ({"state": "active"}, "/state"),
    ],
)
def test_a_faulty_employer_is_refused_with_its_place(db, tpa, change, where):
    answer = tpa("post", "employers/", {"code": "quarry", "name": "Quarry", **change})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, where)
    assert not Job.objects.exists()


def test_one_sees_the_employers_of_ones_grants(own, tpa, desk_client, employer, other_employer):
    codes = [one["code"] for one in tpa("get", "employers/").json()["data"]]
    assert sorted(codes) == ["acme", "umbra"]
    assert [one["code"] for one in own("get", "employers/").json()["data"]] == ["acme"]
    user = User.objects.create(email="eve@tpa.example", name="Eve")
    Grant.objects.create(user=user, employer=other_employer, role="examiner")
    log_in(desk_client, user)
    seen = desk_client.get("/api/v1/employers/").json()["data"]
    assert [one["code"] for one in seen] == ["umbra"]
    assert desk_client.get(f"/api/v1/employers/{public_id('emp', 0, employer.pk)}/").status_code == 404


# Jobs


def test_a_job_is_called_off_once_and_not_seen_by_another_employer(own, other_employer, employer):
    job = Job.objects.create(kind="story", employer_id=employer.pk)
    theirs = Job.objects.create(kind="story", employer_id=other_employer.pk)
    path = f"jobs/{public_id('job', employer.pk, job.pk)}/"
    assert own("post", f"{path}cancel/").json()["state"] == "cancelled"
    assert own("get", path).json()["state"] == "cancelled"
    assert [one["id"] for one in own("get", "jobs/?kind=story").json()["data"]] == [path.split("/")[1]]
    for text in (public_id("job", other_employer.pk, theirs.pk), public_id("job", employer.pk, theirs.pk)):
        assert own("post", f"jobs/{text}/cancel/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "queued"


# Plans


def test_a_plan_is_drafted_checked_published_and_compared(own, employer):
    plan = own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).json()
    assert own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).status_code == 409
    versions = f"plans/{plan['id']}/versions/"
    answer = own("post", versions, {"effective_on": "2026-01-01", "text": PPO})
    draft = answer.json()
    assert (answer.status_code, draft["state"], draft["number"]) == (201, "draft", 1)
    path = f"plan-versions/{draft['id']}/"
    assert answer["Location"].endswith(f"/api/v1/{path}")
    faults = own("get", f"{path}check/").json()["data"]
    assert [one for one in faults if one["severity"] == "error"] == []
    assert own("post", f"{path}publish/", {"reason": "Year's plan"}).json()["state"] == "published"
    assert own("post", f"{path}publish/").status_code == 409
    assert own("delete", path).status_code == 409
    changed = json.loads(json.dumps(draft["document"]))
    changed["name"] = "Another"
    second = own("post", versions, {"effective_on": "2027-01-01", "document": changed}).json()
    difference = own("get", f"plan-versions/{second['id']}/difference/?base={draft['id']}").json()["difference"]
    assert '+  "name": "Another"' in difference
    assert own("delete", f"plan-versions/{second['id']}/").status_code == 204


def test_a_draft_is_only_changed_by_who_knows_its_state(own, employer):
    plan = own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).json()
    draft = own("post", f"plans/{plan['id']}/versions/", {"effective_on": "2026-01-01", "text": PPO}).json()
    path = f"plan-versions/{draft['id']}/"
    tag = own("get", path)["ETag"]
    new = {"text": PPO.replace("\n", "\n# changed\n", 1)}
    assert own("put", path, new).status_code == 428
    assert own("put", path, {"document": {"name": "x"}}, HTTP_IF_MATCH=tag).status_code == 200
    stale = own("put", path, new, HTTP_IF_MATCH=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert own("get", path, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_plan_with_an_unknown_key_is_not_published_and_every_fault_is_told(own, employer):
    plan = own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).json()
    text = "colour = 'blue'\n" + PPO
    draft = own("post", f"plans/{plan['id']}/versions/", {"effective_on": "2026-01-01", "text": text}).json()
    path = f"plan-versions/{draft['id']}/"
    (fault,) = own("get", f"{path}check/").json()["data"]
    assert fault["path"] == "/colour"
    answer = own("post", f"{path}publish/")
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_findings")
    assert answer.json()["errors"] == [{"pointer": "/colour", "code": fault["code"], "detail": fault["message"]}]
    with employer_scope(employer):
        assert PlanVersion.objects.get().state == "draft"


@pytest.mark.parametrize(
    "body",
    [
        {"effective_on": "20250230", "text": PPO},
        {"effective_on": "2026-01-01"},
        {"effective_on": "2026-01-01", "text": "= ="},
        {"effective_on": "2026-01-01", "text": "a = 1\x00"},
        {"effective_on": "2026-01-01", "text": PPO, "state": "published"},
        {"effective_on": "2026-01-01", "document": []},
        [],
        "text",
    ],
)
def test_a_faulty_draft_is_refused_and_nothing_is_stored(own, employer, body):
    plan = own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).json()
    assert own("post", f"plans/{plan['id']}/versions/", body).status_code in (400, 422)
    with employer_scope(employer):
        assert not PlanVersion.objects.exists()


# Enrolment


def test_an_834_is_uploaded_previewed_applied_and_answers_who_is_covered(own, employer):
    with employer_scope(employer):
        Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=NOW)
    data = file_834(member("S1", "ADA", "19800501", covered()))
    with clock_at(NOW):
        answer = own("post", "eligibility-files/?name=january.834", data, "application/edi-x12")
        assert answer.status_code == 202
        assert own("post", "eligibility-files/", data, "application/edi-x12").json()["id"] == answer.json()["id"]
        with employer_scope(employer):
            read_enrolment_file(file_id=InboundFile.objects.get().pk)
            assert not Member.objects.exists()
        path = answer["Location"].partition("/api/v1/")[2]
        assert own("get", path).json()["state"] == "done"
        kinds = [one["kind"] for one in own("get", f"{path}acknowledgements/").json()["data"]]
        assert "999" in kinds
        (load,) = own("get", f"eligibility-loads/?file={answer.json()['id']}").json()["data"]
        assert own("post", f"eligibility-loads/{load['id']}/apply/", {}).json()["state"] == Load.State.APPLIED
    (ada,) = own("get", "members/?search=S1").json()["data"]
    path = f"members/{ada['id']}/eligibility/"
    assert own("get", f"{path}?on=2025-01-01").json()["covered"] is True
    assert own("get", f"{path}?on=2024-12-31").json()["covered"] is False
    assert own("get", f"{path}?on=2025-01-01&known_at=2024-01-01T00:00:00Z").json()["covered"] is False
    assert own("get", f"{path}?on=20250230").json()["errors"][0]["pointer"] == "/on"


# Claims


def test_a_claim_is_registered_once_decided_and_explained_to_the_cent(own, employer):
    open_book(employer)
    told = document(provider_tax_id="123456789", lines=[{**document()["lines"][0], "from_on": "2026-03-09"}])
    first = own("post", "claims/", told, HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, first.json()["state"]) == (201, "paid")
    assert own("post", "claims/", told, HTTP_IDEMPOTENCY_KEY="k1").json() == first.json()
    other = own("post", "claims/", {**told, "provider_name": "x"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    with employer_scope(employer):
        assert Claim.objects.count() == 2
    claim = own("get", f"claims/{first.json()['id']}/").json()
    decision = own("get", f"decisions/{claim['decision']}/").json()
    used = decision.pop("used")
    assert first.json() == {**claim, "decided": decision}
    balances = own("get", f"members/{claim['member']}/accumulators/").json()["data"]
    assert [(one["code"], one["amount"], one["line_number"]) for one in used if one["member"] == claim["member"]] == [
        ("medical:oop.network", 3_500, 1)
    ]
    assert {one["code"] for one in used} <= {one["code"] for one in balances}
    (line,) = decision["lines"]
    assert line["allowed_cents"] == 15_000
    assert line["charge_cents"] == line["paid_cents"] + sum(step["cents"] for step in line["steps"])
    opened = line["charge_cents"]
    for step in line["steps"]:
        assert (step["open_before_cents"], step["open_after_cents"]) == (opened, opened - step["cents"])
        opened -= step["cents"]
    assert opened == claim["paid_cents"]


@pytest.mark.parametrize("body", [[], "x", None, {}, {"lines": 1}, document(colour="blue"), document(patient=[])])
def test_a_faulty_claim_is_refused_and_nothing_is_stored(own, employer, body):
    answer = own("post", "claims/", json.dumps(body), HTTP_IDEMPOTENCY_KEY="k1")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    with employer_scope(employer):
        assert not Claim.objects.exists()


# Claim files, queues


def test_an_837_is_uploaded_answered_and_its_stranger_waits_for_a_person(tpa, employer):
    book = open_book(employer)
    data = claims_file(professional())
    answer = tpa("post", "claim-files/?name=a.837", data, "application/edi-x12")
    assert answer.status_code == 202
    read_claims_file(file_id=InboundFile.objects.get().pk)
    path = answer["Location"].partition("/api/v1/")[2]
    assert [one["kind"] for one in tpa("get", f"{path}acknowledgements/").json()["data"]] == ["277CA", "999"]
    assert tpa("get", f"{path}content/").content == data
    (item,) = tpa("get", "intake-items/").json()["data"]
    assert (item["reason"], item["state"]) == ("none", "open")
    path = f"intake-items/{item['id']}/"
    assert tpa("post", f"{path}assign/", {"member": public_id("mem", employer.pk, 999_999)}).status_code == 404
    claim = tpa("post", f"{path}assign/", {"member": book.ids["mem"]})
    assert claim.status_code == 201
    assert tpa("post", f"{path}discard/").status_code == 409
    named = {"HTTP_EMPLOYER": book.ids["emp"]}
    assert tpa("get", f"claims/{claim.json()['claim']}/", **named).json()["member"] == book.ids["mem"]
    assert tpa("post", "claim-files/", b"", "application/edi-x12").json()["code"] == "file_missing"


def test_a_form_around_a_file_is_refused_and_nothing_is_kept(tpa):
    frame = b"--x\r\nContent-Disposition: form-data; name=f; filename=a.837\r\n\r\n" + claims_file(professional())
    answer = tpa("post", "claim-files/", frame + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["code"]) == (415, "form_upload")
    assert not InboundFile.objects.exists()


def test_the_most_urgent_item_is_taken_by_a_person(tpa, desk_client, employer):
    for n, due_on in ((1, date(2026, 5, 2)), (2, date(2026, 5, 1))):
        WorkItem.objects.create(
            employer_id=employer.pk,
            kind="pend",
            queue="examiner",
            subject_id=n,
            title="t",
            due_on=due_on,
            opened_at=NOW,
        )
    assert [(one["queue"], one["count"]) for one in tpa("get", "queues/").json()["data"]] == [("examiner", 2)]
    assert tpa("post", "work-items/take/", {"queue": "examiner"}).json()["code"] == "person_needed"
    user = User.objects.create(email="eve@tpa.example", name="Eve")
    Grant.objects.create(user=user, employer=employer, role="examiner")
    eve = Caller(log_in(desk_client, user), {})
    item = eve("post", "work-items/take/", {"queue": "examiner"}).json()
    assert (item["subject"], item["is_taken"]) == (public_id("clm", employer.pk, 2), True)
    assert eve("post", f"work-items/{item['id']}/return/").status_code == 204
    assert eve("post", f"work-items/{item['id']}/return/").status_code == 409


# Price lists


def test_prices_are_imported_published_and_never_seen_at_a_portal(tpa, own, employer):
    csv = b"code,amount,percent_of_charge\n99213,125.00,\n80053,,62.5\n"
    version = tpa("post", "price-lists/?code=NET&effective_on=2026-01-01", csv, "text/csv").json()
    assert version["state"] == "draft"
    prices = tpa("get", f"price-list-versions/{version['id']}/prices/").json()["data"]
    assert [(one["amount_cents"], one["percent_of_charge_bp"]) for one in prices] == [(None, 6250), (12_500, None)]
    assert tpa("post", f"price-list-versions/{version['id']}/publish/").json()["state"] == "published"
    bad = tpa("post", "price-lists/?code=NET&effective_on=2026-02-01", b"code,amount\n99213,12x.00\n", "text/csv")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "row 2")
    assert len(tpa("get", f"price-lists/{version['price_list']}/versions/").json()["data"]) == 1
    assert own("get", "price-lists/").status_code == 404
