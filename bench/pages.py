"""How long a page takes where the employer has very many claims."""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

from django.test import Client

from tenants import directory
from tenants.models import Employer
from tests.web.login import log_in
from tpa.books.identity.models import Grant, User


class Page(NamedTuple):
    """Milliseconds on the wall from request to answer: the middle one, and the one that 5 in 100 pass."""

    p50: float
    p95: float


def portal_home(employer: Employer, visits: int) -> Page:
    """The portal's home, as the employer's finance person sees it, again and again."""
    user = User.objects.create(email=f"finance@{employer.code}.example", name="Finance")
    Grant.objects.create(user=user, employer=employer, role="employer_finance")
    client = log_in(Client(SERVER_NAME=directory.portal_host(employer)), user, employer)
    return _visited(client, "/", visits)


def _visited(client: Client, path: str, visits: int) -> Page:
    taken = []
    for _ in range(visits + 1):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
    cuts = statistics.quantiles(taken[1:], n=20)  # the first visit fills caches
    return Page(cuts[9], cuts[18])
