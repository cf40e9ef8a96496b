"""Reading providers and prices for a batch of claims: a handful of queries, however many claims."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tpa.books.providers.models import Price, PriceList
from tpa.engine.pricing import price as engine
from tpa.infra.postgres.prepared import Asked, prepared
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


class _Membership(NamedTuple):
    """A provider is a member of a network that the employer rents."""

    place: int
    """In the order of the employer's networks."""
    span: Span
    rented: Span
    network_id: int
    tier: str


class _Contract(NamedTuple):
    """A contract of a provider or of a network, and the price list that it pays by."""

    span: Span
    price_list_id: int


# A provider stands in as many rows as it has memberships in networks that the employer rents; in one without any.
_PROVIDERS = """
    SELECT p.id, p.npi, p.tax_id, p.specialty, dense_rank() OVER (ORDER BY e.rank, e.id), m.network_id, m.tier,
        m.starts_on, m.ends_before, e.starts_on, e.ends_before
    FROM providers_provider p
    LEFT JOIN (
        providers_networkmembership m
        JOIN providers_employernetwork e ON e.network_id = m.network_id AND e.employer_id = %s
    ) ON m.provider_id = p.id
    WHERE p.npi = ANY(%s) OR p.tax_id = ANY(%s)
    ORDER BY p.id, m.id"""
_CONTRACTS = """
    SELECT provider_id, network_id, starts_on, ends_before, price_list_id FROM providers_providercontract
    WHERE provider_id = ANY(%s) OR network_id = ANY(%s)
    ORDER BY starts_on DESC"""
_VERSIONS = """
    SELECT price_list_id, effective_on, id FROM providers_pricelistversion
    WHERE price_list_id = ANY(%s) AND state = 'published' AND (%s::timestamptz IS NULL OR published_at <= %s)"""


def standings(employer_id: int, asks: Collection[Ask]) -> dict[Ask, Standing]:
    """Where each provider stands for an employer. Two queries.

    The NPI decides; where it is empty or unknown, the tax id. Of the employer's networks the one with the lowest rank
    in which the provider is a member on the day gives the tier. The price list is the provider's own contract's, else
    the network's.
    """
    return read_standings(prepared(*ask_standings(employer_id, asks)), asks)


def ask_standings(employer_id: int, asks: Collection[Ask]) -> Asked:
    """The first query of it, for a message with others; `read_standings` reads its rows."""
    npis, tax_ids = [ask.npi for ask in asks if ask.npi], [ask.tax_id for ask in asks if ask.tax_id]
    return _PROVIDERS, [employer_id, npis, tax_ids]


def read_standings(rows: Iterable[tuple[Any, ...]], asks: Collection[Ask]) -> dict[Ask, Standing]:
    """Where each provider stands, as `standings` gives it. One query."""
    known = _Providers(rows)
    own, of_network = _contracts(known.ids, known.network_ids)
    found = {}
    for ask in asks:
        candidates = known.of(ask)
        provider_id, membership = known.member(candidates, ask.day)
        tier, network_id = (membership.tier, membership.network_id) if membership else ("", 0)
        price_list_id = _in_force(own[provider_id], ask.day) or _in_force(of_network[network_id], ask.day)
        found[ask] = Standing(provider_id, known.specialty.get(provider_id, ""), tier, price_list_id)
    return found


class _Providers:
    """The providers that a batch names, by NPI and by tax id, with their places in the employer's networks."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._by_npi: dict[str, list[int]] = defaultdict(list)
        self._by_tax_id: dict[str, list[int]] = defaultdict(list)
        self._memberships: dict[int, list[_Membership]] = {}
        self.specialty: dict[int, str] = {}
        self.network_ids: set[int] = set()
        for key, npi, tax_id, specialty, place, network_id, tier, *days in rows:
            if key not in self.specialty:
                self.specialty[key] = specialty
                self._memberships[key] = []
                if npi:
                    self._by_npi[npi].append(key)
                if tax_id:
                    self._by_tax_id[tax_id].append(key)
            if network_id is not None:
                self.network_ids.add(network_id)
                held = _Membership(place, Span(*days[:2]), Span(*days[2:]), network_id, tier)
                self._memberships[key].append(held)

    @property
    def ids(self) -> Collection[int]:
        return self.specialty.keys()

    def of(self, ask: Ask) -> list[int]:
        """The keys that may be meant: by NPI the one, by tax id perhaps several."""
        return self._by_npi.get(ask.npi) or self._by_tax_id.get(ask.tax_id) or []

    def member(self, candidates: Sequence[int], day: date) -> tuple[int, _Membership | None]:
        """Which of them is in the first of the employer's networks on a day; else the first of them, in none."""
        found = [
            (held.place, at, held)
            for at, provider_id in enumerate(candidates)
            for held in self._memberships[provider_id]
            if day in held.rented and day in held.span
        ]
        if not found:
            return (candidates[0] if candidates else 0), None
        _, at, held = min(found, key=lambda one: one[:2])
        return candidates[at], held


def _contracts(
    provider_ids: Collection[int], network_ids: Collection[int]
) -> tuple[Mapping[int, list[_Contract]], Mapping[int, list[_Contract]]]:
    own: dict[int, list[_Contract]] = defaultdict(list)
    of_network: dict[int, list[_Contract]] = defaultdict(list)
    for provider_id, network_id, starts_on, ends_before, price_list_id in prepared(
        _CONTRACTS, [list(provider_ids), list(network_ids)]
    ):
        held = _Contract(Span(starts_on, ends_before), price_list_id)
        (of_network[network_id] if network_id else own[provider_id]).append(held)
    return own, of_network


def _in_force(contracts: Iterable[_Contract], day: date) -> int:
    return next((held.price_list_id for held in contracts if day in held.span), 0)


_Row = tuple[str, str, int | None, int, str, str, int, int]
_Rows = tuple[_Row, ...]
_MOST_KEPT = 200_000
_kept: dict[tuple[int, str], _Rows] = {}
"""(version, code) -> its rows. A published version never changes, so what was read once stays true in this process."""


def table_keys(names: Collection[str]) -> dict[str, int]:
    """The price lists of these codes, which plans name as tables. One query, none without names."""
    return dict(PriceList.objects.filter(code__in=names).values_list("code", "id")) if names else {}


def prices(
    price_list_ids: Collection[int], codes: Collection[str], *, known_at: datetime | None = None
) -> dict[tuple[int, str], list[engine.Price]]:
    """The prices published by `known_at` (None: now), each with the dates of its version. At most two queries."""
    versions = _version_spans(price_list_ids, known_at)
    found: dict[tuple[int, str], list[engine.Price]] = defaultdict(list)
    for (version_id, code), rows in _rows([(version_id, code) for version_id in versions for code in codes]).items():
        price_list_id, span = versions[version_id]
        for modifier, place, cents, charge_bp, per, area, percentile, weight_e4 in rows:
            found[price_list_id, code].append(
                engine.Price(code, cents, charge_bp, modifier, place, *span, per, area, percentile, weight_e4)
            )
    return dict(found)


def _version_spans(price_list_ids: Collection[int], known_at: datetime | None) -> dict[int, tuple[int, Span]]:
    """Version -> its list, and the days from its date to the next version's."""
    by_list: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for price_list_id, effective_on, key in prepared(_VERSIONS, [list(price_list_ids), known_at, known_at]):
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
