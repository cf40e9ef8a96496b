"""What is wrong with what comes in is said with code and place; nothing is half stored, nothing lost, nothing answers 500."""

import json
import re

import pytest
from django.test import Client

from tenants.scope import desk_scope, employer_scope
from tests.web.login import log_in
from tests.workflows.claim_stories import open_book
from tests.workflows.eligibility_files import covered, file_834, file_csv, member
from tests.workflows.test_claim_intake import claim_of, file_of
from tests.workflows.test_claim_rest import document
from tpa.books.claims.models import Claim, ClaimLine, Totals, Work
from tpa.books.edi.models import InboundFile, IntakeItem
from tpa.books.identity.models import ApiKey, Grant, User
from tpa.books.identity.permissions import ACTIONS
from tpa.books.members.models import Coverage, Family, Load, Member
from tpa.books.plans.models import Plan, PlanVersion
from tpa.kernel.ids import key_of, public_id
from tpa.workflows.claim_intake import read_claims_file
from tpa.workflows.eligibility_load_intake import read_enrolment_file

STORED = (Claim, ClaimLine, Work, Totals, Family, Member, Coverage, Load, Plan, PlanVersion)
PLAN = {"name": "PPO", "line": "medical", "timely_filing_months": 12}


@pytest.fixture
def home(employer):
    """A family with coverage, known to the claims' index."""
    return open_book(employer, count=1)[0]


class Caller:
    """A program with every right at the employer, or (None) at the TPA's desk."""

    def __init__(self, client: Client, employer) -> None:
        _, text = ApiKey.objects.create_key(name="partner", employer=employer, scopes=sorted(ACTIONS))
        self._client, self._key = client, {"HTTP_AUTHORIZATION": f"Bearer {text}"}

    def __call__(self, method, path, body=None, kind="application/json", **headers):
        """The answer; it is never a fault of ours."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self._client.generic(method, f"/api/v1/{path}", data, content_type=kind, **self._key, **headers)
        assert answer.status_code < 500
        return answer


@pytest.fixture
def desk(desk_client, db):
    return Caller(desk_client, None)


@pytest.fixture
def partner(portal_client, employer):
    return Caller(portal_client, employer)


def stored(employer):
    """How many rows every table has that something could be half stored in."""
    with employer_scope(employer):
        return {model.__name__: model.objects.count() for model in STORED}


def file_told(caller, path, content, read):
    """Send a file, let it be read; what the sender is told of it, after a look that its bytes are kept."""
    answer = caller("POST", path, content, "application/octet-stream")
    assert answer.status_code == 202
    read(key_of(answer.json()["id"], "fil", 0))
    return caller("GET", f"{path}{answer.json()['id']}/").json()


def cut(content):
    return content[: len(content) // 2]


def with_count(content):
    return re.sub(rb"(?<![A-Z])SE[*][0-9]+", b"SE*999", content)


def replaced(old, new):
    def spoil(content):
        assert old in content
        return content.replace(old, new)

    return spoil


CLAIM_FILES = {
    "cut off": (cut, "refused", "segment_cut_off", (0, 0, 0, 0)),
    "wrong counter": (with_count, "refused", "segment_count", (0, 0, 0, 0)),
    "a letter in an amount": (replaced(b"CLM*A1*200*", b"CLM*A1*2O0*"), "refused", "number_invalid", (0, 0, 0, 0)),
    "30 February": (replaced(b"D8*20260210~", b"D8*20250230~"), "refused", "date_invalid", (0, 0, 0, 0)),
    "a segment of five million characters": (
        replaced(b"*LIND*", b"*" + b"X" * 5_000_000 + b"*"),
        "refused",
        "segment_too_long",
        (0, 0, 0, 0),
    ),
}


@pytest.mark.parametrize(("spoil", "state", "code", "counts"), CLAIM_FILES.values(), ids=CLAIM_FILES)
def test_a_claims_file_at_fault(employer, home, desk, spoil, state, code, counts):
    before, content = stored(employer), spoil(file_of(claim_of(home.number, "A1")))
    told = file_told(desk, "claim-files/", content, lambda key: read_claims_file(file_id=key))
    assert (told["state"], tuple(told["counts"].values())) == (state, counts)
    issue = next(one for one in told["issues"] if one["code"] == code)
    assert issue["message"]
    assert re.match(r"segment \d+.* byte \d+", issue["where"])
    assert stored(employer) == before
    assert not IntakeItem.objects.exists()
    assert desk("GET", f"claim-files/{told['id']}/content/").content == content


def test_the_same_claims_file_again_is_the_first_one(employer, home, desk):
    content = file_of(claim_of(home.number, "A1"))
    first = file_told(desk, "claim-files/", content, lambda key: read_claims_file(file_id=key))
    before = stored(employer)
    again = desk("POST", "claim-files/?name=renamed", content, "application/octet-stream")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    read_claims_file(file_id=key_of(first["id"], "fil", 0))
    assert (stored(employer), InboundFile.objects.count()) == (before, 1)


def test_a_claim_of_an_unknown_member_waits_for_a_person(employer, home, desk):
    before = stored(employer)
    content = file_of(claim_of("NOBODY", "A1"))
    told = file_told(desk, "claim-files/", content, lambda key: read_claims_file(file_id=key))
    assert (told["state"], told["counts"]["queued"]) == ("done", 1)
    (item,) = desk("GET", "intake-items/").json()["data"]
    assert (item["reason"], item["state"]) == ("number", "open")
    assert stored(employer) == before


def day(text):
    return replaced(b"2026-01-01", text)


ROW = ("S9", "self", "Ada", "1980-05-01", "medical", "PPO", "EE", "2026-01-01")
CSV_FILES = {
    "30 February": (day(b"20250230"), "date_invalid", "row 2"),
    "a relationship that there is not": (replaced(b",self,", b",boss,"), "relationship_unknown", "row 2"),
    "a plan that there is not": (replaced(b",PPO,", b",GOLD,"), "plan_unknown", "row 2"),
}


@pytest.mark.parametrize(("spoil", "code", "where"), CSV_FILES.values(), ids=CSV_FILES)
def test_an_enrolment_row_at_fault_is_named_and_not_applied(employer, home, partner, spoil, code, where):
    before = stored(employer)
    told = _enrolled(employer, partner, spoil(file_csv(ROW)))
    assert (code, where) in [(one["code"], one["where"]) for one in told["issues"]]
    (load,) = partner("GET", f"eligibility-loads/?file={told['id']}").json()["data"]
    refusal = partner("POST", f"eligibility-loads/{load['id']}/apply/", {})
    assert (refusal.status_code, refusal["Content-Type"]) == (409, "application/problem+json")
    assert stored(employer) == {**before, "Load": before["Load"] + 1}


def _enrolled(employer, partner, content):
    with employer_scope(employer):
        return file_told(partner, "eligibility-files/", content, lambda key: read_enrolment_file(file_id=key))


ENROLMENT_FILES = {
    "cut off": (cut, "segment_cut_off"),
    "wrong counter": (with_count, "segment_count"),
    "30 February": (replaced(b"20260101", b"20250230"), "date_invalid"),
    "a segment of five million characters": (replaced(b"*LIND*", b"*" + b"X" * 5_000_000 + b"*"), "segment_too_long"),
}


@pytest.mark.parametrize(("spoil", "code"), ENROLMENT_FILES.values(), ids=ENROLMENT_FILES)
def test_an_834_at_fault_is_refused_whole(employer, home, partner, spoil, code):
    before = stored(employer)
    content = spoil(file_834(member("S9", "ADA", "19800501", covered(tier="EMP", starts="20260101"))))
    told = _enrolled(employer, partner, content)
    assert told["state"] == "refused"
    issue = next(one for one in told["issues"] if one["code"] == code)
    assert re.match(r"segment \d+.* byte \d+", issue["where"])
    assert stored(employer) == before


def test_html_and_formulas_in_names_are_text_everywhere(employer, home, partner, portal_client):
    content = file_csv(ROW).replace(b"Lind", b"<script>alert(1)</script>").replace(b"Ada", b"=HYPERLINK(1)")
    told = _enrolled(employer, partner, content)
    (load,) = partner("GET", f"eligibility-loads/?file={told['id']}").json()["data"]
    assert partner("POST", f"eligibility-loads/{load['id']}/apply/", {}).status_code == 200
    with employer_scope(employer):
        person = Member.objects.get(member_number="S9")
    assert (person.last_name, person.first_name) == ("<script>alert(1)</script>", "=HYPERLINK(1)")
    user = User.objects.create(email="hr@acme.example", name="Hr")
    Grant.objects.create(user=user, employer=employer, role="employer_hr")
    page = log_in(portal_client, user, employer).get("/members/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_plan_with_an_unknown_key_is_not_published(employer, home, partner):
    plan = partner("POST", "plans/", {"code": "NEW", "name": "New", "line": "medical"}).json()["id"]
    draft = partner("POST", f"plans/{plan}/versions/", {"effective_on": "2027-01-01", "document": {**PLAN, "copay": 5}})
    version = draft.json()["id"]
    found = partner("GET", f"plan-versions/{version}/check/").json()["data"]
    assert ("document", "/copay") in [(one["code"], one["path"]) for one in found]
    refusal = partner("POST", f"plan-versions/{version}/publish/", {})
    assert (refusal.status_code, refusal["Content-Type"]) == (422, "application/problem+json")
    assert "/copay" in json.dumps(refusal.json())
    with employer_scope(employer):
        assert PlanVersion.objects.get(pk=key_of(version, "plv", employer.pk)).state == "draft"


CLAIMS = {
    "unknown member": ({"patient": {"member_number": "NOBODY"}}, "/patient"),
    "a letter in an amount": ({"lines": [{"from_on": "2026-03-02", "charge_cents": "2O0"}]}, "/lines/0/charge_cents"),
    "30 February": ({"lines": [{"from_on": "20250230", "charge_cents": 100}]}, "/lines/0/from_on"),
    "an unknown key": ({"colour": "blue"}, "/colour"),
    "service in the year 9999": ({"lines": [{"from_on": "9999-12-31", "charge_cents": 100}]}, "/lines/0/from_on"),
    "service up to the year 2200": (
        {"lines": [{"from_on": "2026-03-02", "through_on": "2200-01-01", "charge_cents": 100}]},
        "/lines/0/through_on",
    ),
    "service in the year 1": ({"lines": [{"from_on": "0001-01-01", "charge_cents": 100}]}, "/lines/0/from_on"),
}


@pytest.mark.parametrize(("change", "where"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_as_json_at_fault(employer, home, partner, change, where):
    before = stored(employer)
    answer = partner("POST", "claims/", document(**change), HTTP_IDEMPOTENCY_KEY="k1")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert where in json.dumps(answer.json())
    assert stored(employer) == before


DEEP = {
    "lists": b"[" * 100_000,
    "tables": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "closed": b"[" * 100 + b"]" * 100,
}
BODIES = ("claims/", "plans/", "deposits/")


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("path", BODIES)
def test_a_hundred_thousand_brackets_are_a_bad_request(employer, home, partner, path, body):
    before = stored(employer)
    answer = partner("POST", path, body, HTTP_IDEMPOTENCY_KEY="k1")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "nested_too_deeply"
    assert stored(employer) == before


TEXTS = {"toml": "a = " + "[" * 100_000, "keys": ".".join("a" * 5_000) + " = 1", "json": '{"a":' * 100_000}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_plan_document_of_brackets_is_refused(employer, home, partner, text):
    plan = partner("POST", "plans/", {"code": "NEW", "name": "New", "line": "medical"}).json()["id"]
    before = stored(employer)
    answer = partner("POST", f"plans/{plan}/versions/", {"effective_on": "2027-01-01", "text": text})
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert "nested too deeply" in json.dumps(answer.json())
    assert stored(employer) == before


FOREIGN = ("members/{mem}/", "members/{mem}/accumulators/", "claims/{clm}/", "decisions/{dec}/", "invoices/{inv}/")


@pytest.mark.parametrize("path", FOREIGN)
def test_another_employers_id_is_not_there(employer, other_employer, home, partner, path):
    kind = path.partition("{")[2].partition("}")[0]
    with desk_scope():
        foreign = public_id(kind, other_employer.pk, home.member_ids[0])
    answer = partner("GET", path.format(**{kind: foreign}))
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert str(other_employer.pk) not in answer.json()["detail"]
