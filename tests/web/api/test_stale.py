"""Of several who change the same state at the same moment, one does, and the others are told: real transactions, threads."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import Client

from tenants import directory
from tests.web.api.book import key_for
from tests.web.api.test_stories import PPO, Caller


def test_of_eight_who_know_a_draft_one_changes_it(own_database):
    employer = directory.employer_of_code("acme")
    host, headers = directory.portal_host(employer), key_for(employer)
    own = Caller(Client(SERVER_NAME=host), headers)
    plan = own("post", "plans/", {"code": "PPO", "name": "PPO", "line": "medical"}).json()
    draft = own("post", f"plans/{plan['id']}/versions/", {"effective_on": "2026-01-01", "text": PPO}).json()
    path = f"plan-versions/{draft['id']}/"
    tag = own("get", path)["ETag"]

    def change(n):
        try:
            new = {"text": f"# of {n}\n{PPO}".replace("name =", f"name = 'Of {n}' #", 1)}
            return Caller(Client(SERVER_NAME=host), headers)("put", path, new, HTTP_IF_MATCH=tag).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200] + [412] * 7
