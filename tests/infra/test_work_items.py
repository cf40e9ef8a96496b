"""The desk's queues follow what happens in the employers' books."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from tenants.scope import employer_scope
from tpa.infra import outbox, work_items
from tpa.infra.clock import clock_at
from tpa.infra.models import WorkItem
from tpa.infra.work_items import Item
from tpa.kernel.errors import ConflictError

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def pend(subject_id: int, **changes) -> Item:
    return Item("pend", "medical review", subject_id, f"Claim {subject_id}", **changes)


def drained() -> list[tuple]:
    outbox.drain(work_items.TOPIC)
    rows = WorkItem.objects.order_by("employer_id", "subject_id")
    return list(rows.values_list("employer_id", "subject_id", "queue", "amount_cents", "due_on"))


def test_items_of_all_employers_stand_in_one_queue_most_urgent_first(employer, other_employer):
    with employer_scope(employer), clock_at(MONDAY):
        work_items.open_items([pend(1, amount_cents=12_345), pend(2, due_on=date(2026, 3, 9))])
    with employer_scope(other_employer):
        work_items.open_items([pend(1, due_on=date(2026, 3, 5))])
    assert drained() == [
        (employer.pk, 1, "medical review", 12_345, None),
        (employer.pk, 2, "medical review", None, date(2026, 3, 9)),
        (other_employer.pk, 1, "medical review", None, date(2026, 3, 5)),
    ]
    queue = work_items.queue_of("medical review")
    assert [(i.employer_id, i.subject_id) for i in queue] == [
        (other_employer.pk, 1),
        (employer.pk, 2),
        (employer.pk, 1),
    ]
    assert queue.get(employer_id=employer.pk, subject_id=1).opened_at == MONDAY
    assert [i.employer_id for i in work_items.queue_of("medical review", [other_employer.pk])] == [other_employer.pk]
    totals = work_items.queue_totals([employer.pk])
    assert [(t["queue"], t["count"], t["amount_cents"], t["oldest_at"]) for t in totals] == [
        ("medical review", 2, 12_345, MONDAY)
    ]


def test_opening_again_renews_and_keeps_its_first_instant(in_employer):
    with clock_at(MONDAY):
        work_items.open_items([pend(1)])
    drained()
    work_items.open_items([pend(1, amount_cents=5)._replace(queue="eligibility")])
    assert drained() == [(in_employer.pk, 1, "eligibility", 5, None)]
    assert WorkItem.objects.get().opened_at == MONDAY


@pytest.mark.parametrize("between", [False, True])
def test_the_last_word_counts_within_a_batch_and_over_two(in_employer, between):
    work_items.open_items([pend(1), pend(2)])
    if between:
        drained()
    work_items.close_items("pend", [1, 2])
    work_items.open_items([pend(2)])
    assert [row[1] for row in drained()] == [2]
    work_items.close_items("pend", [2, 3])
    assert drained() == []


def test_take_next_gives_each_item_to_one_person(employer):
    with employer_scope(employer):
        work_items.open_items([pend(1), pend(2, due_on=date(2026, 3, 9))])
    drained()
    first = work_items.take_next(queue="medical review", user_id=7)
    second = work_items.take_next(queue="medical review", user_id=8)
    assert (first.subject_id, second.subject_id) == (2, 1)
    assert work_items.take_next(queue="medical review", user_id=9) is None
    with pytest.raises(ConflictError, match="not yours"):
        work_items.give_back(item_id=first.pk, user_id=8)
    work_items.give_back(item_id=first.pk, user_id=7)
    assert work_items.take_next(queue="medical review", user_id=9).pk == first.pk


def test_taking_the_next_of_a_long_queue_follows_its_index(employer):
    WorkItem.objects.bulk_create(
        WorkItem(
            employer_id=1,
            kind="pend",
            queue=f"q{n % 5}",
            subject_id=n,
            title="x",
            opened_at=MONDAY,
            taken_by=None if n > 4900 else 7,
        )
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE infra_workitem")
        query = work_items.queue_of("q1").filter(taken_by=None)[:1].query
        cursor.execute(f"EXPLAIN {query}".replace("= q1", "= 'q1'"))
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "work_item_next" in plan
    assert "Sort" not in plan
