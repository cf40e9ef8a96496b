"""The example claims of a plan document: people, what they have used before, claims, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.accumulators.balances import FAMILY
from tpa.engine.adjudication.examples.access import read_authorizations
from tpa.engine.adjudication.examples.dental import Issued, claim_facts, line_facts, read_instalment
from tpa.engine.adjudication.examples.expect import Expected, claim_expected, line_expected, reasons_to_wait
from tpa.engine.adjudication.examples.later import (
    Known,
    Learned,
    Outside,
    Rippled,
    read_coverages,
    read_later,
    read_replaced,
)
from tpa.engine.adjudication.examples.overrides import read_overrides
from tpa.engine.adjudication.examples.payers import read_elsewhere, read_payers
from tpa.engine.adjudication.examples.used import Used, read_units, read_used
from tpa.engine.adjudication.facts import Authorization, Claim, Coverage, Elsewhere, Person, ServiceLine
from tpa.engine.plan.terms import COVERAGE_TIERS, PlanTerms
from tpa.engine.plan.terms_values import amount
from tpa.engine.pricing.price import Price, PriceKey
from tpa.engine.pricing.rows import read_rows
from tpa.engine.pricing.table import tables_of
from tpa.kernel.document import DocumentError, Section

PRICE_LIST_ID = 1
THE_FAMILY = "family"
_BORN_ON = date(1980, 1, 1)
NO_PLAN: Mapping[str, Any] = {}
_FREQUENCIES = tuple("0123456789")
_RELATIONSHIPS = ("self", "spouse", "child", "other")


class ExampleClaim(NamedTuple):
    """A claim, what its lines and itself must come to."""

    where: str
    claim: Claim
    lines: tuple[Expected, ...]
    whole: Expected
    issued: Issued | None = None
    """An instalment of an earlier claim: `claim` is that one, and the instalment is made when it is decided."""
    replaces: int | None = None
    """The number of the earlier claim that this one, of frequency 7 or 8, replaces or takes back."""


Row = ExampleClaim | Learned | Outside | Rippled


class Example(NamedTuple):
    """A family, its prices, and its claims."""

    name: str
    where: str
    people: Mapping[int, Person]
    coverages: Mapping[int, tuple[Coverage, ...]]
    prices: Mapping[PriceKey, tuple[Price, ...]]
    used: tuple[Used, ...]
    rows: tuple[Row, ...]
    """Its claims in the order in which they are decided, and what comes later among them: the first one has number 1."""
    used_after: tuple[Used, ...]
    elsewhere: Mapping[int, Elsewhere]
    authorizations: Mapping[int, tuple[Authorization, ...]]

    @property
    def expects(self) -> bool:
        """Whether anything is expected, so that it can fail."""
        return bool(self.used_after) or any(
            one.rows if isinstance(one, Rippled) else one.whole.values or any(line.values for line in one.lines)
            for one in self.rows
            if isinstance(one, ExampleClaim | Rippled)
        )


def read_example(document: Any, where: str, terms: PlanTerms, plan: Mapping[str, Any] = NO_PLAN) -> Example:
    """One example of the plan of these terms, and of that document. Raises DocumentError with the path of its first fault."""
    with Section(document, where) as one:
        names: dict[str, int] = {}
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
            if name in names or name == THE_FAMILY:
                raise DocumentError(f"There are two people named {name!r}.", where=row.at("name"))
            names[name] = member_id
        name = one.text("name")
        one.text("source", "")
        users = {THE_FAMILY: FAMILY, **names}
        return Example(
            name,
            where,
            people,
            coverages,
            _prices(one, terms),
            read_used(one, "used", users, terms),
            _rows(one, Known(names, tier, *holder, plan), terms),
            read_used(one, "expect_used", users, terms),
            elsewhere,
            read_authorizations(one, names),
        )


def _person(section: Section, member_id: int, tier: str, line: str) -> tuple[str, Person, tuple[Coverage, ...]]:
    with section as one:
        relationship = one.choice("relationship", _RELATIONSHIPS, "self" if member_id == 1 else "other")
        birth_on, sex, pay_to = one.day("birth_on", _BORN_ON), one.text("sex", ""), one.text("pay_to", "")
        disabled = one.flag("disabled", False)
        person = Person(member_id, relationship, birth_on, sex, disabled, pay_to)
        return one.text("name"), person, read_coverages(one, tier, line)


def _prices(section: Section, terms: PlanTerms) -> dict[PriceKey, tuple[Price, ...]]:
    """The providers' price list, and the tables that the plan's pricing names."""
    found: dict[PriceKey, tuple[Price, ...]] = {
        (PRICE_LIST_ID, code): rows for code, rows in read_rows(section, "prices").items()
    }
    named = {name for tier in terms.tiers for step in tier.prices for name in tables_of(step.settings)}
    if "tables" in section:
        with section.section("tables") as tables:
            for name in tables.keys():  # noqa: SIM118
                if name not in named:
                    raise DocumentError(f"No price of the plan names the table {name[:60]!r}.", where=tables.at(name))
                found |= {(name, code): rows for code, rows in read_rows(tables, name).items()}
    section.value("tables", None)
    return found


def _rows(section: Section, known: Known, terms: PlanTerms) -> tuple[Row, ...]:
    """The list `claims`: claims, instalments, and what comes later."""
    rows: list[Row] = []
    claims: dict[int, ExampleClaim] = {}
    for number, row in enumerate(section.sections("claims"), start=1):
        later = read_later(row, known, terms, claims)
        if later is None:
            claims[number] = (
                _issued(row, claims, terms)
                or _void(row, number, claims, terms)
                or _claim(row, number, known, terms, claims)
            )
        rows.append(later or claims[number])
    if not claims:
        raise DocumentError("An example needs at least one claim.", where=section.at("claims"))
    return tuple(rows)


def _issued(section: Section, before: Mapping[int, ExampleClaim], terms: PlanTerms) -> ExampleClaim | None:
    issued = read_instalment(section, before)
    if issued is None:
        return None
    with section as one:
        claim = before[issued.of].claim
        return ExampleClaim(one.where, claim, (Expected(one.where, {}),), claim_expected(one, terms), issued)


def _void(section: Section, number: int, before: Mapping[int, ExampleClaim], terms: PlanTerms) -> ExampleClaim | None:
    """A claim of frequency 8 that only says which one it takes back: the rest is as on that one."""
    if "lines" in section or "replaces" not in section:
        return None
    with section as one:
        one.choice("frequency", ("8",))
        replaces = read_replaced(one, "8", before)
        assert replaces is not None
        claim = before[replaces].claim._replace(claim_id=number, frequency="8")
        return ExampleClaim(one.where, claim, (), claim_expected(one, terms), replaces=replaces)


def _claim(
    section: Section, claim_id: int, known: Known, terms: PlanTerms, before: Mapping[int, ExampleClaim]
) -> ExampleClaim:
    with section as one:
        member_id, on = known.person(one), one.day("on")
        form = one.choice("form", ("professional", "institutional", "dental", "drug"), _form(terms))
        rows = one.sections("lines")
        if not rows:
            raise DocumentError("A claim needs at least one line.", where=one.at("lines"))
        payers = read_payers(one, rows)
        frequency = one.choice("frequency", _FREQUENCIES, "1")
        replaces = read_replaced(one, frequency, before)
        lines, expected = [], []
        for number, row in enumerate(rows, start=1):
            line, wanted = _line(row, number, on, terms)
            lines.append(line)
            expected.append(wanted)
        claim = Claim(
            claim_id=claim_id,
            member_id=member_id,
            form=form,
            received_on=one.day("received_on", max(on, *(line.through_on for line in lines))),
            lines=tuple(lines),
            provider_tax_id=one.text("provider", "1"),
            specialty=one.text("specialty", ""),
            network=one.choice("network", [tier.name for tier in terms.tiers if tier.network], ""),
            price_list_id=PRICE_LIST_ID,
            facility_code=one.text("bill_type", ""),
            admitted_on=one.day("admitted_on", None),
            frequency=frequency,
            related_causes=one.texts("related_causes", ()),
            other_payers=payers,
            accident_on=one.day("accident_on", None),
            cleared=one.texts("cleared", (), options=reasons_to_wait(terms)),
            overrides=read_overrides(one, len(rows)),
            drg=one.text("drg", ""),
            zip_code=_zip(one),
            repriced_cents=amount(one, "repriced", None),
            assigned=one.flag("assigned", True),
            sanction=one.text("sanction", ""),
            **claim_facts(one),
        )
        whole = claim_expected(one, terms)
        if whole.values.get("outcome") == "pended":
            for wanted in expected:
                if wanted.values:
                    raise DocumentError("The lines of a claim that waits come to nothing.", where=wanted.where)
        return ExampleClaim(one.where, claim, tuple(expected), whole, replaces=replaces)


def _zip(section: Section) -> str:
    zip_code = section.text("zip", "")
    if zip_code and not (len(zip_code) == 5 and zip_code.isascii() and zip_code.isdigit()):
        raise DocumentError("A ZIP code has five digits.", where=section.at("zip"))
    return str(zip_code)


def _form(terms: PlanTerms) -> str:
    return "dental" if terms.line == "dental" else "professional"


def _line(section: Section, number: int, on: date, terms: PlanTerms) -> tuple[ServiceLine, Expected]:
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
            units_milli=read_units(one, "units", 1, least=1),
            diagnoses=one.texts("diagnoses", ()),
            authorization=one.text("authorization", ""),
            repriced_cents=amount(one, "repriced", None),
            noncovered_cents=amount(one, "noncovered", 0),
            emergency=one.flag("emergency", False),
            **line_facts(one),
        )
        return line, line_expected(one, terms)
