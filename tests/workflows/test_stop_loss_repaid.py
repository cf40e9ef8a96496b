"""What the carrier owes anew after it got its money back is filed, and comes: the new amount, once."""

from datetime import date
from functools import partial

import pytest
from django.db import transaction

from tests.workflows import stories
from tests.workflows.test_payment_lives import ANA, DAY, home, take_back  # noqa: F401
from tests.workflows.test_ripple import claim, decide, sound
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.models import CarriedBalance
from tpa.books.stoploss import at_risk, selectors, services
from tpa.books.stoploss.errors import FilingError
from tpa.books.stoploss.models import Filing, Overpayment
from tpa.books.stoploss.overpaid import in_turn, overpaid, owed_back
from tpa.engine.journal.accounts import CASH, STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.infra import clock
from tpa.infra.clock import clock_at
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_run import run_payments
from tpa.workflows.receivables import ask_back, receive_refund
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_overpayments import pay_back
from tpa.workflows.stop_loss_sweep import sweep

JUNE = date(2025, 6, 30)
WHO = "sl@tpa.example"
repay = partial(pay_back, kind="specific", by=WHO)


def collect(contract_id, unit_id, on, reference):
    """What is open is filed, approved and received."""
    filing = file_claim(contract_id=contract_id, kind="specific", unit_id=unit_id, by=WHO)
    step = partial(record, filing_id=filing.pk, on=on, by=WHO)
    step(state="filed")
    step(state="approved")
    step(state="received", cents=filing.requested_cents, reference=reference)
    post_received(filing_id=filing.pk, on=on, by=WHO, to="fund")
    return filing


def refused(contract_id, unit_id):
    """Whether there is nothing to file; if so, nothing is stored."""
    count = Filing.objects.count()
    with pytest.raises(FilingError, match=r"owes nothing|Nothing that counts"), transaction.atomic():
        file_claim(contract_id=contract_id, kind="specific", unit_id=unit_id, by=WHO)
    return Filing.objects.count() == count


def carrier():
    """What the carrier owes, and what it is owed."""
    return ledger.balance(STOP_LOSS_RECEIVABLE), -ledger.balance(STOP_LOSS_PAYABLE)


def test_what_is_owed_anew_after_a_repayment_is_filed_and_comes(in_employer, home):  # noqa: F811
    contract_id = stories.insure(in_employer, {"deductible_cents": 1_800_000}, year=2026).contract_id
    person = home.member_ids[0]

    def to_file():
        return [one.cents for one in at_risk.risks(in_employer.pk, DAY) if one.what == "file_by"]

    receive_deposit(purpose="fund", cents=2_000_000, reference="D2", received_on=DAY)
    _, visit = decide(in_employer, claim(home, 2_000_000, 1), claim(home, 300_000, 2))  # 18,000.00 and 3,000.00
    run_payments()
    sweep()
    assert collect(contract_id, person, DAY, "WIRE-1").requested_cents == 300_000
    take_back(visit)
    ask_back(claim_id=visit, person_id=ANA)
    receive_refund(
        balance_id=CarriedBalance.objects.get().pk, cents=300_000, received_on=DAY, reference="C 1", person_id=ANA
    )
    sweep()
    assert carrier() == (0, 300_000)
    repay(cents=300_000, on=DAY, reference="BACK-1")
    assert (carrier(), to_file(), refused(contract_id, person)) == ((0, 0), [], True)

    decide(in_employer, claim(home, 200_000, 3))
    run_payments()
    sweep()
    assert (carrier(), to_file()) == ((200_000, 0), [200_000])
    cash = ledger.balance(CASH)
    filing = collect(contract_id, person, DAY, "WIRE-2")
    assert (filing.number, filing.requested_cents, filing.eligible_cents) == (2, 200_000, 2_000_000)
    form = filing.document["form"]
    told = {"label": "Requested by this filing", "value": "2000.00"}
    assert form["requested"] == "2000.00" and told in form["rows"]
    assert (carrier(), ledger.balance(CASH) - cash) == ((0, 0), 200_000)
    assert (to_file(), refused(contract_id, person)) == ([], True), "not twice"
    assert sound(in_employer)


@pytest.fixture
def two(in_employer):
    """3,000.00 and 1,000.00 came for two people, and what was paid for them is taken back."""
    contract_id = stories.insure(in_employer, {"deductible_cents": 1_000_000}).contract_id
    people, day = stories.enrol("EE", count=2), date(2025, 3, 1)
    paid = [stories.decide(one, cents, day) for one, cents in zip(people, (1_300_000, 1_100_000), strict=True)]
    for decision in paid:
        stories.pay(decision, day)
    with clock_at(stories.at(2025, 6, 30)):
        sweep()
        for person in people:
            collect(contract_id, person.pk, JUNE, f"WIRE-{person.pk}")
        for decision in paid:
            stories.reverse(decision, JUNE)
        sweep()
        yield contract_id, people


def test_one_payment_to_the_carrier_gives_back_what_came_for_several_people(two):
    contract_id, (first, second) = two
    assert owed_back("specific") == {(contract_id, first.pk): 300_000, (contract_id, second.pk): 100_000}
    of_second = (contract_id, second.pk)
    with pytest.raises(FilingError, match="are owed back"), transaction.atomic():
        repay(cents=100_001, on=JUNE, reference="BACK-1", of=of_second)
    repay(cents=40_000, on=JUNE, reference="BACK-1", of=of_second)
    rows = repay(cents=359_999, on=JUNE, reference="BACK-2")
    assert [(row.unit_id, row.cents) for row in rows] == [(first.pk, -300_000), (second.pk, -59_999)]
    assert repay(cents=359_999, on=JUNE, reference="BACK-2") == rows, "told twice, counted once"
    for wrong in ({"cents": 360_000}, {"cents": 359_999, "of": of_second}):
        with pytest.raises(FilingError, match="recorded already"), transaction.atomic():
            repay(on=JUNE, reference="BACK-2", **wrong)
    assert (carrier(), owed_back("specific"), overpaid("specific")) == ((0, 1), {of_second: 1}, {of_second: 1})
    for person in (first, second):
        assert refused(contract_id, person.pk)
        stories.pay(stories.decide(person, 1_200_000, JUNE), JUNE)
    sweep()
    # Of the second person's 2,000.00 one cent is with the employer still.
    asked = [collect(contract_id, one.pk, JUNE, f"AGAIN-{one.pk}").requested_cents for one in (first, second)]
    assert (asked, carrier()) == ([200_000, 199_999], (0, 0))
    assert [refused(contract_id, one.pk) for one in (first, second)] == [True, True]
    assert ledger.faults() == []


def test_a_debt_of_nobody_finds_whose_it_is_and_a_carriers_error_is_not_asked_for_again(two):
    contract_id, (first, second) = two
    of_first, of_second = (contract_id, first.pk), (contract_id, second.pk)
    old = {of_first: -300_000, of_second: -100_000, (None, None): 400_000}
    services.write_overpayments(kind="specific", shares=old, on=JUNE, now=clock.now())
    assert owed_back("specific") == {(None, None): 400_000}
    assert [(row.unit_id, row.cents) for row in repay(cents=300_000, on=JUNE, reference="B")] == [(first.pk, -300_000)]
    assert owed_back("specific") == {of_second: 100_000}

    # 1,000.00 are owed for the first person: what the second's overpayment is set off against. The carrier sends 5.00 more.
    stories.pay(stories.decide(first, 1_100_000, JUNE), JUNE)
    sweep()
    assert (carrier(), owed_back("specific")) == ((0, 0), {})
    filing = collect(contract_id, first.pk, JUNE, "WIRE-3")
    record(filing_id=filing.pk, state="received", on=JUNE, by=WHO, cents=500, reference="WIRE-4")
    assert owed_back("specific") == {of_first: 500, of_second: 100_000}
    repay(cents=500, on=JUNE, reference="B-2", of=of_first)
    assert refused(contract_id, first.pk)
    assert (carrier(), sum(Overpayment.objects.values_list("cents", flat=True))) == ((0, 100_000), 100_000)


def test_a_repayment_is_taken_off_the_last_advance_before_what_was_filed():
    asked = selectors.Asked().filed(300, None).filed(400, 300)
    assert [asked.paid_back(cents) for cents in (399, 400, 401)] == [
        selectors.Asked(300, ((300, 1),)),
        selectors.Asked(300),
        selectors.Asked(299),
    ]
    assert asked.paid_back(400).of(300) == 300, "what was filed is not asked for again"
    assert asked.paid_back(100).of(700) == 600


def test_each_gets_its_own_in_turn_and_the_rest_is_nobodys():
    there = {(1, 7): 300, (1, 8): 100}
    assert in_turn(there, 299) == {(1, 7): 299}
    assert in_turn(there, 300) == {(1, 7): 300}
    assert in_turn(there, 301) == {(1, 7): 300, (1, 8): 1}
    assert in_turn(there, 401) == {(1, 7): 300, (1, 8): 100, (None, None): 1}
