import itertools
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.scope import desk_scope
from tests.workflows.stories import Killed, at, decide, enrol, insure, killed_at, pay, reverse
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk
from tpa.books.stoploss.models import Receivable, StopLossNotice
from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE, STOP_LOSS_RECOVERY
from tpa.infra import outbox, work_items
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.stop_loss_sweep import sweep, tell_carrier

SPECIFIC = {"deductible_cents": 1_000_000}
JUNE = date(2025, 6, 30)


@pytest.fixture
def person(in_employer):
    return enrol("EE")[0]


def sweep_on(day):
    with clock_at(at(day.year, day.month, day.day)):
        return sweep()


def paid(person, cents, on, **kwargs):
    decision = decide(person, cents, on, **kwargs)
    pay(decision, on)
    return decision


def thresholds():
    return sorted(StopLossNotice.objects.values_list("unit_id", "threshold_bp"))


def history():
    rows = Receivable.objects.order_by("id")
    return list(rows.values_list("kind", "unit_id", "number", "cents", "owed_cents"))


def test_a_claim_reaches_the_specific(in_employer, person):
    insure(in_employer, SPECIFIC)
    first = paid(person, 999_999, date(2025, 3, 1))
    sweep_on(JUNE)
    assert (thresholds(), history()) == ([(person.pk, 5000), (person.pk, 7500), (person.pk, 9000)], [])
    second = paid(person, 250_001, date(2025, 4, 1))
    swept = sweep_on(JUNE)
    assert [notice.threshold_bp for notice in swept.notices] == [10_000]
    assert history() == [("specific", person.pk, 1, 250_000, 250_000)]
    assert Receivable.objects.get().basis == [[second.pk, 250_000]]
    assert StopLossNotice.objects.get(threshold_bp=10_000).basis == [[first.pk, 999_999], [second.pk, 250_001]]
    assert ledger.balance(STOP_LOSS_RECEIVABLE, dimension="specific") == 250_000
    assert ledger.balance(STOP_LOSS_RECOVERY) == -250_000
    assert ledger.faults() == []


@pytest.mark.parametrize(("cents", "found"), [(499_999, 0), (500_000, 1), (749_999, 1), (750_000, 2), (900_000, 3)])
def test_notices_are_due_at_their_thresholds_to_the_cent(in_employer, person, cents, found):
    insure(in_employer, SPECIFIC)
    paid(person, cents, date(2025, 3, 1))
    assert len(sweep_on(JUNE).notices) == found


def test_sweeping_again_adds_nothing_and_a_new_claim_only_its_difference(in_employer, person):
    insure(in_employer, SPECIFIC)
    paid(person, 1_300_000, date(2025, 3, 1))
    sweep_on(JUNE)
    again = sweep_on(JUNE)
    assert (again.notices, again.receivables) == ([], [])
    paid(person, 50_000, date(2025, 4, 1))
    sweep_on(JUNE)
    assert history() == [("specific", person.pk, 1, 300_000, 300_000), ("specific", person.pk, 2, 50_000, 350_000)]
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 350_000


def test_killed_at_any_statement_the_next_sweep_finds_what_is_missing(in_employer, person):
    insure(in_employer, SPECIFIC)
    paid(person, 1_300_000, date(2025, 3, 1))
    deaths = 0
    for n in itertools.count(1):
        try:
            with killed_at(n), transaction.atomic():
                sweep_on(JUNE)
            break
        except Killed:
            deaths += 1
            assert (thresholds(), history()) == ([], [])
            assert not ledger.entries().exists()
    assert deaths > 5
    sweep_on(JUNE)
    assert len(thresholds()) == 4
    assert history() == [("specific", person.pk, 1, 300_000, 300_000)]
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 300_000


def test_a_reversal_takes_the_receivable_back(in_employer, person):
    insure(in_employer, SPECIFIC)
    paid(person, 600_000, date(2025, 2, 1))
    shock = paid(person, 900_000, date(2025, 3, 1))
    sweep_on(JUNE)
    reverse(shock, date(2025, 7, 10))
    sweep_on(date(2025, 7, 9))
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 500_000
    sweep_on(date(2025, 7, 10))
    assert history() == [("specific", person.pk, 1, 500_000, 500_000), ("specific", person.pk, 2, -500_000, 0)]
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 0
    assert len(thresholds()) == 4  # what was told was told


def test_a_decided_claim_gives_notice_before_it_is_paid_and_is_owed_after(in_employer, person):
    insure(in_employer, SPECIFIC)
    decision = decide(person, 5_000_000, date(2025, 6, 1))
    assert [notice.threshold_bp for notice in sweep_on(JUNE).notices] == [5000, 7500, 9000, 10_000]
    assert history() == []
    pay(decision, date(2025, 7, 1))
    sweep_on(date(2025, 7, 1))
    assert history() == [("specific", person.pk, 1, 4_000_000, 4_000_000)]


def test_what_the_specific_will_bear_does_not_count_for_the_group(in_employer, person):
    factors = [{"code": "medical", "factors_cents": {"ALL": 200_000}}]
    insure(in_employer, SPECIFIC, {"factors": factors})
    decide(person, 5_000_000, date(2025, 6, 1))
    assert {notice.unit_id for notice in sweep_on(JUNE).notices} == {person.pk}  # 10,000.00 of 24,000.00


def test_a_lasered_person_has_a_deductible_of_his_own_and_an_excluded_one_none(in_employer, person):
    out, plain = enrol("EE", count=2)
    lasers = [{"unit_id": person.pk, "deductible_cents": 2_500_000}, {"unit_id": out.pk, "excluded": True}]
    insure(in_employer, SPECIFIC | {"lasers": lasers})
    for one in (person, out, plain):
        paid(one, 2_600_000, date(2025, 3, 1))
    sweep_on(JUNE)
    assert sorted(history()) == [
        ("specific", person.pk, 1, 100_000, 100_000),
        ("specific", plain.pk, 1, 1_600_000, 1_600_000),
    ]
    assert {unit for unit, _ in thresholds()} == {person.pk, plain.pk}


def test_a_certificate_counts_the_family_as_one(in_employer, person):
    insure(in_employer, SPECIFIC | {"unit": "certificate"})
    paid(person, 1_100_000, date(2025, 3, 1))
    sweep_on(JUNE)
    assert history() == [("specific", person.family_id, 1, 100_000, 100_000)]


def test_the_aggregating_specific_is_kept_once_for_all(in_employer):
    # Base 100,000; aggregating 50,000; a laser of 250,000 on the third: the carrier bears 200,000 of 250,000.
    people = enrol("EE", count=4)
    laser = [{"unit_id": people[2].pk, "deductible_cents": 25_000_000}]
    insure(in_employer, {"deductible_cents": 10_000_000, "aggregating_cents": 5_000_000, "lasers": laser})
    for one, cents in zip(people, (18_000_000, 9_000_000, 40_000_000, 12_000_000), strict=True):
        paid(one, cents, date(2025, 3, 1))
    sweep_on(JUNE)
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 20_000_000


def test_an_aggregate_that_is_breached_is_owed_when_the_year_is_over(in_employer):
    # 10 lives x 1,000.00 x 12 months = 120,000.00; the specific keeps 200,000.00 of the large claim out.
    people = enrol("EE", count=10)
    insure(
        in_employer,
        {"deductible_cents": 5_000_000},
        {"factors": [{"code": "medical", "factors_cents": {"ALL": 100_000}}]},
    )
    for one in people[:3]:
        paid(one, 4_000_000, date(2025, 5, 1))
    large = paid(people[3], 25_000_000, date(2025, 6, 1))
    swept = sweep_on(JUNE)
    group = [notice for notice in swept.notices if notice.unit_id == 0]
    assert [notice.threshold_bp for notice in group] == [5000, 7500, 9000, 10_000]
    assert (group[0].eligible_cents, group[0].deductible_cents) == (17_000_000, 12_000_000)
    assert history() == [("specific", people[3].pk, 1, 20_000_000, 20_000_000)]
    sweep_on(date(2025, 12, 31))
    assert len(history()) == 1
    sweep_on(date(2026, 1, 1))
    assert history()[1:] == [("aggregate", 0, 1, 5_000_000, 5_000_000)]
    assert [large.pk, 5_000_000] in Receivable.objects.get(kind="aggregate").basis
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 25_000_000


def test_a_contract_without_run_out_is_settled_asked_for_and_reopened_after_its_last_paid_day(in_employer):
    # 10 lives x 1,000.00 x 12 = 120,000.00; four people of 40,000.00 each are 40,000.00 above it.
    people = enrol("EE", count=10)
    factors = [{"code": "medical", "factors_cents": {"ALL": 100_000}}]
    insure(in_employer, {"deductible_cents": 5_000_000}, {"factors": factors}, run_out_months=0)
    *_, last = [paid(one, 4_000_000, date(2025, 5, 1)) for one in people[:4]]
    sweep_on(date(2025, 12, 31))
    assert history() == []
    sweep_on(date(2026, 1, 1))
    assert history() == [("aggregate", 0, 1, 4_000_000, 4_000_000)]
    risks = [(one.what, one.by, one.days_left, one.cents) for one in at_risk.risks(in_employer.pk, date(2026, 3, 30))]
    assert risks == [("file_by", date(2026, 3, 31), 1, 4_000_000)]
    assert at_risk.risks(in_employer.pk, date(2026, 4, 1)) == []
    # Long after, the last claim is taken back: nothing lies above the attachment any more.
    reverse(last, date(2027, 2, 1))
    sweep_on(date(2027, 2, 1))
    assert len(history()) == 1
    with clock_at(at(2027, 2, 1)):
        assert sweep(past=True).notices == []
    assert history()[1:] == [("aggregate", 0, 2, -4_000_000, 0)]
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 0


def test_covers_with_windows_of_their_own_are_swept_and_have_their_own_last_days(in_employer):
    # The specific counts payments until 31 March 2026, the aggregate those of 2025: 6 x 20.00 x 12 = 1,440.00.
    person, *_ = enrol("EE", count=6)
    factors = [{"code": "medical", "factors_cents": {"ALL": 2_000}}]
    own = {"paid": {"starts_on": "2025-01-01", "ends_before": "2026-01-01"}}
    insure(in_employer, SPECIFIC, {"factors": factors, **own})
    paid(person, 900_000, date(2025, 5, 1))
    late = decide(person, 300_000, date(2025, 12, 20))
    waiting = [(one.kind, one.what, one.by, one.cents) for one in at_risk.risks(in_employer.pk, date(2025, 12, 31))]
    assert waiting == [
        ("aggregate", "file_by", date(2026, 3, 31), 756_000),
        ("specific", "paid_by", date(2026, 3, 31), 200_000),
        ("aggregate", "paid_by", date(2025, 12, 31), 100_000),
    ]
    pay(late, date(2026, 2, 1))
    sweep_on(date(2026, 2, 1))
    assert sorted(history()) == [("aggregate", 0, 1, 756_000, 756_000), ("specific", person.pk, 1, 200_000, 200_000)]


def test_another_employers_person_is_not_in_it(in_employer, person, other_employer):
    insure(other_employer, SPECIFIC)
    paid(person, 2_000_000, date(2025, 3, 1))
    assert sweep_on(JUNE) == ([], [])


def test_a_notice_waits_in_the_desks_queue_until_the_carrier_is_told(in_employer, person):
    insure(in_employer, SPECIFIC)
    paid(person, 800_000, date(2025, 3, 1))
    notices = sweep_on(JUNE).notices
    outbox.drain(work_items.TOPIC)
    with desk_scope():
        waiting = [(item.title, item.amount_cents) for item in work_items.queue_of("stop_loss")]
    unit = public_id("mem", in_employer.pk, person.pk)
    assert waiting == [
        (f"{share} % of the specific deductible, {unit}, Granite Re SL-1", 800_000) for share in (50, 75)
    ]
    ids = [notice.pk for notice in notices]
    assert (tell_carrier(notice_ids=ids), tell_carrier(notice_ids=ids)) == (2, 0)
    outbox.drain(work_items.TOPIC)
    with desk_scope():
        assert not work_items.queue_of("stop_loss").exists()


def test_receivables_and_notices_are_append_only_also_against_sql(in_employer, person):
    insure(in_employer, SPECIFIC)
    paid(person, 2_000_000, date(2025, 3, 1))
    sweep_on(JUNE)
    for statement in (
        "UPDATE stoploss_receivable SET cents = 1",
        "DELETE FROM stoploss_receivable",
        "UPDATE stoploss_stoplossnotice SET eligible_cents = 1",
        "DELETE FROM stoploss_stoplossnotice",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
