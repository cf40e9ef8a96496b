"""Banks' forms of positive pay files at the desk: the samples, and what was loaded."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tpa.books.edi import banks
from tpa.engine.paying.positive_pay import Check, LayoutError, samples, write_checks
from tpa.infra import clock
from tpa.web.pages import attempt, desk_page, reader, sheet, show, uploaded

_MOST_BYTES = 20_000
_SHOWN_ON = date(2026, 4, 2)
_SHOWN = (
    Check("00123456", "1001", 32_000, _SHOWN_ON, "Elm Clinic", routing="091000019"),
    Check("00123456", "999", 5, _SHOWN_ON, "Kim Stone", is_void=True, routing="091000019"),
)
"""What a layout is shown with: a check that was issued and one that is void."""


@desk_page("payments.read", of_all=True)
@require_GET
def bank_layouts(request: HttpRequest) -> HttpResponse:
    """In which forms are checks told to banks, and how does each look?"""
    loaded = banks.loaded_layouts()
    named = {name: write_checks(_SHOWN, layout, made_on=_SHOWN_ON).decode() for name, layout in samples().items()}
    return show(
        request,
        "operator/bank_layouts.html",
        here="provider-accounts",
        page=sheet(request, loaded),
        count=len({one.name for one in loaded}),
        samples=named,
        may_load=request.user.allows("payments.release", None),
    )


@desk_page("payments.release", of_all=True)
@require_POST
def load_bank_layout(request: HttpRequest) -> HttpResponse:
    """A bank's form, from its TOML file."""

    def act() -> None:
        content, _ = uploaded(request, "the layout (TOML)")
        try:
            text = content.read(_MOST_BYTES).decode()
        except UnicodeDecodeError as error:
            raise LayoutError("It is no text in UTF-8.") from error
        name = request.POST.get("name", "").strip()
        banks.load_layout(name=name, text=text, loaded_by_id=reader(request).person, now=clock.now())

    attempt(request, "The layout is loaded.", act)
    return redirect(reverse("operator:bank-layouts"))
