"""The desk: today, queues, employers, the claim page."""

from datetime import date

import pytest
from django.test import Client

from tenants import directory
from tenants.scope import employer_scope
from tests.web.browser.places import NO_PAGES
from tests.web.login import log_in
from tests.web.operator.desk import EVIL, colleague, desk_as, page_of, root
from tests.workflows.claim_stories import NPI, new_claim, open_book, register
from tpa.books.claims.models import Pend, Work
from tpa.books.identity.models import Grant, User
from tpa.infra import outbox, work_items
from tpa.infra.models import WorkItem
from tpa.kernel.ids import public_id
from tpa.web.operator.urls import urlpatterns
from tpa.workflows.adjudication import decide_waiting


def claim_page(employer, claim_id):
    """The address of a claim."""
    return page_of(employer, "claims", "clm", claim_id)


@pytest.fixture
def decided(employer):
    """A visit, paid, of a family in the sample PPO."""
    home = open_book(employer)[0]
    with employer_scope(employer):
        claim_id = register(new_claim(home, ("99213", 20_000), ("80053", 9_000)))[0]
        decide_waiting(employer_id=employer.pk)
    return claim_id


@pytest.fixture
def pended(employer):
    """A claim that waits for a person, and its item in the queue."""
    home = open_book(employer)[0]
    with employer_scope(employer):
        one = new_claim(home, ("99213", 20_000))
        accident = one._replace(claim=one.claim._replace(related_causes=("AA",)))
        claim_id = register(accident)[0]
        decide_waiting(employer_id=employer.pk)
    outbox.drain()
    return claim_id


def test_the_hosts_root_leads_to_the_desk(db, desk_client):
    answer = desk_client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


def test_nobody_sees_the_desk_without_logging_in(db, desk_client, employer):
    for path in ("/desk/", "/desk/queues/review/", root(employer), f"{root(employer)}claims/"):
        assert desk_client.get(path)["Location"].startswith("/account/login/")


def test_today_says_what_waits_and_how_much(pended, employer):
    page = desk_as("examiner").get("/desk/").content.decode()
    item = WorkItem.objects.get(kind="pend")
    assert f'href="/desk/queues/{item.queue}/"' in page
    assert "$200.00 billed" in page
    assert employer.name in page


def test_a_colleague_for_one_employer_sees_neither_the_others_queue_nor_its_pages(pended, employer, other_employer):
    queue = WorkItem.objects.get(kind="pend").queue
    desk = desk_as("examiner", other_employer)
    page = desk.get("/desk/").content.decode()
    assert employer.name not in page
    assert "$0.00 billed" in page
    assert "Nothing waits here." in desk.get(f"/desk/queues/{queue}/").content.decode()
    assert desk.get(f"/desk/queues/{queue}/?employer={public_id('emp', 0, employer.pk)}").status_code == 404
    assert desk.get(root(employer)).status_code == 404
    assert desk.get(claim_page(employer, pended)).status_code == 404
    desk.post(f"/desk/queues/{queue}/take/")
    assert WorkItem.objects.get(kind="pend").taken_by is None


def test_take_next_leads_to_the_claim_and_is_given_back(pended, employer):
    item, desk = WorkItem.objects.get(kind="pend"), desk_as("examiner")
    taken = desk.post(f"/desk/queues/{item.queue}/take/")
    assert taken["Location"] == claim_page(employer, pended)
    assert WorkItem.objects.get(kind="pend").taken_by == User.objects.get().pk
    assert "Give back" in desk.get(f"/desk/queues/{item.queue}/").content.decode()
    assert desk.post(f"/desk/queues/{item.queue}/take/")["Location"] == f"/desk/queues/{item.queue}/"
    desk.post(f"/desk/queues/{item.queue}/{item.pk}/give-back/")
    assert WorkItem.objects.get(kind="pend").taken_by is None


def test_the_queue_counts_all_and_shows_a_page(db, employer):
    with employer_scope(employer):
        work_items.open_items(work_items.Item("pend", "review", n, f"item {n} {EVIL}", 100) for n in range(1, 121))
    outbox.drain()
    page = desk_as("examiner").get("/desk/queues/review/?page=3").content.decode()
    assert "items, $120.00" in page
    assert page.count("data-row") == 20
    assert "Page 3 of 3" in page
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_the_claim_page_shows_the_money_step_by_step(decided, employer):
    desk = desk_as("tpa_admin")
    page = desk.get(claim_page(employer, decided)).content.decode()
    assert "$290.00" in page
    # The price list's 150.00 and 40.00, so 50.00 each off; then the PPO's cost sharing.
    assert page.count("$50.00") >= 2
    assert "pricing." in page
    assert "cost_share." in page
    assert "Accumulators moved" in page
    assert "claim approved" in page
    assert "Lind, Ada" in page


def test_the_ledger_leads_from_the_balance_down_to_the_claim(decided, employer):
    desk, at = desk_as("finance"), root(employer)
    assert "$0.00" in desk.get(f"{at}ledger/").content.decode()
    account = desk.get(f"{at}ledger/2000/").content.decode()
    entry = account.split(f'href="{at}ledger/entries/')[1].split('"')[0]
    page = desk.get(f"{at}ledger/entries/{entry}").content.decode()
    assert f'href="{claim_page(employer, decided)}"' in page


def test_a_release_needs_a_note_and_a_role(pended, employer):
    path = f"{claim_page(employer, pended)}release/"
    assert desk_as("finance").post(path, {"note": "seen"}).status_code == 404
    examiner = desk_as("examiner")
    page = examiner.post(path, {"note": " "}, follow=True).content.decode()
    assert "A release needs a note." in page
    with employer_scope(employer):
        assert (Pend.objects.get().resolved_at, Work.objects.count()) == (None, 0)
    page = examiner.post(path, {"note": "seen"}, follow=True).content.decode()
    assert "another person has to approve it" in page
    assert "approved as the rules decide it" in page
    Grant.objects.filter(role="examiner").update(authority_cents=11_500)
    page = examiner.post(path, {"note": f"called {EVIL}"}, follow=True).content.decode()
    assert "The claim will be decided again." in page
    assert EVIL not in page
    with employer_scope(employer):
        assert (Pend.objects.get().note, Work.objects.get().claim_id) == (f"called {EVIL}", pended)
    outbox.drain()
    assert not WorkItem.objects.exists()


def test_claims_are_found_by_state_and_by_the_providers_number(decided, employer):
    desk, path = desk_as("examiner"), f"{root(employer)}claims/"
    link = f'href="{claim_page(employer, decided)}"'
    assert link in desk.get(f"{path}?state=paid").content.decode()
    assert link not in desk.get(f"{path}?state=denied").content.decode()
    assert "No claim is found." in desk.get(f"{path}?q={EVIL}").content.decode()
    assert desk.get(f"{path}?state=lost").status_code == 404


EMPLOYER_PAGES = [
    (f"/desk/{pattern.pattern}", f"operator:{pattern.name}")
    for pattern in urlpatterns
    if list(pattern.pattern.converters) == ["employer"]
]


@pytest.mark.parametrize(("path", "name"), EMPLOYER_PAGES)
def test_every_page_of_an_employer_opens_for_the_administrator_and_for_nobody_elses_people(
    db, employer, other_employer, path, name
):
    address = path.replace("<str:employer>", public_id("emp", 0, employer.pk))
    is_button = NO_PAGES.get(name) == "a button"
    assert desk_as("tpa_admin").get(address).status_code == (405 if is_button else 200)
    stranger = desk_as("examiner", other_employer)
    assert stranger.post(address).status_code == stranger.get(address).status_code == 404


def test_the_tabs_are_sections_that_lead_where_the_reader_may_go(db, employer):
    at = root(employer)
    page = desk_as("tpa_admin").get(f"{at}appeals/").content.decode()
    assert f'href="{at}claims/" aria-current="true">Claims</a>' in page
    assert f'href="{at}appeals/" aria-current="page">Appeals</a>' in page
    assert f'href="{at}subrogation/"' in page
    assert f'href="{at}payees/"' not in page
    page = desk_as("finance").get(f"{at}payees/").content.decode()
    assert f'href="{at}payees/" aria-current="page">Payees and terms</a>' in page
    page = desk_as("examiner").get(at).content.decode()
    assert ">Ledger</a>" not in page


@pytest.mark.parametrize("emp", ["emp_", "emp_0000000000000", "1", "clm_0000000000000"])
def test_what_is_no_employer_is_not_found(db, emp):
    assert desk_as("tpa_admin").get(f"/desk/employers/{emp}/").status_code == 404


@pytest.mark.parametrize("path", ["claims/clm_1/", "members/mem_1/", "invoices/42/", "ledger/9998/", "enrolment/x/"])
def test_what_an_employer_does_not_have_is_not_found(db, employer, path):
    assert desk_as("tpa_admin").get(f"{root(employer)}{path}").status_code == 404


def test_a_portal_login_is_nobody_at_the_desk(db, desk_client, employer):
    user = colleague("employer_finance", employer)
    assert log_in(desk_client, user).get("/desk/")["Location"].startswith("/account/login/")


def test_the_portals_claim_names_nobody(decided, employer):
    user = colleague("employer_finance", employer)
    portal = log_in(Client(SERVER_NAME=directory.portal_host(employer)), user, employer)
    pages = [portal.get("/claims/"), portal.get(f"/claims/{public_id('clm', employer.pk, decided)}/")]
    for page in (answer.content.decode() for answer in pages):
        assert "$290.00" in page
        assert not any(told in page for told in ("Lind", "J069", NPI, "99213", str(date(2026, 3, 2))))
