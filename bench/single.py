"""One claim alone: the request of a program, to the decision in the answer."""

from __future__ import annotations

import json
import statistics
import time
from typing import NamedTuple

from django.test import Client

from bench import book
from bench.meter import measured
from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.workflows.claim_stories import BORN, NPI, TAX_ID
from tpa.books.identity.models import ApiKey
from tpa.infra.postgres.statements import count_statements

_WARM = 5


class Single(NamedTuple):
    """Milliseconds on the wall, statements, and CPU seconds of this process and its backend, a request."""

    p50: float
    p95: float
    statements: float
    cpu: float
    backend: float


def posted(employer: Employer, claims_count: int, *, rounds: int) -> Single:
    """Claims of three lines, each of another family, one request each. Raises RuntimeError where one is not paid.

    So many in each of the rounds: times are of all of them, CPU of the round that took the least.
    """
    homes = book.open_book(employer, (claims_count * rounds + _WARM) * book.CLAIMS_OF_A_FAMILY)
    _, key = ApiKey.objects.create_key(name="bench", employer=employer, scopes=["claims.read", "claims.write"])
    client = Client(SERVER_NAME=directory.portal_host(employer), HTTP_AUTHORIZATION=f"Bearer {key}")
    for n in range(_WARM):
        _post(client, homes[n].number, n)
    taken, costs = [], []
    with count_statements() as sent, employer_scope(employer):
        for first in range(_WARM, _WARM + claims_count * rounds, claims_count):
            with measured() as spent:
                taken += [_post(client, homes[n].number, n) for n in range(first, first + claims_count)]
            costs.append(spent)
    cuts, least = statistics.quantiles(taken, n=20), min(costs, key=lambda spent: spent.cpu)
    return Single(
        cuts[9],
        cuts[18],
        sent.count / len(taken),
        *(part / claims_count for part in (least.cpu, least.backend or 0.0)),
    )


def _post(client: Client, subscriber: str, n: int) -> float:
    document = {
        "form": "professional",
        "patient": {"group_number": "GRP", "member_number": f"{subscriber}-0", "birth_on": BORN.isoformat()},
        "provider_npi": NPI,
        "provider_tax_id": TAX_ID,
        "diagnoses": ["J06.9"],
        "lines": [
            {"from_on": "2026-03-02", "charge_cents": cents, "procedure": code, "place": "11"}
            for code, cents in book.SERVICES[: book.LINES_OF_A_CLAIM]
        ],
    }
    began = time.perf_counter()
    answer = client.post(
        "/api/v1/claims/", json.dumps(document), "application/json", headers={"Idempotency-Key": f"bench {n}"}
    )
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 201 or answer.json()["state"] != "paid":
        raise RuntimeError(f"the claim is answered {answer.status_code}: {answer.content[:300]!r}")
    return taken
