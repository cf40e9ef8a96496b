"""Enrol, claim, take back, fund, pay, void, clear, recover, close, reopen in any order: the books agree with plain ones."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.journeys.reference import SPECIFIC, Person, Reference
from tests.workflows import stories
from tests.workflows.claim_stories import LONG_AGO, enrol, new_claim, open_clinic, register
from tests.workflows.test_ripple import PLAN
from tpa.books.claims.models import Decision
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger.errors import MonthClosedError
from tpa.books.payments.errors import RunOvertakenError, RunStateError
from tpa.books.payments.models import Payment
from tpa.books.plans import services as plans
from tpa.books.stoploss.errors import FilingError
from tpa.engine.journal.accounts import (
    CASH,
    CLAIMS_FUNDED,
    CLAIMS_PAYABLE,
    EMPLOYER_DEPOSITS,
    FUNDING_INVOICED,
    FUNDING_RECEIVABLE,
    OUTSTANDING_PAYMENTS,
    PROVIDER_RECEIVABLE,
    STOP_LOSS_PAYABLE,
    STOP_LOSS_RECEIVABLE,
)
from tpa.infra.clock import clock_at
from tpa.kernel.errors import SecondPersonError
from tpa.kernel.periods import add_months
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.close import close_month, reopen_month
from tpa.workflows.corrections import apply_correction, preview_claims
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_lives import Item, clear_payments, void_payment
from tpa.workflows.payment_run import approve_payments, release_payments, run_payments
from tpa.workflows.proof import verify_books
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_overpayments import pay_back
from tpa.workflows.stop_loss_sweep import sweep

MARCH = date(2026, 3, 1)
ANA, BEN = 7, 8
MUCH = 10**9
ALONE_UP_TO = 150_000
MOST_PEOPLE, MOST_CLAIMS = 3, 28
CHARGES = st.sampled_from([1, 4_999, 49_999, 50_000, 50_001, 120_003, 250_000])
NUMBERS = st.integers(0, 1_000)


EXPLAINED = {
    "claims_funded": "To be paid again",
    "bank": "Seen at the bank",
    "stop_loss_engine": "Swept after the month's end",
}
"""What a person may say of a month that is closed in one go."""


class Books(RuleBasedStateMachine):
    """One employer from the end of March 2026 on; every step is taken in the platform and in the reference."""

    employer = None

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now, self.count = stories.at(2026, 3, 30), 0
        self.plain = Reference()
        self.homes = {}
        self.closed_before, self.reopened = MARCH, 0

    @initialize()
    def open_books(self):
        open_clinic(self.employer)
        stories.agree(self.employer, starts_on=MARCH)
        self.contract_id = stories.insure(self.employer, {"deductible_cents": SPECIFIC}, year=2026).contract_id
        self.plan = plans.create_plan(code="P", name="P", line="medical", at=LONG_AGO)
        version = plans.draft_version(
            plan_id=self.plan.pk, text=PLAN, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO
        )
        plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
        self.enrol()
        self.deposit(cents=400_000, is_told_twice=False)

    def teardown(self):
        if self.homes:
            with self.clock():
                assert verify_books(employer_id=self.employer.pk).faults == []
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def clock(self):
        self.now += timedelta(minutes=1)
        return clock_at(self.now)

    @property
    def today(self):
        return self.now.date()

    # Steps

    @precondition(lambda self: len(self.homes) < MOST_PEOPLE)
    @rule()
    def enrol(self):
        home = enrol(self.employer, self.plan.pk, people=1, first=len(self.homes) + 1)[0]
        self.homes[home.member_ids[0]] = home
        self.plain.people[home.member_ids[0]] = Person()

    @precondition(lambda self: self.count < MOST_CLAIMS)
    @rule(who=NUMBERS, charge=CHARGES)
    def claim(self, who, charge):
        person = list(self.homes)[who % len(self.homes)]
        self.count += 1
        # A day of its own for every claim, so that none is the duplicate of another.
        on = date(2026, 3, self.count)
        new = new_claim(self.homes[person], ("99213", charge), on=on, ref=f"{self.count}", received_at=self.now)
        with self.clock():
            (key,) = register(new)
            decide_waiting(employer_id=self.employer.pk)
        self.plain.decide(person, key, charge)

    @precondition(lambda self: self.plain.standing())
    @rule(which=NUMBERS)
    def take_back(self, which):
        standing = self.plain.standing()
        person, claim = standing[which % len(standing)]
        with self.clock():
            shown = preview_claims(claim_ids=[claim], why="entry_error", note="", by="ana", take_back=True)
            apply_correction(correction_id=shown.pk, signature=shown.signature, by="ben", alone_up_to_cents=MUCH)
        self.plain.take_back(person, claim)

    @rule(days=st.sampled_from([1, 9]))
    def wait(self, days):
        self.now += timedelta(days=days)

    @rule(cents=st.sampled_from([1, 30_000, 80_001, 400_000]), is_told_twice=st.booleans())
    def deposit(self, cents, is_told_twice):
        with self.clock():
            for _ in range(1 + is_told_twice):
                receive_deposit(purpose="fund", received_on=self.today, cents=cents, reference=f"W{self.now}")
        self.plain.deposits += cents

    @rule()
    def pay(self):
        order = list(Decision.objects.order_by("decided_at", "id").values_list("claim_id", "version"))
        expected = self.plain.plan(order)
        known = set(Payment.objects.values_list("pk", flat=True))
        with self.clock():
            run = run_payments(person_id=ANA)
            if run is not None and run.state == "proposed":
                assert run.paid_cents > ALONE_UP_TO
                for step in (approve_payments, release_payments):
                    with pytest.raises((SecondPersonError, RunStateError)):
                        step(run_id=run.pk, person_id=ANA)
                approve_payments(run_id=run.pk, person_id=BEN)
                release_payments(run_id=run.pk, person_id=BEN)
        made = Payment.objects.exclude(pk__in=known)
        assert [one.amount_cents for one in made] == ([] if expected is None else [expected.amount])
        for one in made:
            expected.number = one.number
            self.plain.issue(one.pk, expected)

    @precondition(lambda self: self.plain.payments)
    @rule(which=NUMBERS)
    def void(self, which):
        key, paid = list(self.plain.payments.items())[which % len(self.plain.payments)]
        with self.clock():
            if self.plain.may_void(paid):
                void_payment(payment_id=key, person_id=BEN, reason="lost")
                self.plain.void(paid)
            else:
                with pytest.raises((RunStateError, RunOvertakenError)), transaction.atomic():
                    void_payment(payment_id=key, person_id=BEN, reason="lost")

    @precondition(lambda self: self.plain.payments)
    @rule(which=NUMBERS)
    def clear(self, which):
        paid = list(self.plain.payments.values())[which % len(self.plain.payments)]
        with self.clock():
            (found,) = clear_payments(items=[Item(paid.number, paid.amount, self.today)])
        may = paid.state == "issued" and paid.amount
        assert (found.outcome == "cleared") == bool(may)
        if may:
            paid.state = "cleared"

    @rule(who=NUMBERS, share=st.sampled_from([0, 1, 2, 2]))
    def recover(self, who, share):
        """The carrier accepts nothing, a half, or all."""
        person = list(self.homes)[who % len(self.homes)]
        with self.clock():
            sweep()
            self.plain.sweep()
            requested = self.plain.swept[person] - self.plain.asked.get(person, 0)
            key = {"contract_id": self.contract_id, "kind": "specific", "unit_id": person}
            if requested <= 0:
                with pytest.raises(FilingError), transaction.atomic():
                    file_claim(**key, by="ana")
                return
            filing = file_claim(**key, by="ana")
            assert filing.requested_cents == requested
            accepted = requested * share // 2
            decision = "approved" if accepted == requested else "part" if accepted else "denied"
            record(filing_id=filing.pk, state="filed", on=self.today, by="ana")
            record(filing_id=filing.pk, state=decision, on=self.today, by="ana", cents=accepted)
            self.come(filing.pk, accepted)
        self.plain.ask(person, filing.pk, requested, accepted)

    @precondition(lambda self: self.count < MOST_CLAIMS)
    @rule(who=NUMBERS, share=st.sampled_from([0, 1, 2]))
    def large_claim(self, who, share):
        """It is paid at once, and asked for: chance alone takes these steps in their order too seldom."""
        self.claim(who, 250_000)
        self.deposit(400_000, is_told_twice=False)
        self.pay()
        self.recover(who, share)

    def come(self, filing, cents):
        """The carrier's money comes, and is told twice; it counts once."""
        for _ in range(2 if cents else 0):
            told = {"cents": cents, "reference": f"R{self.now}"}
            record(filing_id=filing, state="received", on=self.today, by="ana", **told)
        if cents:
            post_received(filing_id=filing, on=self.today, by="ana", to="fund")

    @precondition(lambda self: self.plain.may_appeal())
    @rule(which=NUMBERS)
    def win_appeal(self, which):
        may = self.plain.may_appeal()
        person, filing, cents = may[which % len(may)]
        with self.clock():
            record(filing_id=filing, state="appealed", on=self.today, by="ana")
            record(filing_id=filing, state="approved", on=self.today, by="ana")
            self.come(filing, cents)
        self.plain.appeal(person, filing)

    @rule()
    def pay_carrier_back(self):
        with self.clock():
            sweep()
            self.plain.sweep()
            cents = min(-self.plain.carrier_owes(), self.plain.free())
            if cents > 0:
                pay_back(kind="specific", cents=cents, on=self.today, reference=f"B{self.now}", by="ana")
                self.plain.pay_carrier_back(cents)

    @rule()
    def close(self):
        month, following = self.closed_before, add_months(self.closed_before, 1)
        if self.today < following:
            self.now = datetime.combine(following, self.now.timetz())
        with self.clock():
            if not self.reopened:
                invoice = draft_month(month=month)
                approve_invoice(invoice_id=invoice.pk, person_id=ANA)
                issue_invoice(invoice_id=invoice.pk, person_id=BEN)
            close_month(month=month, person_id=ANA, explained=EXPLAINED)
            self.plain.sweep()
        self.closed_before, self.reopened = following, 0

    @precondition(lambda self: self.closed_before > MARCH and not self.reopened)
    @rule()
    def reopen(self):
        month = add_months(self.closed_before, -1)
        with self.clock():
            reopen_month(month=month, person_id=BEN, reason="The bank's file was late")
        self.closed_before, self.reopened = month, 1

    @precondition(lambda self: self.closed_before > MARCH)
    @rule()
    def deposit_too_late(self):
        with self.clock(), pytest.raises(MonthClosedError), transaction.atomic():
            receive_deposit(
                purpose="fund",
                received_on=self.closed_before - timedelta(days=1),
                cents=5,
                reference=f"late {self.now}",
            )

    # After every step

    @invariant()
    def the_books_agree(self):
        plain = self.plain
        wanted = {
            CASH: plain.cash(),
            PROVIDER_RECEIVABLE: plain.receivable(),
            CLAIMS_PAYABLE: plain.payable(),
            CLAIMS_FUNDED: plain.set_aside(),
            OUTSTANDING_PAYMENTS: plain.outstanding(),
            EMPLOYER_DEPOSITS: -plain.free(),
            "5010": plain.expense(),
        }
        held = {row.account.code: row.balance_cents for row in ledger.trial_balance()}
        assert {code: held.get(code, 0) for code in wanted} == wanted
        assert sum(held.values()) == 0
        assert held.get(STOP_LOSS_RECEIVABLE, 0) + held.get(STOP_LOSS_PAYABLE, 0) == plain.carrier_owes()
        assert held.get(FUNDING_RECEIVABLE, 0) + held.get(FUNDING_INVOICED, 0) == 0


def test_the_books_agree_with_plain_ones_whatever_happens(in_employer, settings):
    settings.PAY_ALONE_UP_TO_CENTS = ALONE_UP_TO
    Books.employer = in_employer
    run_state_machine_as_test(
        Books,
        settings=hypothesis_settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
        ),
    )
