"""A claim changes after the carrier refused a part of it: the refusal goes with what was refused, whatever comes first."""

from datetime import date
from functools import partial
from itertools import permutations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workflows import stories
from tpa.books.claims.models import Decision
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk
from tpa.books.stoploss.models import Filing, Offset
from tpa.books.stoploss.overpaid import owed_back
from tpa.books.stoploss.services import write_offset
from tpa.engine.journal.accounts import STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY
from tpa.infra.clock import clock_at
from tpa.kernel.periods import month_of
from tpa.workflows.close_checks import checks_of
from tpa.workflows.stop_loss_filings import file_claim, record
from tpa.workflows.stop_loss_overpayments import pay_back
from tpa.workflows.stop_loss_sweep import sweep

JUNE = date(2025, 6, 30)
WHO = "sl@tpa.example"


class Carrier:
    """One person, 3,000.00 above the specific deductible by one claim, filed; it is 30 June 2025."""

    def __init__(self, employer):
        self.employer = employer
        self.contract_id = stories.insure(employer, {"deductible_cents": 1_000_000}).contract_id
        self.person = stories.enrol("EE")[0]
        self.claim = self.pays(1_300_000)
        sweep()
        self.filing = self.files()

    def pays(self, cents):
        decision = stories.decide(self.person, cents, date(2025, 3, 1))
        stories.pay(decision, date(2025, 3, 1))
        return decision

    def files(self):
        filing = file_claim(contract_id=self.contract_id, kind="specific", unit_id=self.person.pk, by=WHO)
        record(filing_id=filing.pk, state="filed", on=JUNE, by=WHO)
        return filing

    def step(self, state, cents=None, filing=None, reference=""):
        key = (filing or self.filing).pk
        record(filing_id=key, state=state, on=JUNE, by=WHO, cents=cents, reference=reference)

    def received(self, cents, reference="W-1"):
        self.step("received", cents, reference=reference)

    def reversed(self, decision=None):
        stories.reverse(decision or self.claim, JUNE)
        sweep()

    def came_back(self, cents):
        """A liable party has paid so much to the plan."""
        write_offset(
            offset=Offset(
                kind="subrogation", reference=f"S-{cents}", line="medical", member_id=self.person.pk, cents=cents,
                family_id=self.person.family_id, incurred_on=date(2025, 3, 1), paid_on=date(2025, 3, 1), known_on=JUNE,
                recorded_at=stories.at(2025, 6, 30), recorded_by=WHO,
            )
        )  # fmt: skip
        sweep()

    def stands(self):
        """(receivable, owed back, income); every book agrees on them."""
        receivable, payable = ledger.balance(STOP_LOSS_RECEIVABLE), -ledger.balance(STOP_LOSS_PAYABLE)
        assert sum(owed_back("specific").values()) == payable
        assert ledger.faults() == []
        (check,) = (one for one in checks_of(self.employer.pk, month_of(JUNE)) if one.code == "stop_loss_engine")
        assert check.proves
        return receivable, payable, -ledger.balance(STOP_LOSS_RECOVERY)

    def to_file(self):
        return [one.cents for one in at_risk.risks(self.employer.pk, JUNE) if one.what == "file_by"]


@pytest.fixture
def carrier(in_employer):
    with clock_at(stories.at(2025, 6, 30)):
        yield Carrier(in_employer)


def test_a_part_was_refused_the_rest_came_and_the_claim_is_reversed(carrier):
    carrier.step("part", 200_000)
    carrier.received(200_000)
    assert carrier.stands() == (0, 0, 200_000)
    carrier.reversed()
    assert carrier.stands() == (0, 200_000, 0)
    pay_back(kind="specific", cents=200_000, on=JUNE, reference="B-1", by=WHO)
    assert (carrier.stands(), carrier.to_file()) == ((0, 0, 0), [])
    # What is paid anew has nothing to do with what was refused: all of it is asked for.
    carrier.pays(1_300_000)
    sweep()
    assert (carrier.stands(), carrier.to_file()) == ((300_000, 0, 300_000), [300_000])
    assert carrier.files().requested_cents == 300_000


@pytest.mark.parametrize(
    ("decided", "came", "expected"),
    [
        ([("denied", 0)], 0, (0, 0, 0)),
        ([("part", 200_000)], 0, (0, 0, 0)),
        ([("part", 200_000)], 150_000, (0, 150_000, 0)),
        ([("part", 200_000), ("appealed", None), ("approved", None)], 300_000, (0, 300_000, 0)),
        ([("part", 200_000), ("appealed", None), ("denied", 0)], 0, (0, 0, 0)),
        ([("denied", 0), ("appealed", None), ("part", 100_000)], 100_000, (0, 100_000, 0)),
    ],
)
def test_what_was_decided_before_the_claim_was_reversed_leaves_what_came(carrier, decided, came, expected):
    for state, cents in decided:
        carrier.step(state, cents)
    if came:
        carrier.received(came)
    carrier.reversed()
    assert (carrier.stands(), carrier.to_file()) == (expected, [])


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (99_999, (0, 0, 200_000)),  # of the 3,000.00 there are 2,000.01, of which 2,000.00 are accepted
        (100_000, (0, 0, 200_000)),
        (100_001, (0, 1, 199_999)),
        (250_000, (0, 150_000, 50_000)),
        (400_000, (0, 200_000, 0)),
    ],
)
def test_a_refund_takes_from_what_was_refused_before_it_takes_from_what_came(carrier, back, expected):
    carrier.step("part", 200_000)
    carrier.received(200_000)
    carrier.came_back(back)
    assert (carrier.stands(), carrier.to_file()) == (expected, [])


def test_the_steps_come_in_every_order_that_there_is(carrier):
    """Refused, received, reduced by 2,500.00, more paid: the same books at the end."""
    steps = {
        "decide": partial(carrier.step, "part", 200_000),
        "come": partial(carrier.received, 200_000),
        "reduce": partial(carrier.came_back, 250_000),
        "pay more": lambda: (carrier.pays(80_000), sweep()),
    }
    ends = set()
    for order in permutations(steps):
        if order.index("decide") < order.index("come"):
            point = transaction.savepoint()
            for name in order:
                steps[name]()
            ends.add((*carrier.stands(), *carrier.to_file()))
            transaction.savepoint_rollback(point)
    # 1,300.00 are above the deductible by then: 700.00 of the 2,000.00 go back.
    assert ends == {(0, 70_000, 130_000)}


def test_refused_then_reversed_then_accepted_on_appeal_and_decided_anew(carrier):
    carrier.step("part", 200_000)
    carrier.received(200_000)
    point = transaction.savepoint()
    carrier.reversed()
    carrier.step("appealed")
    carrier.step("approved")
    carrier.received(100_000, "W-2")
    assert carrier.stands() == (0, 300_000, 0)
    pay_back(kind="specific", cents=300_000, on=JUNE, reference="B-1", by=WHO)
    carrier.pays(1_300_000)
    sweep()
    assert (carrier.stands(), carrier.to_file()) == ((300_000, 0, 300_000), [300_000])
    transaction.savepoint_rollback(point)

    # Decided upward without a reversal between: the refusal stands, and the difference alone is asked for.
    stories.reverse(carrier.claim, JUNE)
    more = stories.decide(carrier.person, 1_350_000, JUNE, again=Decision.objects.latest("id"))
    stories.pay(more, JUNE)
    sweep()
    assert (carrier.stands(), carrier.to_file()) == ((50_000, 0, 250_000), [50_000])
    second = carrier.files()
    carrier.step("approved", filing=second)
    carrier.reversed(more)
    assert carrier.stands() == (0, 200_000, 0)


def test_an_appeal_won_after_the_money_went_back_brings_no_more_than_is_owed(carrier):
    carrier.step("part", 200_000)
    carrier.received(200_000)
    carrier.reversed()
    pay_back(kind="specific", cents=200_000, on=JUNE, reference="B-1", by=WHO)
    carrier.step("appealed")
    carrier.step("approved")
    assert carrier.stands() == (0, 0, 0)
    carrier.received(100_000, "W-2")
    assert carrier.stands() == (0, 100_000, 0)
    pay_back(kind="specific", cents=100_000, on=JUNE, reference="B-2", by=WHO)
    carrier.pays(1_300_000)
    sweep()
    assert (carrier.stands(), carrier.to_file()) == ((300_000, 0, 300_000), [300_000])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM stoploss_refusaltakenback")
    assert Filing.objects.count() == 1
