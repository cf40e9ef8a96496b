"""How long a page takes where the employer has very many claims."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.test import Client

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tests.web.login import log_in
from tpa.books.claims.models import Claim
from tpa.books.identity.models import Grant, User
from tpa.kernel.ids import public_id


class Page(NamedTuple):
    """Milliseconds on the wall from request to answer: the middle one, and the one that 5 in 100 pass."""

    p50: float
    p95: float


def portal_home(employer: Employer, visits: int) -> Page:
    """The portal's home, as the employer's finance person sees it, again and again."""
    user = User.objects.create(email=f"finance@{employer.code}.example", name="Finance")
    Grant.objects.create(user=user, employer=employer, role="employer_finance")
    client = log_in(Client(SERVER_NAME=directory.portal_host(employer)), user, employer)
    return _visited(client, ["/"] * (visits + 1))


def claim_page(employer: Employer, visits: int) -> Page:
    """A claim with its steps at the desk, as an examiner sees it: another claim each time, from all over the year."""
    user = User.objects.create(email=f"examiner@{employer.code}.example", name="Examiner")
    Grant.objects.create(user=user, employer=employer, role="examiner")
    client = log_in(Client(SERVER_NAME=settings.TPA_HOST), user)
    with employer_scope(employer):
        claims = Claim.objects.order_by("pk").values_list("pk", flat=True)
        every = claims.count() // (visits + 1)
        paths = [public_id("clm", employer.pk, key) for key in claims[: every * (visits + 1) : every]]
    desk = f"/desk/employers/{public_id('emp', 0, employer.pk)}/claims"
    return _visited(client, [f"{desk}/{claim}/" for claim in paths])


def _visited(client: Client, paths: Sequence[str]) -> Page:
    taken = []
    for path in paths:
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
    cuts = statistics.quantiles(taken[1:], n=20)  # the first visit fills caches
    return Page(cuts[9], cuts[18])
