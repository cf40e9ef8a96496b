"""How often a caller may call."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from tpa.books.identity.models import ApiKey
from tpa.web.api.core import limits

PATH = "/api/v1/ledger/trial-balance/"


@pytest.fixture(autouse=True)
def few_calls(settings):
    settings.API_CALLS_PER_MINUTE = 3
    limits._Quiet.until = 0.0
    yield settings
    limits._Quiet.until = 0.0


def bearer(employer, *scopes):
    key, text = ApiKey.objects.create_key(name="caller", employer=employer, scopes=scopes)
    return key, {"HTTP_AUTHORIZATION": f"Bearer {text}"}


def test_the_fourth_call_in_a_minute_waits(portal_client, employer):
    _, key = bearer(employer, "ledger.read")
    answers = [portal_client.get(PATH, **key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"calls";q=3;w=60'
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert answers[3]["Content-Type"] == "application/problem+json"
    assert answers[3].json()["code"] == "throttled"


def test_another_key_has_its_own_count(portal_client, employer):
    _, first = bearer(employer, "ledger.read")
    for _ in range(4):
        portal_client.get(PATH, **first)
    _, second = bearer(employer, "ledger.read")
    assert portal_client.get(PATH, **second).status_code == 200


def test_refused_calls_count_as_well(portal_client, employer):
    _, key = bearer(employer)
    assert [portal_client.get(PATH, **key).status_code for _ in range(4)] == [403, 403, 403, 429]


def test_the_count_is_renewed_after_the_window(portal_client, employer, few_calls):
    key, header = bearer(employer, "ledger.read")
    for _ in range(4):
        portal_client.get(PATH, **header)
    store = redis.Redis.from_url(few_calls.REDIS_URL)
    name = f"calls:key:{key.pk}"
    assert 0 < store.ttl(name) <= limits.WINDOW_SECONDS
    store.pexpire(name, 0)
    assert portal_client.get(PATH, **header).status_code == 200


def test_calls_at_the_same_time_are_each_counted_once(few_calls):
    store = redis.Redis.from_url(few_calls.REDIS_URL)
    store.delete("calls:story")
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: limits.count_call("story", 100), range(100)))
    assert sorted(one.remaining for one in counted) == list(range(100))


def test_without_redis_nobody_is_refused(portal_client, employer, few_calls):
    few_calls.REDIS_URL = "redis://127.0.0.1:1/0"
    _, key = bearer(employer, "ledger.read")
    answers = [portal_client.get(PATH, **key) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers
