"""Interest on claims paid late, where the agreement promises it: paid, told, booked and billed by itself, never a claim's."""

from datetime import UTC, date, datetime

import pytest

from tenants.scope import desk_scope
from tests.workflows.stories import insure
from tests.workflows.test_payment_files import content, faultless, told
from tests.workflows.test_payment_lives import ANA, BEN, take_back, terms
from tests.workflows.test_ripple import claim, decide, live, open_plan, pay_all, sound
from tpa.books.agreements.models import AsoAgreement
from tpa.books.agreements.selectors import late_payment_on
from tpa.books.claims.models import ClockStep, Pend
from tpa.books.ledger import selectors as ledger
from tpa.books.payments.errors import RunOvertakenError
from tpa.books.payments.models import ClaimPayment, Payment
from tpa.books.stoploss.selectors import exposures
from tpa.engine.journal.accounts import INTEREST_EXPENSE, OUTSTANDING_PAYMENTS
from tpa.infra.clock import clock_at
from tpa.infra.employers import open_employer
from tpa.workflows.close import prove_month
from tpa.workflows.eobs import eob
from tpa.workflows.funding_requests import funding_standing
from tpa.workflows.late_interest import interest_due
from tpa.workflows.month_end import draft_month
from tpa.workflows.payment_lives import void_payment
from tpa.workflows.payment_run import approve_payments, propose_payments, release_payments, run_payments

CLINIC_CLAIM = 100_000
# 1,000.00 less the deductible of 500.00 and a fifth of the rest; at 18.25 % a year they earn 20 cents a day.
PAID = 40_000


def may(day):
    """Claims came on April 1; interest runs from May 2."""
    return clock_at(datetime(2026, 5, day, 15, tzinfo=UTC))


@pytest.fixture
def home(in_employer):
    home = open_plan(in_employer)[0]
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(late_payment_terms={"days": 30, "rate_bp": 1825})
    with clock_at(datetime(2026, 4, 2, 15, tzinfo=UTC)):
        pay_all()
        terms(first_check_number=5000)
        yield home


def due(key):
    """What the claim earns if it is paid on May 11."""
    promise = late_payment_on(open_employer().pk, date(2026, 5, 11))
    found = interest_due({key: PAID}, promise, on=date(2026, 5, 11))
    return found[key].cents if found else 0


def interest():
    return ledger.balance(INTEREST_EXPENSE)


def test_a_late_claim_is_paid_with_interest_which_everybody_sees_beside_it(in_employer, home):
    insure(in_employer, {"deductible_cents": PAID}, year=2026)
    (key,) = decide(in_employer, claim(home, CLINIC_CLAIM, 1))
    with may(11):
        assert funding_standing().request.candidate_cents == PAID + 200
        run = run_payments()
        (payment,) = Payment.objects.all()
        assert (run.paid_cents, payment.amount_cents) == (PAID + 200, PAID + 200)
        assert payment.amounts == [["interest", 200], ["medical", PAID]]
        (part,) = payment.claims.all()
        assert (part.amount_cents, part.interest_cents, part.days_late) == (PAID, 200, 10)
        assert (interest(), -ledger.balance(OUTSTANDING_PAYMENTS)) == (200, PAID + 200)
        assert ledger.balance("5010") == PAID
        (data,) = content("835")
        faultless(data)
        assert told(data, "BPR")[0].split("*")[2] == "402"
        assert told(data, "AMT", "PLB")[:1] == ["AMT*I*2"]
        assert told(data, "PLB") == [f"PLB*{payment.payee_npi}*20261231*L6:{payment.number}*-2"]
        shown = eob(employer=in_employer, decision_id=live(key).pk)
        assert (shown["plan_paid_cents"], shown["interest_cents"]) == (PAID, 200)
        # A deductible of what was paid for the claim: interest does not reach above it.
        ((_, exposure),) = exposures(in_employer.pk, payment.issued_on)
        assert (exposure.specific.units[0].eligible_cents, exposure.specific.units[0].excess_cents) == (PAID, 0)
        assert {one.code: one.proves for one in prove_month(month=payment.issued_on)}["interest"]
    with clock_at(datetime(2026, 6, 2, 15, tzinfo=UTC)):
        lines = [
            (one.kind, one.code, one.cents) for one in draft_month(month=payment.issued_on.replace(day=1)).lines.all()
        ]
    assert lines == [("claims", "medical", PAID), ("claims", "interest", 200)]
    assert sound(in_employer)


def test_voided_it_is_reckoned_anew_and_taken_back_it_is_owed_back(in_employer, home):
    (key,) = decide(in_employer, claim(home, CLINIC_CLAIM, 1))
    with may(11):
        run_payments()
        void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
        assert (interest(), ledger.balance(OUTSTANDING_PAYMENTS)) == (0, 0)
    with may(13):
        run_payments()
        assert interest() == 240
    with may(14):
        take_back(key)
        run_payments()
    zero = Payment.objects.order_by("-id")[0]
    assert (zero.amount_cents, [one.cents for one in zero.carried.all()]) == (0, [PAID + 240])
    assert [(one.amount_cents, one.interest_cents) for one in zero.claims.all()] == [(-PAID, -240)]
    # The clinic owes all of it.
    assert (interest(), ledger.balance("1200")) == (0, PAID + 240)
    faultless(content("835")[-1])
    assert sound(in_employer)


def test_a_run_is_released_with_the_interest_that_was_approved_or_not_at_all(in_employer, home):
    terms(alone_up_to_cents=1)
    decide(in_employer, claim(home, CLINIC_CLAIM, 1))
    with may(11):
        run = propose_payments(person_id=ANA)
        approve_payments(run_id=run.pk, person_id=BEN)
    with may(12), pytest.raises(RunOvertakenError, match="has grown"):
        release_payments(run_id=run.pk, person_id=BEN)
    assert (Payment.objects.get().state, interest()) == ("proposed", 0)
    with may(11):
        release_payments(run_id=run.pk, person_id=BEN)
    assert interest() == 200


def test_the_days_count_from_when_the_claim_was_complete(in_employer, home):
    (key,) = decide(in_employer, claim(home, CLINIC_CLAIM, 1))
    with may(11):
        today = date(2026, 5, 11)
        assert due(key) == 200
        step = ClockStep(claim_id=key, kind="supplied", at=live(key).decided_at, on=today.replace(day=5, month=4),
                         detail="records", recorded_at=live(key).decided_at, recorded_by="ana")  # fmt: skip
        step.save()
        assert due(key) == 120
        waited = {"claim_id": key, "family_id": home.family_id, "member_id": home.member_ids[0], "queue": "cob",
                  "reasons": [], "raised_at": live(key).decided_at, "due_on": today}  # fmt: skip
        came = datetime(2026, 4, 9, 15, tzinfo=UTC)
        Pend.objects.create(code="review_amount", resolution="resolved", resolved_at=came, **waited)
        assert due(key) == 120
        Pend.objects.create(code="other_coverage", resolution="resolved", resolved_at=came, **waited)
        assert due(key) == 40
        with desk_scope():
            AsoAgreement.objects.filter(employer=in_employer).update(late_payment_terms={})
        assert due(key) == 0
        run_payments()
    assert (ClaimPayment.objects.get().interest_cents, interest()) == (0, 0)
