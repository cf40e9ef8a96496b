"""Subrogation at the desk: opened at the claim, asked, answered, settled, money in, closed."""

import pytest

from tenants.scope import employer_scope
from tests.web.operator.desk import desk_as, page_of, root
from tests.workflows.claim_stories import open_book
from tests.workflows.test_subrogation import looked_at
from tpa.books.claims.subrogating import SubrogationCase, SubrogationRecovery
from tpa.books.ledger import selectors as ledger


@pytest.fixture
def claim(employer):
    (home,) = open_book(employer)
    with employer_scope(employer):
        return looked_at(employer, home)


def text_of(answer):
    return answer.content.decode()


def test_from_the_claim_to_the_money_in_the_fund(employer, claim):
    desk, finance = desk_as("examiner"), desk_as("finance")
    page = page_of(employer, "claims", "clm", claim)
    assert "Open the subrogation case" in text_of(desk.get(page))
    opened = desk.post(f"{page}pursue/", follow=True)
    assert "Lien: $147.00" in text_of(opened)
    (case,) = opened.redirect_chain[-1][:1]
    assert case in text_of(desk.get(f"{root(employer)}subrogation/"))
    desk.post(f"{case}ask/", {"on": "2026-04-01"})
    told = {"on": "2026-04-02", "answers": "A red car.", "liable": "Red Motor", "fee_terms": "shared"}
    assert "Red Motor" in text_of(desk.post(f"{case}answer/", told, follow=True))
    settled = {"on": "2026-06-01", "settlement": "1000", "fee": "400"}
    # Of the fee of 400.00 the plan bears 14.7 %: 58.80.
    assert "$88.20 for the plan" in text_of(desk.post(f"{case}settle/", settled, follow=True))
    money = {"on": "2026-06-02", "amount": "88.20", "reference": "check 7"}
    assert desk.post(f"{case}receive/", money).status_code == 404
    assert "check 7" in text_of(finance.post(f"{case}receive/", money, follow=True))
    assert "Nobody else" in text_of(desk.post(f"{case}close/", {"note": "Nobody else."}, follow=True))
    with employer_scope(employer):
        assert SubrogationCase.objects.get().state == "closed"
        assert ledger.balance("4200") == -8_820


@pytest.mark.parametrize(
    ("action", "sent", "told"),
    [
        ("ask", {"on": "2026-02-30"}, "is no day"),
        ("settle", {"on": "2026-06-01", "settlement": "1,000"}, "is not an amount"),
        ("settle", {"on": "2026-06-01", "settlement": "5", "fee": "6"}, "more than the settlement"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_noted(employer, claim, action, sent, told):
    desk = desk_as("examiner")
    case = desk.post(f"{page_of(employer, 'claims', 'clm', claim)}pursue/", follow=True).redirect_chain[-1][0]
    assert told in text_of(desk.post(f"{case}{action}/", sent, follow=True))
    money = {"on": "2026-06-02", "amount": "147.01", "reference": "x"}
    assert "cannot have come in" in text_of(desk_as("finance").post(f"{case}receive/", money, follow=True))
    with employer_scope(employer):
        case = SubrogationCase.objects.get()
        assert (case.asked_on, case.settlements.count()) == (None, 0)
        assert not SubrogationRecovery.objects.exists()
