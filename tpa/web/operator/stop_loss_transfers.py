"""The desk's page of what people accumulated under other groups and bring along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.agreements import selectors as agreements
from tpa.books.stoploss import selectors
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of
from tpa.kernel.money import parse_amount
from tpa.web.employer.stop_loss import day_of, number_of
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.stop_loss_transfers import bring_along

_LENGTHS = {"from_group": 60, "document": 120, "reference": 60}


@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    """What was brought along, and a form for more where a contract lets it go on."""
    held = agreements.stop_loss_contracts(request.employer.pk)
    taking = [one for one in held if one.terms.specific and one.terms.specific.transfer != "individual"]
    context = {"page": sheet(request, selectors.transfers()), "contracts": held, "taking": taking}
    return show(request, "employer/stop_loss_transfers.html", here="exposure", **context)


@require_POST
def bring(request: HttpRequest) -> HttpResponse:
    """Take in what another group has paid for a person."""
    posted = request.POST

    def do() -> None:
        texts = {name: posted.get(name, "").strip() for name in _LENGTHS}
        for name, most in _LENGTHS.items():
            if len(texts[name]) > most:
                raise DomainError(f"{most} characters are the most.", where=name)
        bring_along(
            contract_id=key_of(posted.get("contract", ""), "slc", request.employer.pk),
            member_id=number_of(posted.get("person", "")),
            cents=int(parse_amount(posted.get("amount", ""))),
            as_of=day_of(posted.get("as_of", ""), "as_of"),
            by=request.user.email,
            **texts,
        )

    attempt(request, "It counts toward the deductible.", do)
    return redirect(f"{request.root}exposure/transfers/")
