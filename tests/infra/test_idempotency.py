"""The same request twice has one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tenants import directory
from tenants.scope import employer_scope
from tpa.infra import idempotency, jobs
from tpa.infra.models import IdempotencyKey, Job
from tpa.kernel.errors import DomainError

MARK = idempotency.fingerprint("POST", "/api/v1/claims", b'{"charge": "10.00"}')


def make_job() -> tuple[int, dict[str, int]]:
    return 201, {"job": jobs.start_job(kind="effect").pk}


def ask(key: str = "k1", caller: str = "key:abc", fingerprint: str = MARK, do=make_job) -> idempotency.Answer:
    return idempotency.once(caller=caller, key=key, fingerprint=fingerprint, do=do)


def test_a_repeated_request_gets_the_first_answer(in_employer):
    first = ask()
    assert first.replayed is False
    assert ask() == (201, first.body, True)
    assert Job.objects.filter(kind="effect").count() == 1


def test_another_key_caller_or_employer_is_another_request(employer, other_employer):
    with employer_scope(employer):
        for changes in ({}, {"key": "k2"}, {"caller": "key:def"}):
            assert not ask(**changes).replayed
    with employer_scope(other_employer):
        assert not ask().replayed
    assert not ask().replayed
    assert Job.objects.filter(kind="effect").count() == 5


def test_the_same_key_for_another_body_is_refused_and_changes_nothing(in_employer):
    ask()
    other = idempotency.fingerprint("POST", "/api/v1/claims", b'{"charge": "11.00"}')
    with pytest.raises(idempotency.KeyReusedError) as refusal:
        ask(fingerprint=other)
    assert (refusal.value.status, refusal.value.code) == (422, "idempotency_key_reused")
    assert Job.objects.filter(kind="effect").count() == 1


def test_a_refused_request_keeps_nothing_and_may_be_sent_again(in_employer):
    def refuse():
        make_job()
        raise DomainError("no")

    with pytest.raises(DomainError):
        ask(do=refuse)
    assert not IdempotencyKey.objects.exists()
    assert not Job.objects.exists()
    assert not ask().replayed


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(in_employer, key):
    with pytest.raises(DomainError, match="1 to 255 characters"):
        ask(key=key)


def test_fifty_at_once_have_one_effect(own_database):
    employer = directory.employer_of_code("acme")

    def one(_: int) -> str:
        try:
            with employer_scope(employer):
                return "replayed" if ask().replayed else "done"
        except idempotency.KeyBusyError as busy:
            return f"busy {busy.status}"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(50)))
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "replayed", "busy 409"}
    assert Job.objects.filter(kind="effect").count() == 1
