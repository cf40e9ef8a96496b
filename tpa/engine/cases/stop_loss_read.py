"""The stop-loss questions' own words: a contract as people write it, people by name, claims, lives by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Self

from tpa.engine.cases.words import Words
from tpa.engine.plan.terms_values import amount
from tpa.engine.stoploss.aggregate import Lives
from tpa.engine.stoploss.contract import UNITS, Contract
from tpa.engine.stoploss.contract_read import read_contract
from tpa.engine.stoploss.notices import Event
from tpa.engine.stoploss.windows import CARRIED, About, Amount, propose_windows
from tpa.kernel.coverage import ALL_TIERS, FUND_LINES, TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span, add_months, months_in, year_of

STATED = "stated"
NOBODY = "nobody"
"""Code of the factors that stand for attachments given month by month: a cent a life, the lives being the cents."""

YEAR = year_of(date(2026, 1, 1))
"""The policy period where a case names none."""


_OF_CASES_ALONE = {"aggregate": ("attachment", "monthly_attachments", "basis")}
"""Keys of a table of the contract that `_complete` has turned into others."""


class ContractWords(Words):
    """The tables of a contract as people write them; `person` in place of `unit_id`."""

    def __contains__(self, key: str) -> bool:
        return super().__contains__(_named(key))

    def at(self, key: str | int) -> str:
        """The JSON pointer of a key as the case writes it."""
        return super().at(_named(key) if isinstance(key, str) else key)

    def value(self, key: str, *default: Any) -> Any:
        """The bare value under the key as the case writes it."""
        return super().value(_named(key), *default)

    def section(self, key: str) -> Self:
        """The table under `key`."""
        found = super().section(key)
        for own in _OF_CASES_ALONE.get(key, ()):
            found.value(own, None)
        return found


def _named(key: str) -> str:
    return "person" if key == "unit_id" else key


class People:
    """Persons and families by name; a person without a family is one. Groups of people need no list of their own."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.families: dict[int, int] = {}

    def key(self, name: str) -> int:
        """The key of a name; the same name has the same one."""
        return self.keys.setdefault(name, len(self.keys) + 1)

    def name(self, key: int) -> str:
        """The name of a key; what belongs to nobody has none of its own."""
        return next((name for name, one in self.keys.items() if one == key), NOBODY)

    def read(self, row: Section) -> tuple[int, int]:
        """(person, family) of a row. Raises DocumentError where a person is said to be of another family than before."""
        person = self.key(row.text("person", NOBODY))
        family = row.text("family", None)
        known = self.families.get(person)
        found = self.key(family) if family else known or person
        if known not in (None, found):
            raise DocumentError("This person is of another family in a row above.", where=row.at("family"))
        self.families[person] = found
        return person, found

    def unit(self, row: Section, kind: str) -> int:
        """The unit that a laser or an exclusion names: `person`, or `family` where the contract counts families."""
        return self.key(row.text("person" if kind == UNITS["person"] else "family"))


def contract_of(row: Section, people: People, key: str = "contract") -> tuple[Contract, tuple[int, ...]]:
    """The contract of a question, and attachments that it states month by month in cents."""
    row.section(key)
    document = {name: dict(one) if isinstance(one, Mapping) else one for name, one in row.value(key).items()}
    stated = _stated(document, row.at(key))
    _complete(document, row.at(key))
    with ContractWords(document, row.at(key)) as one:
        one.value("basis", None)
        return read_contract(one, people.unit), stated


def _complete(document: dict[str, Any], where: str) -> None:
    """Fill in what a case may leave out: policy 2026, windows as `basis` proposes them or as the policy, every line."""
    with_policy = Section({"policy": document.get("policy", _table(YEAR))}, where)
    policy = with_policy.span("policy")
    windows = policy, policy
    if "basis" in document:
        windows = proposed(str(document["basis"]), policy, f"{where}/basis")
    document.setdefault("policy", _table(policy))
    document.setdefault("incurred", _table(windows[0]))
    document.setdefault("paid", _table(windows[1]))
    for key in ("specific", "aggregate"):
        if isinstance(document.get(key), Mapping):
            document[key] = {"lines": list(FUND_LINES), **document[key]}
    if isinstance(document.get("specific"), Mapping):
        document["specific"].setdefault("unit", "person")
    aggregate = document.get("aggregate")
    if isinstance(aggregate, dict):
        if "basis" in aggregate:
            own = proposed(str(aggregate["basis"]), policy, f"{where}/aggregate/basis")
            aggregate.setdefault("incurred", _table(own[0]))
            aggregate.setdefault("paid", _table(own[1]))
        if "attachment" in aggregate:
            _refuse_both(aggregate, ("minimum", "factors"), "attachment", where)
            aggregate["minimum"] = aggregate.pop("attachment")
        factors = aggregate.setdefault("factors", [])
        if isinstance(factors, list):
            aggregate["factors"] = [
                {"code": f"factors {n}" if n else "factors", **one}
                if isinstance(one, Mapping) and "code" not in one
                else one
                for n, one in enumerate(factors)
            ]
        if aggregate.get("accommodation") is True:
            aggregate["accommodation"] = {}


def proposed(basis: str, policy: Span, where: str) -> tuple[Span, Span]:
    """The windows that a label proposes. Raises DocumentError with the place of one that says nothing certain."""
    try:
        return propose_windows(basis, policy)
    except DomainError as fault:
        raise DocumentError(fault.message, where=where, remedy=fault.remedy) from fault


def _stated(document: dict[str, Any], where: str) -> tuple[int, ...]:
    """The list `monthly_attachments` of the aggregate in cents; it stands in place of factors and lives."""
    aggregate = document.get("aggregate")
    if not isinstance(aggregate, Mapping) or "monthly_attachments" not in aggregate:
        return ()
    rest = {key: value for key, value in aggregate.items() if key != "monthly_attachments"}
    _refuse_both(rest, ("factors", "attachment"), "monthly_attachments", f"{where}")
    document["aggregate"] = {**rest, "factors": [{"code": STATED, "factors": {ALL_TIERS: "0.01"}}]}
    listed = aggregate["monthly_attachments"]
    if not isinstance(listed, list) or not listed:
        raise DocumentError("A list of amounts is wanted.", where=f"{where}/aggregate/monthly_attachments")
    by_place = Section({str(n): one for n, one in enumerate(listed)}, f"{where}/aggregate/monthly_attachments")
    return tuple(amount(by_place, str(n)) for n in range(len(listed)))


def _refuse_both(table: Mapping[str, Any], keys: tuple[str, ...], key: str, where: str) -> None:
    for other in keys:
        if other in table:
            raise DocumentError(f"Either {key} or {other} is wanted.", where=f"{where}/aggregate/{other}")


def _table(span: Span) -> dict[str, date]:
    return {"starts_on": span.starts_on, "ends_before": span.ends_before}


HEADS = ""
"""The factor of lives that count for the premium."""


def lives_of(row: Section, contract: Contract, stated: tuple[int, ...]) -> list[Lives]:
    """Employees by month, tier and factor. A row holds from its `month` until the next one of the same factor.

    Rows that name no factor count for every factor, and for the premium (HEADS).
    """
    months = months_in(contract.policy)
    factors = contract.aggregate.factors if contract.aggregate and not stated else ()
    codes = (*dict.fromkeys(one.code for one in factors), HEADS)
    rows: dict[tuple[str, date], dict[str, int]] = {}
    for one in row.sections("lives"):
        with one:
            month = one.day("month", contract.policy.starts_on)
            factor = one.choice("factor", codes[:-1], None)
            counts = {tier: one.whole(tier) for tier in (*TIERS, ALL_TIERS) if tier in one}
            for tier in (*TIERS, ALL_TIERS):
                one.value(tier, None)
        if not counts:
            raise DocumentError("At least one tier or ALL is wanted.", where=one.where)
        for code in codes if factor is None else (factor,):
            rows[code, month.replace(day=1)] = counts
    found = [Lives(STATED, month, ALL_TIERS, cents) for month, cents in zip(months, stated, strict=False)]
    for code in codes:
        held: dict[str, int] = {}
        for month in months:
            held = rows.get((code, month), held)
            found += [Lives(code, month, tier, count) for tier, count in held.items()]
    return found


class Claims:
    """The claims of a question and what lowers them later, by name; `events` is what they say for notices."""

    def __init__(self, row: Section, contract: Contract, people: People) -> None:
        self.contract, self.people = contract, people
        self.by_name: dict[str, Amount] = {}
        self.amounts: list[Amount] = []
        self.events: list[Event] = []
        for one in row.sections("claims"):
            with one:
                self._claim(one)
        for one in row.sections("recoveries"):
            with one:
                self._recovery(one)

    def _claim(self, row: Section) -> None:
        number = len(self.amounts) + 1
        name = row.text("name", str(number))
        if name in self.by_name:
            raise DocumentError("A claim above has this name.", where=row.at("name"))
        person, family = self.people.read(row)
        incurred_on = row.day("incurred_on", self.contract.policy.starts_on)
        paid_on = row.day("paid_on", incurred_on) if row.flag("paid", True) else None
        row.value("paid_on", None)
        about = About(
            row.text("kind", ""),
            row.texts("codes", ()),
            tuple(code.replace(".", "") for code in row.texts("diagnoses", ())),
            row.flag("ordered", False),
            row.text("group", ""),
        )
        line = row.choice("line", FUND_LINES, "medical")
        found = Amount(
            number,
            number,
            person,
            family,
            line,
            incurred_on,
            paid_on,
            amount(row, "amount"),
            paid_on or incurred_on,
            about,
        )
        self.by_name[name] = found
        self.amounts.append(found)
        confined = row.whole("confined_days", 0, most=3_660)
        self.events.append(Event(person, family, incurred_on, about.diagnoses, confined))

    def _recovery(self, row: Section) -> None:
        """What a refund, void, reversal, subrogation or rebate takes back of a claim; a rebate may name none."""
        kind = row.text("kind", "refund")
        named = row.text("claim", None)
        if named is not None and named not in self.by_name:
            raise DocumentError("No claim above has this name.", where=row.at("claim"))
        of = self.by_name.get(named or "")
        number = len(self.amounts) + 1
        cents = -amount(row, "amount")
        if of is not None:
            known_on = row.day("known_on", of.known_on)
            about = of.about if of.about.kind == CARRIED else of.about._replace(kind=kind)
            self.amounts.append(of._replace(decision_id=number, cents=cents, known_on=known_on, about=about))
            return
        person, family = self.people.read(row) if "person" in row else (0, 0)
        row.value("person", None)
        row.value("family", None)
        paid_on = row.day("paid_on", self.contract.policy.starts_on)
        self.amounts.append(
            Amount(
                number,
                number,
                person,
                family,
                row.choice("line", FUND_LINES, "medical"),
                row.day("incurred_on", self.contract.policy.starts_on),
                paid_on,
                cents,
                row.day("known_on", paid_on),
                About(kind),
            )
        )


def last_day(contract: Contract) -> date:
    """Where a case names no day: everything is known by then."""
    return add_months(contract.paid_window.ends_before, 12) + timedelta(days=1)
