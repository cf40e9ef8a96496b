"""What-if over REST and on the pages: asked, followed, read, by whoever may."""

import csv
from io import StringIO

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, page_of, root
from tests.web.portal.test_pages import person
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.test_what_if import PPO, VISIT, YEAR, asked, draft
from tpa.books.plans.models import PlanVersion, WhatIf
from tpa.kernel.ids import public_id
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.what_if import run_job

DEARER = PPO.replace("copay = 35 }", "copay = 50 }")


@pytest.fixture
def home(employer):
    home = open_book(employer)[0]
    with employer_scope(employer):
        register(new_claim(home, *VISIT))
        decide_waiting(employer_id=employer.pk)
    return home


@pytest.fixture
def question(employer, home):
    """A question, answered."""
    with employer_scope(employer):
        found = asked(employer, draft(DEARER))
        run_job(employer_id=employer.pk, job_id=found.job_id)
        found.refresh_from_db()
    return found


def test_a_question_is_asked_followed_and_answered_over_rest(portal_client, employer, home):
    key = key_for(employer)
    with employer_scope(employer):
        version = public_id("plv", employer.pk, draft(DEARER).pk)
    body = {"version": version, "starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    answer = portal_client.post("/api/v1/what-ifs/", body, content_type="application/json", **key)
    assert (answer.status_code, answer.json()["result"]) == (202, None)
    place = answer["Location"].removeprefix("http://" + portal_client.defaults["SERVER_NAME"])
    assert portal_client.get(f"{place}csv/", **key).json()["code"] == "conflict"
    with employer_scope(employer):
        run_job(employer_id=employer.pk, job_id=WhatIf.objects.get().job_id)
    told = portal_client.get(place, **key).json()
    assert told["result"]["total"]["paid_difference_cents"] == -1_500
    job = portal_client.get(f"/api/v1/jobs/{told['job']}/", **key).json()
    assert (job["state"], job["result"]) == ("done", {"what_if": told["id"]})
    rows = list(csv.DictReader(StringIO(portal_client.get(f"{place}csv/", **key).content.decode())))
    assert [(row["part"], row["present_paid_cents"], row["proposed_paid_cents"]) for row in rows] == [
        ("total", "14700", "13200"),
        ("benefit", "11500", "10000"),
        ("benefit", "3200", "3200"),
        ("month", "14700", "13200"),
    ]
    assert portal_client.post(f"{place}cancel/", **key).status_code == 409
    assert [one["id"] for one in portal_client.get("/api/v1/what-ifs/", **key).json()["data"]] == [told["id"]]


def test_members_and_claims_are_for_those_who_may_read_claims(portal_client, employer, home, question):
    place = f"/api/v1/what-ifs/{public_id('wif', employer.pk, question.pk)}/"
    member = public_id("mem", employer.pk, home.member_ids[0])
    figures = key_for(employer, "what_if.read")
    for path in ("members/", "members/csv/", f"claims/?member={member}"):
        assert portal_client.get(place + path, **figures).status_code == 403
    assert "members" not in portal_client.get(place, **figures).json()
    key = key_for(employer, "claims.read")
    (row,) = portal_client.get(f"{place}members/", **key).json()["data"]
    assert (row["member"], row["member_difference_cents"]) == (member, 1_500)
    assert (
        portal_client.get(f"{place}members/csv/", **key)
        .content.decode()
        .splitlines()[1]
        .startswith(f"member,{member},")
    )
    (claim,) = portal_client.get(f"{place}claims/?member={member}", **key).json()["data"]
    assert (claim["outcome"], claim["changed"]) == ("paid", True)
    visit, test = claim["lines"]
    assert (visit["present_paid_cents"], visit["proposed_paid_cents"]) == (11_500, 10_000)
    assert "50.00" in visit["steps"][-1]["member_text"]
    assert test["present_paid_cents"] == test["proposed_paid_cents"] == 3_200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"starts_on": "2026-01-01", "ends_before": "2026-01-01"}, 422),
        ({"starts_on": "2026-01-01", "ends_before": "2030-01-01"}, 422),
        ({"starts_on": "2026-02-30", "ends_before": "2027-01-01"}, 400),
        ({"starts_on": "2026-01-01", "ends_before": "2027-01-01", "year": 2026}, 400),
        ({"starts_on": "2026-01-01"}, 400),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_and_leaves_nothing(portal_client, employer, home, body, status):
    with employer_scope(employer):
        body |= {"version": public_id("plv", employer.pk, PlanVersion.objects.get().pk)}
    answer = portal_client.post("/api/v1/what-ifs/", body, content_type="application/json", **key_for(employer))
    assert answer.status_code == status
    with employer_scope(employer):
        assert not WhatIf.objects.exists()


def test_the_desk_asks_and_reads(employer, home):
    desk = desk_as("implementation")
    with employer_scope(employer):
        version = public_id("plv", employer.pk, draft(DEARER).pk)
    form = {"version": version, "starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    answer = desk.post(f"{root(employer)}what-ifs/ask/", form)
    assert "0 of 0" in desk.get(answer["Location"]).content.decode()
    with employer_scope(employer):
        run_job(employer_id=employer.pk, job_id=WhatIf.objects.get().job_id)
    page = desk.get(answer["Location"]).content.decode()
    assert "$132.00" in page
    assert "-$15.00 beside $147.00" in page
    assert "By member" not in page
    assert "By member" in desk_as("tpa_admin").get(answer["Location"]).content.decode()
    assert "-$15.00" in desk.get(f"{root(employer)}what-ifs/").content.decode()
    refused = desk.post(f"{root(employer)}what-ifs/ask/", {**form, "ends_before": "2026-01-01"}, follow=True)
    assert "These days cannot be compared." in refused.content.decode()
    assert (
        "Two days are needed"
        in desk.post(f"{root(employer)}what-ifs/ask/", {"version": version}, follow=True).content.decode()
    )


def test_a_members_claims_are_compared_on_a_page_of_their_own(employer, home, question):
    path = f"{page_of(employer, 'what-ifs', 'wif', question.pk)}members/{public_id('mem', employer.pk, home.member_ids[0])}/"
    page = desk_as("tpa_admin").get(path).content.decode()
    assert "$147.00" in page
    assert "$132.00" in page
    assert desk_as("implementation").get(path).status_code == 404


def test_the_employers_finance_reads_the_answer_without_persons(portal_client, employer, question):
    client = log_in(portal_client, person(employer, "employer_finance"), employer)
    page = client.get(f"/what-ifs/{public_id('wif', employer.pk, question.pk)}/").content.decode()
    assert "$132.00" in page
    assert "mem_" not in page
    assert "Decide again" not in client.get("/what-ifs/").content.decode()


def test_the_span_is_shown_with_its_last_day(portal_client, employer, question):
    client = log_in(portal_client, person(employer, "employer_finance"), employer)
    page = client.get(f"/what-ifs/{public_id('wif', employer.pk, question.pk)}/").content.decode()
    assert f"from 2026-01-01 to {YEAR.last_day}" in page
