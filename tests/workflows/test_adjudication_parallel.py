"""Many workers, and workers that die: the books end as if one worker had done everything."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import ROOT, new_claim, open_book, register
from tpa.books.claims.models import Decision, Work
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.proof import verify_books

pytestmark = pytest.mark.usefixtures("own_database")

VISIT, KNEE = (("99213", 20_000), ("80053", 4_000)), (("27447", 1_200_000),)
FIRST, SECOND = "acme", "umbra"
"""The employer whose claims one worker decides, and the one with the same claims and many workers."""


def filled(code: str, *, families: int, count: int) -> Employer:
    """A book with `count` waiting claims: visits and knees of random members on random days, the same for everybody."""
    employer, chance = directory.employer_of_code(code), random.Random(7)
    homes = open_book(employer, count=families)
    with employer_scope(employer):
        register(
            *(
                new_claim(
                    chance.choice(homes),
                    *(KNEE if chance.random() < 0.2 else VISIT),
                    on=date(2026, 1, 1 + chance.randrange(28)),
                    who=chance.randrange(2),
                    ref=f"claim {n}",
                )
                for n in range(count)
            )
        )
    return employer


def decided(employer: Employer, *, count: int) -> list[tuple]:
    """What was decided, by the claim's name at its origin, after the proof of everything."""
    with employer_scope(employer):
        assert not Work.objects.exists()
        assert Decision.objects.count() == count
        assert verify_books(employer_id=employer.pk).faults == []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.source_ref, d.version, d.family_seq, d.outcome, d.paid_cents, d.member_responsibility_cents"
                " FROM claims_decision d JOIN claims_claim c ON c.id = d.claim_id ORDER BY 1, 2"
            )
            return cursor.fetchall()


def by_threads(employer: Employer, *, workers: int, chunk: int) -> None:
    def work(_: int) -> int:
        try:
            return decide_waiting(employer_id=employer.pk, chunk=chunk).total
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    # Who comes last may have found the rest of the work held by the others: a wake-up finds what is left.
    decide_waiting(employer_id=employer.pk)


@pytest.mark.parametrize(("families", "count", "chunk"), [(1, 60, 7), (20, 200, 20)], ids=["one family", "thirty"])
def test_eight_workers_decide_as_one_does(families, count, chunk):
    one = filled(FIRST, families=families, count=count)
    decide_waiting(employer_id=one.pk)
    many = filled(SECOND, families=families, count=count)
    by_threads(many, workers=8, chunk=chunk)
    assert decided(many, count=count) == decided(one, count=count)


WORKER = """
import django, sys
django.setup()
from tpa.workflows.adjudication import decide_waiting
print("ready", flush=True)
decide_waiting(employer_id=int(sys.argv[1]), chunk=int(sys.argv[2]))
"""


def start_worker(employer: Employer, chunk: int, address: str) -> subprocess.Popen:
    """A process of its own that decides what waits."""
    env = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tpa.config.settings"}
    command = [sys.executable, "-c", WORKER, str(employer.pk), str(chunk)]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def test_workers_killed_in_the_middle_of_their_work_leave_it_to_the_next(own_database):
    count, chance, killed = 300, random.Random(11), 0
    one = filled(FIRST, families=20, count=count)
    decide_waiting(employer_id=one.pk)
    many = filled(SECOND, families=20, count=count)
    for _ in range(4):
        worker = start_worker(many, 8, own_database)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        try:
            worker.wait(timeout=chance.uniform(0.05, 0.4))
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.wait()
        worker.stdout.close()
    assert killed
    decide_waiting(employer_id=many.pk)
    assert decided(many, count=count) == decided(one, count=count)
