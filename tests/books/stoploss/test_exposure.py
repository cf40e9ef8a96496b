import random
from datetime import date, timedelta

import pytest

from tests.workflows.stories import at, decide, enrol, insure, pay, reverse, terminate
from tpa.books.claims.examining import Appeal
from tpa.books.stoploss.selectors import exposure_of, exposures, standing_in_full, standings

SPECIFIC = {"deductible_cents": 1_000_000}
JUNE = date(2025, 6, 30)


@pytest.fixture
def person(in_employer):
    return enrol("EE")[0]


def paid(person, cents, on, **kwargs):
    decision = decide(person, cents, on, **kwargs)
    pay(decision, on)
    return decision


def test_the_paid_window_is_the_day_of_the_payment(in_employer, person):
    insure(in_employer, SPECIFIC, run_out_months=3)
    for incurred, issued in (
        (date(2024, 12, 31), date(2025, 2, 1)),  # incurred before
        (date(2025, 12, 31), date(2026, 3, 31)),  # the last day of the run-out
        (date(2025, 12, 31), date(2026, 4, 1)),  # one day too late
        (date(2026, 1, 1), date(2026, 2, 1)),  # incurred after
    ):
        pay(decide(person, 2_000_000, date(2026, 1, 15), service_on=incurred), issued)
    ((contract, exposure, _),) = standings(in_employer.pk, date(2026, 3, 31))
    assert (contract.number, exposure.specific.reimbursable_cents) == ("SL-1", 1_000_000)
    assert [(one.reason, one.cents) for one in exposure.left_out] == [("incurred_before", 2_000_000)]
    assert exposure.specific.awaiting_cents == 2_000_000  # on that day the late one has not been paid yet
    ((_, later, _),) = standings(in_employer.pk, date(2026, 6, 29))  # the last day for filing
    assert (later.specific.reimbursable_cents, later.specific.awaiting_cents) == (1_000_000, 0)
    assert standings(in_employer.pk, date(2026, 6, 30)) == []


def test_every_cent_of_an_exposure_names_its_decision(in_employer, person):
    insure(in_employer, SPECIFIC, {"factors": [{"code": "medical", "factors_cents": {"ALL": 100_000}}]})
    decisions = [paid(person, cents, date(2025, 3, day)) for day, cents in enumerate((700_000, 500_000, 33), start=1)]
    decide(person, 12_345, date(2025, 3, 9), line="dental")  # not a covered line
    ((_, exposure, _),) = standings(in_employer.pk, JUNE)
    unit = exposure.specific.units[0]
    parts = [(part.decision_id, part.below_cents, part.reimbursable_cents) for part in unit.parts]
    ids = [decision.pk for decision in decisions]
    assert parts == [(ids[0], 700_000, 0), (ids[1], 300_000, 200_000), (ids[2], 0, 33)]
    assert [(one.decision_id, one.cents) for one in exposure.aggregate.counted] == [
        (ids[0], 700_000),
        (ids[1], 300_000),
    ]


def test_what_an_external_review_orders_counts_after_the_window_where_the_contract_says_so(in_employer, person):
    def reimbursed():
        return [found.specific.reimbursable_cents for _, found in exposures(in_employer.pk, date(2026, 2, 1))]

    insure(in_employer, SPECIFIC, run_out_months=0, external_review=True)
    refused = decide(person, 0, date(2025, 12, 1))
    late = decide(person, 1_700_000, date(2026, 1, 20), service_on=date(2025, 11, 1), again=refused)
    pay(late, date(2026, 1, 25))
    assert reimbursed() == [0]
    told = dict.fromkeys(("received_at", "recorded_at", "decided_at"), at(2025, 12, 15))
    days = dict.fromkeys(("notified_on", "last_on", "received_on", "due_on"), date(2025, 12, 15))
    appeal = {
        "claim_id": refused.claim_id,
        "decision_id": refused.pk,
        "member_id": person.pk,
        "kind": "post",
        **told,
        **days,
    }
    Appeal.objects.create(
        stage="external",
        outcome="partly",
        levels_count=1,
        barred_ids=[],
        decided_by_id=7,
        decided_by="IRO",
        reviewer="IRO",
        **appeal,
    )
    assert reimbursed() == [700_000]


def test_the_attachment_follows_the_lives_of_each_month(in_employer):
    enrol("EE", count=10)
    enrol("EF", starts_on=date(2025, 4, 1), count=5)
    factors = [{"code": "medical", "factors_cents": {"EE": 100_000, "EF": 250_000}}]
    insure(in_employer, None, {"factors": factors})
    ((_, exposure, _),) = standings(in_employer.pk, JUNE)
    attached = exposure.aggregate.attachment
    assert [month.attachment_cents for month in attached.months] == [1_000_000] * 3 + [2_250_000] * 3
    assert (attached.to_date_cents, attached.annual_cents, attached.complete) == (9_750_000, 23_250_000, False)


def test_an_exposure_costs_as_many_queries_whatever_the_claims_and_two_while_nothing_happens(
    in_employer, django_assert_num_queries
):
    people = enrol("EE", count=20)
    insure(in_employer, SPECIFIC, {"factors": [{"code": "medical", "factors_cents": {"ALL": 100_000}}]})
    for one in people:
        paid(one, 600_000, date(2025, 3, 1))
    with django_assert_num_queries(6):
        before = standings(in_employer.pk, JUNE)
    with django_assert_num_queries(2):
        assert standings(in_employer.pk, JUNE) == before


def test_whatever_happens_is_seen_at_once(in_employer, person):
    insure(in_employer, SPECIFIC, {"factors": [{"code": "medical", "factors_cents": {"ALL": 100_000}}]})

    enrol("EE")

    def seen():
        ((_, exposure),) = exposures(in_employer.pk, JUNE)
        aggregate = exposure.aggregate
        return aggregate.countable_cents, aggregate.awaiting_cents, aggregate.attachment.annual_cents

    assert seen() == (0, 0, 2_400_000)
    decision = decide(person, 300_000, date(2025, 3, 1))
    assert seen() == (0, 300_000, 2_400_000)
    pay(decision, date(2025, 3, 2))
    assert seen() == (300_000, 0, 2_400_000)
    reverse(decision, date(2025, 4, 1))
    assert seen() == (0, 0, 2_400_000)
    terminate(person, date(2025, 5, 1), at(2025, 6, 1))
    assert seen() == (0, 0, 1_600_000)  # four months of two lives, eight of one


def test_a_condensed_exposure_has_the_figures_of_the_full_one(in_employer):
    chance = random.Random(7)
    people = enrol("EE", count=12)
    lasers = [{"unit_id": people[0].pk, "deductible_cents": 600_000}, {"unit_id": people[1].pk, "excluded": True}]
    factors = [{"code": "medical", "factors_cents": {"ALL": 30_000}}]
    insure(in_employer, SPECIFIC | {"lasers": lasers, "aggregating_cents": 200_000}, {"factors": factors})
    for n in range(150):
        incurred = date(2024, 12, 1) + timedelta(days=chance.randrange(200))
        cents = chance.randrange(1, 20_000 if n % 2 else 90_000 * (1 + n % 12))
        decision = decide(people[n % 12], cents, JUNE, service_on=incurred)
        if chance.random() < 0.8:
            pay(decision, incurred + timedelta(days=chance.randrange(40)))
        if chance.random() < 0.2:
            reverse(decision, JUNE)
    as_of = date(2025, 6, 30)
    (standing,) = standings(in_employer.pk, as_of)
    full = standing_in_full(standing.contract, as_of)
    assert full.exposure == exposure_of(standing.contract, as_of)
    for some, all_ in ((standing.exposure, full.exposure), (standing.expected, full.expected)):
        assert [unit._replace(parts=()) for unit in some.specific.units] == [
            unit._replace(parts=()) for unit in all_.specific.units
        ]
        assert some.specific._replace(units=()) == all_.specific._replace(units=())
        assert some.aggregate._replace(counted=(), months=()) == all_.aggregate._replace(counted=(), months=())
        assert sum(one.cents for one in some.left_out) == sum(one.cents for one in all_.left_out)
        named = {unit.unit_id: unit.parts for unit in all_.specific.units}
        heavy = [unit for unit in some.specific.units if unit.eligible_cents >= 300_000]
        assert heavy
        assert [unit.parts for unit in heavy] == [named[unit.unit_id] for unit in heavy]
    assert len(standing.exposure.aggregate.counted) < len(full.exposure.aggregate.counted)
