"""Deposits and credits at the desk and in the portal; fees in the month that they are for; the flow of claims."""

from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.operator.desk import EVIL, colleague, desk_as, root
from tests.web.portal.test_pages import person
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.stories import SYSTEM, agree, charge_fees
from tpa.books.funding.models import Credit, Deposit
from tpa.books.funding.services import Correction
from tpa.books.identity.models import Grant
from tpa.books.ledger import selectors as ledger
from tpa.engine.journal.accounts import CASH, FEE_EXPENSE
from tpa.infra import day_counts, outbox
from tpa.infra.clock import clock_at
from tpa.infra.models import DayCount
from tpa.web.operator.today import FLOW_DAYS, flow_of
from tpa.web.portal import figures
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import give_credit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice

DEPOSIT = {
    "deposit-purpose": "fund",
    "deposit-cents": "25000.00",
    "deposit-received_on": "2026-02-03",
    "deposit-reference": f"WIRE {EVIL}",
}
CREDIT = {
    "credit-kind": "refund",
    "credit-cents": "12.50",
    "credit-description": "A provider paid back",
    "credit-granted_on": "2026-02-03",
    "credit-reference": "R-1",
}


def finance(employer, authority_cents):
    """Somebody of finance at the desk who may grant so much alone."""
    desk = desk_as("finance", employer)
    Grant.objects.filter(role="finance").update(authority_cents=authority_cents)
    return desk


@pytest.fixture
def billed(employer):
    """January billed on the 2nd of February: four singles at 35.00."""
    open_book(employer, count=4, people=1)
    agree(employer, starts_on=date(2026, 1, 1))
    fee = ("pepm", "Administration", {"rates_cents": dict.fromkeys(("EE", "ES", "EC", "EF"), 3500)})
    charge_fees(employer, fee, effective_on=date(2026, 1, 1))
    with employer_scope(employer), clock_at(datetime(2026, 2, 2, 15, tzinfo=UTC)):
        invoice = draft_month(month=date(2026, 1, 1))
        approve_invoice(invoice_id=invoice.pk, person_id=SYSTEM)
        return issue_invoice(invoice_id=invoice.pk, person_id=SYSTEM)


def test_a_deposit_is_recorded_once_posted_and_shown_at_both_hosts(employer, portal_client):
    desk = desk_as("finance", employer)
    for _ in range(2):
        page = desk.post(f"{root(employer)}funding/deposit/", DEPOSIT, follow=True).content.decode()
        assert "The deposit is recorded." in page
    with employer_scope(employer):
        assert Deposit.objects.get().cents == 2_500_000
        assert ledger.balance(CASH) == 2_500_000
    seen = log_in(portal_client, person(employer, "employer_finance"), employer).get("/funding/").content.decode()
    for text in (page, seen):
        assert "$25,000.00" in text
        assert EVIL not in text
    assert "Record a deposit" in page
    assert "Record a deposit" not in seen


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"deposit-cents": "many"}, 'role="alert"'),
        ({"deposit-cents": "-5.00"}, "A deposit is more than nothing."),
        ({"deposit-cents": "0.00"}, "A deposit is more than nothing."),
        ({"deposit-received_on": "20250230"}, "Enter a valid date."),
        ({"deposit-purpose": "gift"}, "gift is not one of the available choices"),
    ],
)
def test_a_deposit_that_cannot_be_says_why_keeps_what_was_typed_and_changes_nothing(employer, change, said):
    page = desk_as("finance", employer).post(f"{root(employer)}funding/deposit/", DEPOSIT | change).content.decode()
    assert said in page
    assert 'value="2026-02-03"' in page or "20250230" in page
    with employer_scope(employer):
        assert not Deposit.objects.exists()


@pytest.mark.parametrize(("authority_cents", "granted"), [(1_249, 0), (1_250, 1), (1_251, 1)])
def test_a_credit_is_granted_up_to_the_authority(employer, authority_cents, granted):
    desk = finance(employer, authority_cents)
    page = desk.post(f"{root(employer)}funding/credit/", CREDIT, follow=True).content.decode()
    assert ("The credit is granted." in page) == bool(granted)
    assert ("authority covers the amount" in page) != bool(granted)
    with employer_scope(employer):
        assert [one.cents for one in Credit.objects.all()] == [1_250] * granted


def test_a_correction_names_a_fee_of_an_invoice_and_takes_it_back(employer, billed):
    chosen = {"credit-kind": "correction", "credit-corrects": f"{billed.pk}:fee:pepm"}
    page = finance(employer, 10**6).post(f"{root(employer)}funding/credit/", CREDIT | chosen, follow=True)
    assert "The credit is granted." in page.content.decode()
    with employer_scope(employer):
        assert Credit.objects.get().corrects == billed


def test_whoever_may_only_look_records_nothing(employer):
    desk = desk_as("stop_loss", employer)
    assert "Record a deposit" not in desk.get(f"{root(employer)}funding/").content.decode()
    assert desk.post(f"{root(employer)}funding/deposit/", DEPOSIT).status_code == 404
    assert desk.post(f"{root(employer)}funding/credit/", CREDIT).status_code == 404
    colleague("examiner", employer)
    with employer_scope(employer):
        assert not Deposit.objects.exists()
        assert not Credit.objects.exists()


def test_fees_stand_in_the_month_that_was_billed_less_what_was_corrected(employer, billed):
    def fees():
        rows = figures.home(employer, date(2026, 3, 1))["months"]
        assert sum(row.fees_cents for row in rows) == ledger.balance(FEE_EXPENSE)
        return [row.fees_cents for row in rows]

    with employer_scope(employer):
        assert fees() == [14_000, 0, 0]
        corrects = figures.funding.correctable_lines()[0]
        give_credit(
            kind="correction", cents=3_500, description="One too many", reference="C-1", granted_on=date(2026, 3, 1),
            corrects=Correction(billed.pk, corrects.kind, corrects.code),
        )  # fmt: skip
        assert fees() == [10_500, 0, 0]


def test_today_shows_the_flow_of_claims_of_the_employers_that_one_may_see(employer, other_employer):
    at = datetime(2026, 3, 4, 15, tzinfo=UTC)
    home = open_book(employer)[0]
    with employer_scope(employer), clock_at(at):
        register(new_claim(home, ("99213", 9_000), received_at=at), new_claim(home, ("80053", 9_000), received_at=at))
        decide_waiting(employer_id=employer.pk)
    outbox.drain()
    outbox.drain()
    counts = day_counts.counts_since(date(2026, 3, 4), [employer.pk])
    assert counts[date(2026, 3, 4), "received"] == 2
    assert counts.get((date(2026, 3, 4), "decided"), 0) + counts.get((date(2026, 3, 4), "pended"), 0) == 2
    assert day_counts.counts_since(date(2026, 3, 4), [other_employer.pk]) == {}
    assert DayCount.objects.filter(employer_id=employer.pk, measure="received").get().count == 2
    flow = flow_of(counts, date(2026, 3, 5))
    assert (len(flow), flow[-1].received, flow[-2].received, flow[0].day) == (FLOW_DAYS, 0, 2, date(2026, 2, 4))
    with clock_at(at):
        assert (
            '<th scope="row">2026-03-04</th><td class="num">2</td>'
            in desk_as("examiner").get("/desk/").content.decode()
        )
        stranger = desk_as("finance", other_employer)
        assert '<th scope="row">2026-03-04</th><td class="num">0</td>' in stranger.get("/desk/").content.decode()
