"""Where a made thing is: the address at which it can be read, found by the kind of its public id."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.urls import get_resolver

ID_KINDS = {
    "claim": "clm", "contract_version": "slv", "correction": "cor", "decision": "dec", "delivery": "whd",
    "employer": "emp", "endpoint": "whk", "entry": "led",
    "fee_version": "fsc", "file": "fil", "filing": "slf", "funding_request": "frq", "invoice": "inv", "appeal": "apl",
    "bank_entry": "bke", "provider_account": "pac", "settlement": "stl", "member_account": "acc",
    "provider_address": "pad", "member_address": "mad",
    "override": "ovr", "dispute": "dsp", "subrogation_case": "sub",
    "item": "itk", "job": "job", "load": "lod", "member": "mem", "payment": "pay", "pend": "pnd", "plan": "pln",
    "price_list": "prl", "price_version": "prv", "quote": "slw", "run": "run", "version": "plv", "what_if": "wif",
    "work_item": "wki",
}  # fmt: skip
"""Name of a place in a path -> the kind of public id that stands there."""

_ONE_THING = re.compile(r"(?P<collection>[\w/-]+/)<str:(?P<name>\w+)>/")


def place_of(told: Any, asked_at: str) -> str:
    """The path of the one thing that an answer to a POST at the path `asked_at` tells of; "" where it has none.

    The thing is the body's `id`, or the only value of a body that holds nothing else.
    """
    if not isinstance(told, dict) or not told:
        return ""
    name = told.get("id") or (next(iter(told.values())) if len(told) == 1 else "")
    found = collection_of(name.partition("_")[0], asked_at) if isinstance(name, str) else ""
    return f"{found}{name}/" if found else ""


def collection_of(kind: str, asked_at: str) -> str:
    """The path below which things of this kind are read: `asked_at` itself if it can be, else the only one there is."""
    found = _collections().get(kind, ())
    return asked_at if asked_at in found else found[0] if len(found) == 1 else ""


@cache
def _collections() -> dict[str, tuple[str, ...]]:
    """Kind of public id -> the collections whose members have an address that can be read."""
    found: dict[str, tuple[str, ...]] = {}
    for branch in get_resolver().url_patterns:
        for leaf in getattr(branch, "url_patterns", ()):
            view = getattr(leaf.callback, "view_class", None)
            route = _ONE_THING.fullmatch(f"/{branch.pattern}{leaf.pattern}")
            if route and route["name"] in ID_KINDS and "GET" in getattr(view, "permissions", ()):
                kind = ID_KINDS[route["name"]]
                found[kind] = (*found.get(kind, ()), route["collection"])
    return found
