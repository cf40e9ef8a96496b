"""How pages print money, dates of spans, shares and states."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from babel.numbers import format_currency
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tpa.engine.journal.accounts import CHART
from tpa.engine.plan.terms import units_text
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.money import parse_amount
from tpa.kernel.periods import FOREVER, Span

register = template.Library()

ICONS = {"good": "✓", "warn": "◷", "act": "!", "info": "i", "muted": "·"}
STATES = {
    "paid": ("good", "Paid"),
    "denied": ("act", "Denied"),
    "reversed": ("muted", "Reversed"),
    "closed": ("muted", "Closed"),
    "pended": ("warn", "Waits for a person"),
    "waiting": ("info", "To be decided"),
    "draft": ("warn", "Draft"),
    "published": ("good", "Published"),
    "reviewed": ("info", "Reviewed"),
    "approved": ("info", "Approved"),
    "sent": ("good", "Sent"),
    "final": ("good", "Final"),
    "done": ("good", "Done"),
    "running": ("info", "Running"),
    "queued": ("info", "Queued"),
    "failed": ("act", "Failed"),
    "cancelled": ("muted", "Called off"),
    "received": ("info", "Received"),
    "prepared": ("warn", "To be approved"),
    "requested": ("info", "Asked for"),
    "released": ("good", "Released"),
    "withdrawn": ("muted", "Withdrawn"),
    "refused": ("act", "Refused"),
    "staged": ("warn", "To be looked at"),
    "applied": ("good", "Applied"),
    "undone": ("muted", "Undone"),
    "test": ("info", "Test"),
    "tested": ("info", "Tested"),
    "preparing": ("info", "Being computed"),
    "previewed": ("warn", "To be applied or parked"),
    "applying": ("info", "Being applied"),
    "parked": ("muted", "Parked"),
    "stale": ("act", "Overtaken"),
    "rejected": ("act", "Rejected"),
    "delivered": ("good", "Delivered"),
    "enabled": ("good", "Enabled"),
    "disabled": ("muted", "Disabled"),
    "proposed": ("warn", "To be approved"),
    "heard": ("info", "Given by a claim"),
    "issued": ("info", "Issued"),
    "mailed": ("info", "Mailed"),
    "cleared": ("good", "Cleared"),
    "not_cashed": ("warn", "Not cashed"),
    "void": ("muted", "Void"),
    "reissued": ("muted", "Issued anew"),
    "returned": ("act", "Sent back by the bank"),
    "escheated": ("muted", "Given up"),
    "active": ("good", "Active"),
    "suspended": ("act", "Suspended"),
    "in_force": ("good", "In force"),
    "taken_back": ("muted", "Taken back"),
    "upheld": ("info", "Upheld"),
    "partly": ("good", "Reversed in part"),
    "not_eligible": ("muted", "Not eligible"),
    "open": ("warn", "To be decided"),
    "provisioning": ("warn", "Being set up"),
}


@register.filter
def money(cents: int | str | None, currency: str = "USD") -> str:
    """`$1,234.50`; nothing for None, nor for the empty text that a template gives for an amount of nothing."""
    if cents is None or isinstance(cents, str):
        return ""
    # Whole cents become exact units here: an integer part and a two-digit fraction, never a float.
    sign = "-" if cents < 0 else ""
    return format_currency(f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}", currency, locale="en_US")


@register.filter
def money_text(amount: str, currency: str = "USD") -> str:
    """`$1,234.50` for the amount `1234.50` of a document that is kept as it was written; other texts as they are."""
    try:
        return money(parse_amount(amount), currency)
    except DomainError:
        return amount


@register.filter
def percent(basis_points: int | None) -> str:
    """`62.5 %` for 6250."""
    if basis_points is None:
        return ""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


@register.filter
def terms(document: dict[str, Any], currency: str = "USD") -> str:
    """A fee's terms in words: `rates: EE $35.00, EF $70.00; minimum: $500.00` for rates_cents and minimum_cents."""
    return "; ".join(f"{_term(name)}: {_written(name, value, currency, str)}" for name, value in document.items())


@register.filter
def amounts(by_name: dict[str, int], currency: str = "USD") -> str:
    """`EE $35.00, EF $70.00` for cents by name."""
    return _written("cents", by_name, currency, str)


def _term(name: str) -> str:
    return words(re.sub(r"_(cents|bp)$", "", name))


def _written(name: str, value: Any, currency: str, write: Callable[[Any], str]) -> str:
    """A value by the unit that its name, or the name above it, ends in."""
    if name.endswith("cents"):
        write = partial(money, currency=currency)
    elif name.endswith("bp"):
        write = percent
    if isinstance(value, dict):
        return ", ".join(f"{_term(key)} {_written(key, one, currency, write)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(_written("", one, currency, write) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return write(value) if isinstance(value, int) else str(value)


@register.filter
def last_day(ends_before: date | None) -> str:
    """The last day of a half-open span, as people write it; empty where it has no end."""
    if ends_before is None or ends_before == FOREVER:
        return ""
    return Span(date.min, ends_before).last_day.isoformat()


@register.simple_tag
def status(state: str) -> SafeString:
    """Word, icon and colour of a state."""
    tone, word = STATES.get(state, ("muted", state.replace("_", " ")))
    return format_html(
        '<span class="status status-{}"><span aria-hidden="true">{}</span> {}</span>', tone, ICONS[tone], word
    )


@register.simple_tag(takes_context=True)
def pid(context: Any, kind: str, key: int, employer_id: int | None = None) -> str:
    """The public id of a row of the page's employer."""
    return public_id(kind, context["employer"].pk if employer_id is None else employer_id, key)


@register.simple_tag
def bar(part: int, whole: int, tone: str = "") -> SafeString:
    """A bar: `part` of `whole`, clipped at full; its figures stand beside it in the text."""
    share = min(100, 100 * max(0, part) // whole) if whole > 0 else 0
    return format_html(
        '<svg class="bar-svg {}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-back" width="100" height="4"/><rect class="bar-front" width="{}" height="4"/></svg>',
        f"bar-{tone}" if tone else "",
        share,
    )


@register.filter
def words(code: str) -> str:
    """`claim approved` for `claim_approved`."""
    return str(code).replace("_", " ")


@register.filter
def counter(code: str) -> str:
    """`medical out of pocket network` for the accumulator `medical:oop.network`."""
    return words(code.replace(":oop.", ":out of pocket.").replace(":", " ").replace(".", " "))


@register.filter
def account(code: str) -> str:
    """`2000 Claims approved, not funded` for an account's code."""
    return f"{code} {CHART[code].name}" if code in CHART else code


@register.filter
def told(side: Any) -> str:
    """One side of a change as a load keeps it: fields of a person, segments [first day, day after, plan, tier], other plans."""
    if isinstance(side, dict):
        return ", ".join(f"{words(name)} {value}" for name, value in side.items() if value not in ("", None, False))
    if side and isinstance(side[0], dict):
        return "; ".join(told(one) for one in side)
    spans = ((starts, last_day(date.fromisoformat(ends)), tier) for starts, ends, _, tier, *_ in side or ())
    return "; ".join(f"{tier} from {starts}" + (f" to {last}" if last else "") for starts, last, tier in spans)


register.filter("thousandths", units_text)
