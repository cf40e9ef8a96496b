"""Loads beside each other and beside claims that are being decided: real transactions, several threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from tenants import directory
from tenants.scope import employer_scope
from tests.workflows.eligibility_files import covered, file_834, member
from tpa.books.members.errors import LoadStateError, StaleLoadError
from tpa.books.members.models import Coverage, Family
from tpa.books.members.turns import take_turns
from tpa.books.plans.models import Plan
from tpa.workflows.eligibility_load import apply_load, stage_file

NOW = datetime(2025, 1, 10, 12, tzinfo=UTC)
ADA = file_834(member("S1", "ADA", "19800501", covered()))

pytestmark = pytest.mark.usefixtures("own_database")


def in_thread(work):
    """Run `work` bound to the employer, on a connection of the thread's own."""

    def run():
        try:
            with employer_scope(directory.employer_of_code("acme")):
                return work()
        finally:
            connection.close()

    return run


def stage(data):
    return stage_file(data=data, received_at=NOW, received_by="hris")


def apply(load):
    def work():
        try:
            return apply_load(load_id=load.pk, by="ana", at=NOW).state
        except (LoadStateError, StaleLoadError) as refusal:
            return refusal.code

    return in_thread(work)


@pytest.fixture
def plan():
    with employer_scope(directory.employer_of_code("acme")):
        yield Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=NOW)


def test_one_load_applied_by_eight_is_applied_once(plan):
    load = stage(ADA)
    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(future.result() for future in [pool.submit(apply(load)) for _ in range(8)])
    assert outcomes == ["applied"] + ["load_state"] * 7
    assert Coverage.objects.count() == 1


def test_two_loads_of_the_same_people_do_not_both_go_through_unseen(plan):
    loads = [stage(ADA), stage(ADA)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(future.result() for future in [pool.submit(apply(load)) for load in loads])
    assert outcomes == ["applied", "load_stale"]
    assert Coverage.objects.count() == 1


def test_a_load_waits_for_claims_that_are_being_decided(plan):
    apply_load(load_id=stage(ADA).pk, by="ana", at=NOW)
    family = Family.objects.get().pk
    load = stage(file_834(member("S1", "ADA", "19800501", ended="20250131", maintenance="024")))
    done = threading.Event()

    def applied():
        apply(load)()
        done.set()

    with transaction.atomic():
        assert take_turns(family_ids=[family]) == {family: 1}
        thread = threading.Thread(target=applied)
        thread.start()
        assert not done.wait(0.5)
        assert Coverage.objects.filter(superseded_at=None).count() == 1
    thread.join(10)
    assert done.is_set()
    assert Coverage.objects.filter(superseded_at=None).get().ends_before.isoformat() == "2025-02-01"
