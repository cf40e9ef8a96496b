"""Funding requests: what each model asks for, deposits that answer them in part and beyond, release, alerts, refusals."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.scope import desk_scope
from tests.workflows import stories
from tests.workflows.claim_stories import RECEIVED, new_claim, open_book, register
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding import requests
from tpa.books.funding.errors import NothingToAskFor, RequestStateError
from tpa.books.funding.models import Deposit
from tpa.books.funding.request_models import DepositUse, FundingRequest
from tpa.books.payments.models import ClaimPayment
from tpa.infra import outbox
from tpa.infra.clock import clock_at
from tpa.infra.models import WorkItem
from tpa.kernel.errors import NotFoundError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.funding_requests import (
    ask_employer,
    funding_standing,
    prepare_request,
    release_request,
    watch_requests,
    withdraw_request,
)
from tpa.workflows.payment_run import run_payments

TODAY = date(2026, 4, 1)
# The plan pays 150.00 less a copay of 35.00 for the visit, 40.00 less 20 % for the test.
VISIT = (("99213", 20_000), ("80053", 4_000))
VISIT_PAID = 11_500 + 3_200


@pytest.fixture
def homes(in_employer):
    found = open_book(in_employer, count=3)
    stories.agree(in_employer)
    register(*(new_claim(home, *VISIT, ref=f"v{n}") for n, home in enumerate(found)))
    decide_waiting(employer_id=in_employer.pk)
    with clock_at(RECEIVED):
        yield found


def agreed(employer, model, **terms):
    with desk_scope():
        AsoAgreement.objects.filter(employer=employer).update(funding_model=model, funding_terms=terms)


def asked(person_id=7):
    return ask_employer(request_id=prepare_request(person_id=person_id).pk, person_id=person_id)


def deposit(cents, reference="wire-1", **named):
    return receive_deposit(purpose="fund", received_on=TODAY, cents=cents, reference=reference, **named)


def states():
    return list(FundingRequest.objects.order_by("id").values_list("state", flat=True))


def test_per_run_the_claims_are_asked_for_and_paid_on_receipt(in_employer, homes):
    agreed(in_employer, "per_run")
    deposit(VISIT_PAID, "before")
    request = asked()
    assert (request.ledger_balance_cents, request.candidate_cents) == (VISIT_PAID, 3 * VISIT_PAID)
    assert (request.requested_cents, request.held_cents, request.held_count) == (2 * VISIT_PAID, 2 * VISIT_PAID, 2)
    assert (request.state, request.due_on) == ("requested", TODAY + timedelta(5))
    assert not ClaimPayment.objects.exists()
    deposit(2 * VISIT_PAID)
    request.refresh_from_db()
    assert (request.state, request.received_on, request.released_on) == ("released", TODAY, TODAY)
    assert ClaimPayment.objects.count() == 3
    with pytest.raises(NothingToAskFor):
        prepare_request()


@pytest.mark.parametrize(("short", "state"), [(1, "requested"), (0, "released"), (-1, "released")])
def test_a_request_is_received_with_its_last_cent_and_what_is_too_much_stays_in_the_fund(
    in_employer, homes, short, state
):
    agreed(in_employer, "per_run")
    request = asked()
    deposit(3 * VISIT_PAID - short)
    request.refresh_from_db()
    assert (request.state, request.open_cents) == (state, max(0, short))
    assert DepositUse.objects.get().cents == min(3 * VISIT_PAID, 3 * VISIT_PAID - short)


def test_parts_answer_a_request_and_one_deposit_several(in_employer, homes):
    agreed(in_employer, "imprest", minimum_cents=10_000)
    first = asked()
    assert (first.needed_cents, first.top_up_cents) == (3 * VISIT_PAID, 10_000)
    register(new_claim(homes[0], *VISIT, on=date(2026, 3, 24), ref="late"))
    decide_waiting(employer_id=in_employer.pk)
    second = asked()
    assert second.requested_cents == VISIT_PAID
    deposit(1_000)
    deposit(3 * VISIT_PAID + 9_000 + 500, "wire-2")
    assert [one.open_cents for one in requests.requests()] == [VISIT_PAID - 500, 0]
    assert states() == ["received", "requested"]
    assert not ClaimPayment.objects.exists()
    release_request(request_id=first.pk, person_id=7)
    assert states() == ["released", "requested"]
    assert ClaimPayment.objects.count() == 3


def test_a_deposit_of_just_the_amount_answers_that_request_and_a_named_one_goes_first(in_employer, homes):
    agreed(in_employer, "imprest")
    asked()
    register(new_claim(homes[0], *VISIT, on=date(2026, 3, 24), ref="late"))
    decide_waiting(employer_id=in_employer.pk)
    asked()
    deposit(VISIT_PAID)
    assert states() == ["requested", "received"]
    register(new_claim(homes[1], *VISIT, on=date(2026, 3, 25), ref="later"))
    decide_waiting(employer_id=in_employer.pk)
    third = asked()
    deposit(VISIT_PAID + 1, "wire-2", request_id=third.pk)
    assert states() == ["requested", "received", "received"]
    assert FundingRequest.objects.earliest("id").received_cents == 1


def test_a_deposit_that_names_a_request_that_does_not_wait_is_refused_and_not_recorded(in_employer, homes):
    agreed(in_employer, "per_run")
    prepared = prepare_request()
    for key, refusal in ((prepared.pk, RequestStateError), (99_999, NotFoundError)):
        with pytest.raises(refusal), transaction.atomic():
            deposit(100, request_id=key)
    assert not Deposit.objects.exists()


def test_a_request_prepared_anew_takes_the_place_of_the_one_before_and_one_is_withdrawn(in_employer, homes):
    agreed(in_employer, "per_run")
    first, second = prepare_request(), prepare_request()
    assert (states(), second.number) == (["withdrawn", "prepared"], f"{in_employer.code.upper()}-F0002")
    for step in (ask_employer, release_request):
        with pytest.raises(RequestStateError):
            step(request_id=first.pk)
    ask_employer(request_id=second.pk)
    withdraw_request(request_id=second.pk, note="Asked for by telephone")
    assert states() == ["withdrawn", "withdrawn"]
    asked()
    deposit(1)
    with pytest.raises(RequestStateError):
        withdraw_request(request_id=FundingRequest.objects.latest("id").pk, note="")


def test_level_deposits_are_asked_for_month_by_month_and_what_they_do_not_cover_is_short(in_employer, homes):
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(starts_on=date(2026, 3, 1))
    agreed(in_employer, "level", monthly_cents=10_000)
    request = asked()
    assert (request.requested_cents, request.held_cents) == (20_000, 3 * VISIT_PAID)
    assert funding_standing().request.short_cents == 3 * VISIT_PAID - 20_000
    deposit(20_000)
    assert (states(), funding_standing().request.requested_cents) == (["received"], 0)
    with clock_at(RECEIVED + timedelta(days=30)):
        assert funding_standing().request.requested_cents == 10_000


def test_budgeted_deposits_follow_the_enrolment_of_each_month(in_employer, homes):
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(starts_on=date(2026, 3, 1))
    agreed(in_employer, "budgeted", rates_cents={"EE": 30_000, "EF": 80_000})
    assert prepare_request().requested_cents == 2 * 3 * 80_000


def test_in_arrears_the_float_is_asked_for_and_as_checks_clear_nothing_before(in_employer, homes):
    """What a request says is held is what a run would hold: in arrears until the float is there, unless agreed otherwise."""
    agreed(in_employer, "arrears", float_cents=50_000)
    request = asked()
    assert (request.requested_cents, request.held_cents) == (50_000, 3 * VISIT_PAID)
    agreed(in_employer, "as_cleared")
    with pytest.raises(NothingToAskFor):
        prepare_request()
    assert funding_standing().request.held_cents == 0
    run = run_payments()
    assert (run.paid_cents, run.held_count) == (3 * VISIT_PAID, 0)


def test_what_waits_too_long_and_what_the_carrier_may_not_reimburse_comes_before_the_desk(in_employer, homes):
    stories.insure(in_employer, specific={"deductible_cents": 2_500_000}, run_out_months=3, year=2026)
    agreed(in_employer, "per_run")
    asked()
    assert (watch_requests(), funding_standing().at_risk_cents) == (0, 0)
    with clock_at(RECEIVED + timedelta(days=5)):
        assert watch_requests() == 0
    with clock_at(RECEIVED + timedelta(days=6)):
        assert watch_requests() == 1
    # The contract takes payments until 2027-03-31; money takes five days to come.
    for day, risk, left in (
        (date(2027, 3, 26), 0, 5), (date(2027, 3, 27), 3 * VISIT_PAID, 4),
        (date(2027, 3, 31), 3 * VISIT_PAID, 0), (date(2027, 4, 1), 3 * VISIT_PAID, -1),
    ):  # fmt: skip
        with clock_at(stories.at(day.year, day.month, day.day)):
            standing = funding_standing()
            assert (standing.at_risk_cents, standing.risks[0].alert.days_left) == (risk, left)
    with clock_at(stories.at(2027, 4, 1)):
        assert watch_requests() == 2
        outbox.drain()
        assert set(WorkItem.objects.filter(queue="funding").values_list("amount_cents", flat=True)) == {3 * VISIT_PAID}
        assert WorkItem.objects.filter(title__startswith="Held claims had to be paid by 2027-03-31").count() == 1
        # Decided after that day, it never was the carrier's.
        register(new_claim(homes[0], *VISIT, on=date(2026, 3, 24), ref="late"))
        decide_waiting(employer_id=in_employer.pk)
        assert funding_standing().at_risk_cents == 3 * VISIT_PAID
        deposit(4 * VISIT_PAID)
        assert watch_requests() == 0
        outbox.drain()
        assert not WorkItem.objects.filter(queue="funding").exists()


@pytest.mark.parametrize("change", ["requested_cents = 1", "candidate_count = 9"])
def test_the_database_keeps_what_was_asked_for(in_employer, homes, change):
    agreed(in_employer, "per_run")
    asked()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE funding_fundingrequest SET {change}")
    with pytest.raises(DatabaseError, match="funding_request_amounts"), transaction.atomic():
        FundingRequest.objects.update(received_cents=10**9)
