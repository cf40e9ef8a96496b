"""The portal's own pages: home, and claims without persons. The others stand at the desk as well."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tpa.books.claims import selectors as claims
from tpa.infra import clock
from tpa.kernel.ids import key_of
from tpa.web.pages import portal_page, sheet, show
from tpa.web.portal import figures


@portal_page("summary.read")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What has the plan cost, and is that normal?"""
    today = clock.today(request.employer.time_zone)
    return show(request, "portal/home.html", here="home", **figures.home(request.employer, today))


@portal_page("ledger.read")
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """The claims behind the cost: by number, with amounts, without a person, a provider or a diagnosis."""
    page = sheet(request, claims.claims())
    standings = claims.standings([one.pk for one in page])
    rows = [(one, standings[one.pk]) for one in page]
    return show(request, "portal/claims.html", here="claims", page=page, rows=rows)


@portal_page("ledger.read")
@require_GET
def claim(request: HttpRequest, claim: str) -> HttpResponse:
    """What a claim cost, version by version; nobody is named."""
    found = claims.claim(key_of(claim, "clm", request.employer.pk))
    standing = claims.standings([found.pk])[found.pk]
    context = {"claim": found, "standing": standing, "versions": claims.decisions(found.pk)}
    return show(request, "portal/claim.html", here="claims", **context)
