"""What the books must survive: killed workers, unreliable messages, an emptied broker, a crashed database, a crowd.

Each story ends with nobody's hand on it, proven, and with the same rows as a run in which nothing happened.
"""

import random
from collections.abc import Iterator

import pytest

from tenants import directory
from tenants.models import Employer
from tests import databases
from tests.survival import celery_app
from tests.survival.books import come_in, digest, seeded_claims, waiting_count
from tests.survival.installation import Installation, at_servers, copy_database
from tests.workflows.claim_stories import Household, open_book
from tpa.books.claims.registration import NewClaim
from tpa.infra.embedded.processes import wait_until
from tpa.infra.embedded.services import Services
from tpa.workflows.adjudication import decide_waiting

CLAIMS, FAMILIES, WAVES = 5_000, 400, 20
CROWD_CLAIMS, CROWD = 1_000, 8
SEED = 20_260_402
HEALED_SECONDS = 90
"""Much longer than it ever takes; then the story has failed."""


class Clean:
    """The run in which nothing happens, and the books from which every other run starts."""

    def __init__(self, servers: Services) -> None:
        self.servers = servers
        self.runs = 0
        databases.make_test_database("enrolled")
        many, one = (directory.employer_of_code(code) for code, _ in databases.EMPLOYERS)
        self.claims = self._of(many, open_book(many, count=FAMILIES), CLAIMS)
        self.crowd_claims = self._of(one, open_book(one), CROWD_CLAIMS)
        self.start_run()
        self.result = self._decided(many, self.claims)
        self.crowd_result = self._decided(one, self.crowd_claims)

    def start_run(self) -> None:
        """A database as it was before the first claim; this process goes there."""
        self.runs += 1
        copy_database(f"run_{self.runs}", "enrolled", instead_of=f"run_{self.runs - 1}")

    def _of(self, employer: Employer, homes: list[Household], count: int) -> list[NewClaim]:
        return seeded_claims(homes, count, SEED + employer.pk)

    def _decided(self, employer: Employer, claims: list[NewClaim]) -> dict[str, str]:
        come_in(employer, claims)
        decide_waiting(employer_id=employer.pk)
        return digest(employer, len(claims))


@pytest.fixture(scope="module")
def clean(tmp_path_factory, django_test_environment, django_db_blocker) -> Iterator[Clean]:
    servers = Services(tmp_path_factory.mktemp("survival") / "var")
    servers.start()
    try:
        with django_db_blocker.unblock(), at_servers(servers):
            yield Clean(servers)
    finally:
        servers.stop()


@pytest.fixture
def employer(clean) -> Employer:
    """The employer of the story, in a database of the story's own."""
    clean.start_run()
    return directory.employer_of_code("acme")


def waves(claims: list[NewClaim]) -> list[list[NewClaim]]:
    """The claims in the order of receipt, in equal parts."""
    size = len(claims) // WAVES
    return [claims[start : start + size] for start in range(0, len(claims), size)]


def heals(run: Installation, employer: Employer) -> None:
    """With no hand on it, nothing waits any more."""
    assert wait_until(lambda: waiting_count(employer) == 0, HEALED_SECONDS), run.log()


def warm(run: Installation, employer: Employer, first: list[NewClaim]) -> None:
    """The first claims are decided: worker and beat are awake."""
    come_in(employer, first)
    heals(run, employer)


def test_workers_killed_at_twenty_moments(clean, employer, tmp_path):
    chance, interrupted = random.Random(SEED), 0
    with Installation(clean.servers, tmp_path) as run:
        for n, wave in enumerate(waves(clean.claims)):
            come_in(employer, wave)
            run.pause(chance.uniform(0.0, 0.25))
            interrupted += waiting_count(employer) > 0
            if n % 7 == 3:
                run.kill(("worker", "beat")[n % 2])
            else:
                run.kill_pool()
        heals(run, employer)
    assert interrupted >= WAVES // 4
    assert digest(employer, CLAIMS) == clean.result


def test_messages_that_come_five_times_or_not_at_all(clean, employer, tmp_path, monkeypatch):
    monkeypatch.setattr(celery_app.Channel, "_put", celery_app.Channel._put)
    counts = celery_app.meddle(SEED)
    with Installation(clean.servers, tmp_path, seed=SEED) as run:
        for wave in waves(clean.claims):
            come_in(employer, wave)
            run.pause(0.1)
        heals(run, employer)
    assert counts["sent"] >= WAVES
    assert counts["dropped"] > 0
    assert digest(employer, CLAIMS) == clean.result


def test_a_broker_killed_and_emptied_in_the_middle(clean, employer, tmp_path):
    first, *rest = waves(clean.claims)
    with Installation(clean.servers, tmp_path) as run:
        warm(run, employer, first)
        for n, wave in enumerate(rest):
            come_in(employer, wave)
            if n in (5, 12):
                assert waiting_count(employer) > 0
                run.empty_broker()
        heals(run, employer)
    assert digest(employer, CLAIMS) == clean.result


def test_a_database_that_crashes_in_the_middle(clean, employer, tmp_path):
    first, *rest = waves(clean.claims)
    with Installation(clean.servers, tmp_path) as run:
        warm(run, employer, first)
        for n, wave in enumerate(rest):
            come_in(employer, wave)
            if n in (5, 12):
                assert waiting_count(employer) > 0
                run.crash_database()
        heals(run, employer)
    assert digest(employer, CLAIMS) == clean.result


def test_eight_workers_on_one_family(clean, employer, tmp_path):
    crowded = directory.employer_of_code("umbra")
    with Installation(clean.servers, tmp_path, pool=CROWD) as run:
        for wave in waves(clean.crowd_claims):
            for _ in range(CROWD):
                come_in(crowded, wave)
        heals(run, crowded)
    assert digest(crowded, CROWD_CLAIMS) == clean.crowd_result
