"""Reading providers and prices for a batch of claims: a handful of queries, however many claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Q

from tpa.books.providers.models import (
    EmployerNetwork,
    NetworkMembership,
    Price,
    PriceList,
    PriceListVersion,
    Provider,
    ProviderContract,
)
from tpa.engine.pricing import price as engine
from tpa.kernel.periods import FOREVER, Span


class Ask(NamedTuple):
    """Who treats or bills, and on which day. An unknown number is an empty text."""

    npi: str
    tax_id: str
    day: date


class Standing(NamedTuple):
    """A provider's place on a day: known key (0 = unknown), tier name ("" = in no network), price list (0 = none)."""

    provider_id: int
    specialty: str
    network: str
    price_list_id: int


UNKNOWN = Standing(0, "", "", 0)


class _Held(NamedTuple):
    """A membership or contract of a provider or network, with what it gives."""

    span: Span
    network_id: int
    gives: str | int


def standings(employer_id: int, asks: Collection[Ask]) -> dict[Ask, Standing]:
    """Where each provider stands for an employer. Five queries at most.

    The NPI decides; where it is empty or unknown, the tax id. Of the employer's networks the one with the lowest rank
    in which the provider is a member on the day gives the tier. The price list is the provider's own contract's, else
    the network's.
    """
    known = _Providers(asks)
    networks = [
        (Span(starts_on, ends_before), network_id)
        for starts_on, ends_before, network_id in EmployerNetwork.objects.filter(employer_id=employer_id)
        .order_by("rank", "id")
        .values_list("starts_on", "ends_before", "network_id")
    ]
    network_ids = {network_id for _, network_id in networks}
    memberships = _memberships(known.ids, network_ids)
    own, of_network = _contracts(known.ids, network_ids)
    found = {}
    for ask in asks:
        candidates = known.of(ask)
        tier, network_id, provider_id = "", 0, candidates[0] if candidates else 0
        rented = [network for span, network in networks if ask.day in span]
        for network in rented:
            held = _member(memberships, candidates, network, ask.day)
            if held is not None:
                provider_id, tier, network_id = held[0], held[1], network
                break
        price_list_id = _in_force(own[provider_id], ask.day) or _in_force(of_network[network_id], ask.day)
        found[ask] = Standing(provider_id, known.specialty.get(provider_id, ""), tier, price_list_id)
    return found


class _Providers:
    """The providers that a batch names, by NPI and by tax id."""

    def __init__(self, asks: Iterable[Ask]) -> None:
        npis = {ask.npi for ask in asks if ask.npi}
        tax_ids = {ask.tax_id for ask in asks if ask.tax_id}
        self._by_npi: dict[str, list[int]] = defaultdict(list)
        self._by_tax_id: dict[str, list[int]] = defaultdict(list)
        self.specialty: dict[int, str] = {}
        rows = Provider.objects.filter(Q(npi__in=npis) | Q(tax_id__in=tax_ids)).order_by("id")
        for key, npi, tax_id, specialty in rows.values_list("id", "npi", "tax_id", "specialty"):
            self.specialty[key] = specialty
            if npi:
                self._by_npi[npi].append(key)
            if tax_id:
                self._by_tax_id[tax_id].append(key)

    @property
    def ids(self) -> Collection[int]:
        return self.specialty.keys()

    def of(self, ask: Ask) -> list[int]:
        """The keys that may be meant: by NPI the one, by tax id perhaps several."""
        return self._by_npi.get(ask.npi) or self._by_tax_id.get(ask.tax_id) or []


def _memberships(provider_ids: Collection[int], network_ids: Collection[int]) -> Mapping[int, list[_Held]]:
    found: dict[int, list[_Held]] = defaultdict(list)
    rows = NetworkMembership.objects.filter(provider_id__in=provider_ids, network_id__in=network_ids).order_by("id")
    for provider_id, starts_on, ends_before, network_id, tier in rows.values_list(
        "provider_id", "starts_on", "ends_before", "network_id", "tier"
    ):
        found[provider_id].append(_Held(Span(starts_on, ends_before), network_id, tier))
    return found


def _member(
    memberships: Mapping[int, list[_Held]], candidates: Iterable[int], network_id: int, day: date
) -> tuple[int, str] | None:
    for provider_id in candidates:
        for held in memberships.get(provider_id, ()):
            if held.network_id == network_id and day in held.span:
                return provider_id, str(held.gives)
    return None


def _contracts(
    provider_ids: Collection[int], network_ids: Collection[int]
) -> tuple[Mapping[int, list[_Held]], Mapping[int, list[_Held]]]:
    own: dict[int, list[_Held]] = defaultdict(list)
    of_network: dict[int, list[_Held]] = defaultdict(list)
    rows = ProviderContract.objects.filter(Q(provider_id__in=provider_ids) | Q(network_id__in=network_ids))
    for provider_id, network_id, starts_on, ends_before, price_list_id in rows.order_by("-starts_on").values_list(
        "provider_id", "network_id", "starts_on", "ends_before", "price_list_id"
    ):
        held = _Held(Span(starts_on, ends_before), network_id or 0, price_list_id)
        (of_network[network_id] if held.network_id else own[provider_id]).append(held)
    return own, of_network


def _in_force(contracts: Iterable[_Held], day: date) -> int:
    return next((int(held.gives) for held in contracts if day in held.span), 0)


_Row = tuple[str, str, int | None, int, str, str, int, int]
_Rows = tuple[_Row, ...]
_MOST_KEPT = 200_000
_kept: dict[tuple[int, str], _Rows] = {}
"""(version, code) -> its rows. A published version never changes, so what was read once stays true in this process."""


def table_keys(names: Collection[str]) -> dict[str, int]:
    """The price lists of these codes, which plans name as tables. One query, none without names."""
    return dict(PriceList.objects.filter(code__in=names).values_list("code", "id")) if names else {}


def prices(price_list_ids: Collection[int], codes: Collection[str]) -> dict[tuple[int, str], list[engine.Price]]:
    """The published prices for the engine's PriceBook, each with the dates of its version. At most two queries."""
    versions = _version_spans(price_list_ids)
    found: dict[tuple[int, str], list[engine.Price]] = defaultdict(list)
    for (version_id, code), rows in _rows([(version_id, code) for version_id in versions for code in codes]).items():
        price_list_id, span = versions[version_id]
        for modifier, place, cents, charge_bp, per, area, percentile, weight_e4 in rows:
            found[price_list_id, code].append(
                engine.Price(code, cents, charge_bp, modifier, place, *span, per, area, percentile, weight_e4)
            )
    return dict(found)


def _version_spans(price_list_ids: Collection[int]) -> dict[int, tuple[int, Span]]:
    """Version -> its list, and the days from its date to the next version's."""
    by_list: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = PriceListVersion.objects.filter(
        price_list_id__in=[key for key in price_list_ids if key], state=PriceListVersion.State.PUBLISHED
    )
    for price_list_id, effective_on, key in rows.values_list("price_list_id", "effective_on", "id"):
        by_list[price_list_id].append((effective_on, key))
    spans = {}
    for price_list_id, versions in by_list.items():
        for (starts_on, key), (ends_before, _) in pairwise([*sorted(versions), (FOREVER, 0)]):
            spans[key] = price_list_id, Span(starts_on, ends_before)
    return spans


def _rows(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], _Rows]:
    found = {key: rows for key in wanted if (rows := _kept.get(key)) is not None}
    missing = [key for key in wanted if key not in found]
    if missing:
        read = _read(missing)
        found.update(read)
        if len(_kept) + len(read) > _MOST_KEPT:
            _kept.clear()
        _kept.update(read)
    return found


def _read(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], _Rows]:
    rows: dict[tuple[int, str], list[_Row]] = {key: [] for key in keys}
    asked = Price.objects.filter(version_id__in={key[0] for key in keys}, code__in={key[1] for key in keys})
    columns = ("modifier", "place", "amount_cents", "percent_of_charge_bp", "per", "area", "percentile", "weight_e4")
    for version_id, code, modifier, place, cents, charge_bp, per, area, percentile, weight_e4 in asked.values_list(
        "version_id", "code", *columns
    ):
        if (version_id, code) in rows:
            row = (modifier, place, cents, charge_bp or 0, per, area, percentile, weight_e4)
            rows[version_id, code].append(row)
    return {key: tuple(found) for key, found in rows.items()}
