"""The example claims of a plan document: people, what they have used before, claims, and what is expected of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.accumulators.balances import FAMILY
from tpa.engine.adjudication.examples_access import read_authorizations
from tpa.engine.adjudication.examples_dental import (
    Issued,
    brought_along,
    claim_facts,
    line_facts,
    place_counter,
    read_instalment,
)
from tpa.engine.adjudication.examples_overrides import read_overrides
from tpa.engine.adjudication.examples_payers import read_elsewhere, read_payers
from tpa.engine.adjudication.facts import Authorization, Claim, Coverage, Elsewhere, Person, ServiceLine
from tpa.engine.plan.terms import COVERAGE_TIERS, Measure, PlanTerms
from tpa.engine.plan.terms_coordination import Method
from tpa.engine.plan.terms_values import amount
from tpa.engine.pricing.price import Price, PriceKey
from tpa.engine.pricing.rows import read_rows
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import FOREVER

PRICE_LIST_ID = 1
PLAN_ID = 1
THE_FAMILY = "family"
THOUSAND = 1000
_BORN_ON = date(1980, 1, 1)
_COVERED_FROM = date(1900, 1, 1)
_MONEY = ("allowed", "paid", "member", "deductible", "copay", "coinsurance")
_UNITS = re.compile(r"(\d{1,6})(?:\.(\d{1,3}))?\Z", re.ASCII)
PAYEES = ("provider", "member", "ordered")
STOP_LOSS_CLASSES = ("medical", "dental", "vision", "drug", "none")
_RELATIONSHIPS = ("self", "spouse", "child", "other")


class Expected(NamedTuple):
    """What a line or a claim must come to: name -> value, as far as the example says; amounts in cents."""

    where: str
    values: Mapping[str, Any]


class ExampleClaim(NamedTuple):
    """A claim, what its lines and itself must come to."""

    where: str
    claim: Claim
    lines: tuple[Expected, ...]
    whole: Expected
    issued: Issued | None = None
    """An instalment of an earlier claim: `claim` is that one, and the instalment is made when it is decided."""


class Used(NamedTuple):
    """What somebody has used of a deductible (`deductible.code`), maximum (`oop.code`) or limit (`limit.code`)."""

    where: str
    member_id: int
    code: str
    amount: int


class Example(NamedTuple):
    """A family, its prices, and its claims in the order in which they are decided."""

    name: str
    where: str
    people: Mapping[int, Person]
    coverages: Mapping[int, tuple[Coverage, ...]]
    prices: Mapping[PriceKey, tuple[Price, ...]]
    used: tuple[Used, ...]
    claims: tuple[ExampleClaim, ...]
    used_after: tuple[Used, ...]
    elsewhere: Mapping[int, Elsewhere]
    authorizations: Mapping[int, tuple[Authorization, ...]]


def read_example(document: Any, where: str, terms: PlanTerms) -> Example:
    """One example. Raises DocumentError with the path of its first fault."""
    with Section(document, where) as one:
        names = {THE_FAMILY: FAMILY}
        people: dict[int, Person] = {}
        coverages: dict[int, tuple[Coverage, ...]] = {}
        rows = one.sections("people") or [Section({"name": "employee"}, one.at("people"))]
        tier = one.choice("coverage_tier", COVERAGE_TIERS, "EE" if len(rows) == 1 else "EF")
        elsewhere: dict[int, Elsewhere] = {}
        holder = rows[0].text("name"), rows[0].day("birth_on", _BORN_ON)
        for member_id, row in enumerate(rows, start=1):
            found = read_elsewhere(row, *holder)
            name, people[member_id], coverages[member_id] = _person(row, member_id, tier, terms.line)
            if found is not None:
                elsewhere[member_id] = found
            if name in names:
                raise DocumentError(f"There are two people named {name!r}.", where=row.at("name"))
            names[name] = member_id
        name = one.text("name")
        one.text("source", "")
        claims: list[ExampleClaim] = []
        for row in one.sections("claims"):
            claims.append(_issued(row, claims) or _claim(row, len(claims) + 1, names, terms))
        if not claims:
            raise DocumentError("An example needs at least one claim.", where=one.at("claims"))
        return Example(
            name,
            where,
            people,
            coverages,
            _prices(one),
            _used(one, "used", names, terms),
            tuple(claims),
            _used(one, "expect_used", names, terms),
            elsewhere,
            read_authorizations(one, {name: key for name, key in names.items() if key != FAMILY}),
        )


def _person(section: Section, member_id: int, tier: str, line: str) -> tuple[str, Person, tuple[Coverage, ...]]:
    with section as one:
        relationship = one.choice("relationship", _RELATIONSHIPS, "self" if member_id == 1 else "other")
        birth_on, sex, pay_to = one.day("birth_on", _BORN_ON), one.text("sex", ""), one.text("pay_to", "")
        person = Person(member_id, relationship, birth_on, sex, pay_to=pay_to)
        span = one.span("covered", None)
        starts_on, ends_before = span or (_COVERED_FROM, FOREVER)
        covered = Coverage(line, PLAN_ID, tier, starts_on, ends_before, one.day("paid_until", None))
        return one.text("name"), person, (covered,)


def _prices(section: Section) -> dict[PriceKey, tuple[Price, ...]]:
    """The providers' price list, and the tables that the plan's pricing names."""
    found: dict[PriceKey, tuple[Price, ...]] = {
        (PRICE_LIST_ID, code): rows for code, rows in read_rows(section, "prices").items()
    }
    if "tables" in section:
        with section.section("tables") as tables:
            for name in tables.keys():  # noqa: SIM118
                found |= {(name, code): rows for code, rows in read_rows(tables, name).items()}
    section.value("tables", None)
    return found


def _used(section: Section, key: str, names: Mapping[str, int], terms: PlanTerms) -> tuple[Used, ...]:
    if key not in section:
        section.value(key, None)
        return ()
    counted = {f"limit.{one.code}": one.measure for one in terms.limits}
    codes = [f"deductible.{one.code}" for one in terms.deductibles] + [
        f"oop.{one.code}" for one in terms.out_of_pockets
    ]
    if terms.coordination is not None and terms.coordination.method is Method.SAVINGS_BANK:
        codes.append("savings")
    brought = brought_along(terms)
    found = []
    with section.section(key) as table:
        for name in table.keys():  # noqa: SIM118
            if name not in names:
                raise DocumentError(f"Nobody is named {name[:60]!r}.", where=table.at(name))
            with table.section(name) as row:
                for code in row.keys():  # noqa: SIM118
                    if code in brought or place_counter(terms, code) is not None:
                        found.append(_of_dental(row, code, names[name], terms))
                        continue
                    if code not in codes and code not in counted:
                        raise DocumentError(
                            f"The plan has no {code[:60]!r}.",
                            where=row.at(code),
                            remedy=f"It has {', '.join([*codes, *counted])}.",
                        )
                    value = _quantity(row, code, counted.get(code, Measure.ALLOWED))
                    found.append(Used(row.at(code), names[name], f"{terms.line}:{code}", value))
    return tuple(found)


def _of_dental(row: Section, key: str, member_id: int, terms: PlanTerms) -> Used:
    """What is used of one place in the mouth, or brought along by a maximum that rolls over or an incentive."""
    held = place_counter(terms, key)
    if held is not None:
        return Used(row.at(key), member_id, f"{terms.line}:{key}", _quantity(row, key, held[0].measure))
    value = amount(row, key) if key.startswith("rollover.") else row.whole(key, most=50)
    return Used(row.at(key), member_id, f"{terms.line}:{key}", value)


def _quantity(row: Section, code: str, measure: Measure) -> int:
    if measure in (Measure.ALLOWED, Measure.PAID):
        return int(amount(row, code))
    return row.whole(code) * (THOUSAND if measure is Measure.UNITS else 1)


def _issued(section: Section, before: Sequence[ExampleClaim]) -> ExampleClaim | None:
    issued = read_instalment(section, len(before))
    if issued is None:
        return None
    with section as one:
        claim = before[issued.of].claim
        return ExampleClaim(one.where, claim, (Expected(one.where, {}),), _expected(one, for_claim=True), issued)


def _claim(section: Section, claim_id: int, names: Mapping[str, int], terms: PlanTerms) -> ExampleClaim:
    people = [name for name in names if name != THE_FAMILY]
    with section as one:
        person = one.choice("person", people, people[0])
        on = one.day("on")
        form = one.choice("form", ("professional", "institutional", "dental", "drug"), _form(terms))
        rows = one.sections("lines")
        if not rows:
            raise DocumentError("A claim needs at least one line.", where=one.at("lines"))
        payers = read_payers(one, rows)
        lines, expected = [], []
        for number, row in enumerate(rows, start=1):
            line, wanted = _line(row, number, on)
            lines.append(line)
            expected.append(wanted)
        claim = Claim(
            claim_id=claim_id,
            member_id=names[person],
            form=form,
            received_on=one.day("received_on", max(on, *(line.through_on for line in lines))),
            lines=tuple(lines),
            provider_tax_id=one.text("provider", "1"),
            specialty=one.text("specialty", ""),
            network=one.choice("network", [tier.name for tier in terms.tiers if tier.network], ""),
            price_list_id=PRICE_LIST_ID,
            facility_code=one.text("bill_type", ""),
            admitted_on=one.day("admitted_on", None),
            frequency=one.choice("frequency", ("1", "7", "8"), "1"),
            related_causes=one.texts("related_causes", ()),
            other_payers=payers,
            accident_on=one.day("accident_on", None),
            cleared=one.texts("cleared", ()),
            overrides=read_overrides(one, len(rows)),
            drg=one.text("drg", ""),
            zip_code=_zip(one),
            repriced_cents=amount(one, "repriced", None),
            assigned=one.flag("assigned", True),
            sanction=one.text("sanction", ""),
            **claim_facts(one),
        )
        return ExampleClaim(one.where, claim, tuple(expected), _expected(one, for_claim=True))


def _zip(section: Section) -> str:
    zip_code = section.text("zip", "")
    if zip_code and not (len(zip_code) == 5 and zip_code.isascii() and zip_code.isdigit()):
        raise DocumentError("A ZIP code has five digits.", where=section.at("zip"))
    return str(zip_code)


def _form(terms: PlanTerms) -> str:
    return "dental" if terms.line == "dental" else "professional"


def _line(section: Section, number: int, on: date) -> tuple[ServiceLine, Expected]:
    with section as one:
        from_on = one.day("on", on)
        line = ServiceLine(
            number=number,
            from_on=from_on,
            through_on=one.day("through_on", from_on),
            charge_cents=amount(one, "charge"),
            procedure=one.text("code", ""),
            modifiers=one.texts("modifiers", ()),
            revenue_code=one.text("revenue_code", ""),
            place=one.text("place", ""),
            units_milli=_units(one),
            diagnoses=one.texts("diagnoses", ()),
            authorization=one.text("authorization", ""),
            repriced_cents=amount(one, "repriced", None),
            emergency=one.flag("emergency", False),
            **line_facts(one),
        )
        return line, _expected(one, for_claim=False)


def _units(section: Section) -> int:
    """Thousandths of `units`: a whole number, or a text or decimal with at most three decimals; 1 without it."""
    match = _UNITS.match(str(section.value("units", 1)))
    units = int(match[1]) * THOUSAND + int((match[2] or "").ljust(3, "0")) if match else 0
    if not units:
        raise DocumentError('A number of units above zero is wanted: 2 or "1.5".', where=section.at("units"))
    return units


def _expected(section: Section, *, for_claim: bool) -> Expected:
    """The table `expect` of a line or a claim; only what it names is compared."""
    if "expect" not in section:
        section.value("expect", None)
        return Expected(section.at("expect"), {})
    with section.section("expect") as one:
        values: dict[str, Any] = {name: amount(one, name) for name in _MONEY if name in one}
        for name in _MONEY:
            one.value(name, None)
        if for_claim:
            values |= {"outcome": one.choice("outcome", ("paid", "denied", "pended", "estimate"), None)}
            values |= {"pends": one.texts("pends", None), "payee": one.choice("payee", PAYEES, None)}
        else:
            values |= {"denied": one.flag("denied", None), "benefit": one.text("benefit", None)}
            values |= {"stop_loss": one.choice("stop_loss", STOP_LOSS_CLASSES, None)}
            values |= {"moves": () if one.value("moves", None) == [] else one.texts("moves", None)}
    return Expected(one.where, {name: value for name, value in values.items() if value is not None})
