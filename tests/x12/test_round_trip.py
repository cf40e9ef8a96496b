"""Whatever can be written reads back equal; whatever cannot be written is refused, never altered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.x12.reading import bare, bare_member, read
from tests.x12.samples import (
    CLINIC,
    HOME,
    claims_file,
    dental,
    full_professional,
    institutional,
    member,
    members_file,
    professional,
)
from tpa.x12.claims import (
    Adjustment,
    Claim837,
    Code,
    Dated,
    Drug,
    Party,
    Person,
    Procedure,
    Reference,
    Repricing,
    ServiceLine837,
    Tooth,
)
from tpa.x12.enrolment import Coverage834, Member834
from tpa.x12.writers.interchange import TextError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-/&'()#éüŁ王"


def text(low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=low, max_size=high)


def code(low: int, high: int) -> st.SearchStrategy[str]:
    return st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=low, max_size=high)


days = st.dates(date(1800, 1, 1), date(9999, 12, 31))
cents = st.integers(0, 9_999_999_999)
maybe_cents = st.none() | st.integers(-9_999_999_999, 9_999_999_999)
amounts_of_service = st.decimals(0, 99_999, places=3)
quantities = st.none() | amounts_of_service


def made(kind: type, **fields: object) -> st.SearchStrategy:
    """Values of a NamedTuple with these fields drawn and the others at their default."""
    drawn = {name: one if isinstance(one, st.SearchStrategy) else st.just(one) for name, one in fields.items()}
    return st.fixed_dictionaries(drawn).map(lambda values: kind(**values))


def listed(one: st.SearchStrategy, high: int, low: int = 0) -> st.SearchStrategy:
    """A tuple of them."""
    return st.lists(one, min_size=low, max_size=high).map(tuple)


def reference(*qualifiers: str) -> st.SearchStrategy:
    return made(Reference, qualifier=st.sampled_from(qualifiers), value=text(1, 50))


parties = made(
    Party,
    role="82",
    is_person=st.booleans(),
    name=text(1, 60),
    first_name=text(0, 35),
    middle_name=text(0, 25),
    suffix=text(0, 10),
    id_qualifier="XX",
    id=code(2, 10),
    references=listed(reference("0B", "1G", "G2", "LU"), 3),
    taxonomy=st.sampled_from(["", "207Q00000X"]),
)
drugs = made(Drug, ndc=code(11, 11), quantity=st.decimals(0, 99, places=2), unit="ML", prescription_number=text(0, 50))
repricings = made(
    Repricing,
    method="03",
    allowed_cents=cents,
    savings_cents=maybe_cents,
    organization_id=text(0, 50),
    rate=st.none() | st.decimals(0, 999, places=2),
    group_code=text(0, 50),
    group_cents=maybe_cents,
)
adjustments = made(
    Adjustment,
    group=st.sampled_from(["CO", "PR"]),
    carc=code(1, 5),
    cents=st.integers(-(10**9), 10**9),
    quantity=quantities,
)
teeth = made(Tooth, number=code(1, 30), surfaces=listed(code(1, 2), 5))


@st.composite
def periods(draw: st.DrawFn, qualifier: str = "472") -> Dated:
    first = draw(days)
    return Dated(qualifier, first, draw(st.dates(first, date(9999, 12, 31))))


@st.composite
def service_lines(draw: st.DrawFn, number: int) -> ServiceLine837:
    return ServiceLine837(
        number,
        draw(cents),
        Procedure("HC", draw(code(1, 48)), draw(listed(code(2, 2), 4)), draw(text(0, 80))),
        unit="UN",
        quantity=draw(amounts_of_service),
        place_of_service=draw(st.sampled_from(["", "11", "22"])),
        diagnosis_pointers=draw(listed(st.integers(1, 2), 4)),
        emergency=draw(st.booleans()),
        dates=(draw(periods()),),
        references=draw(listed(reference("G1"), 5)),
        providers=draw(listed(parties, 1)),
        drug=draw(st.none() | drugs),
        repricing=draw(st.none() | repricings),
        sales_tax_cents=draw(maybe_cents),
    )


@st.composite
def claims(draw: st.DrawFn) -> Claim837:
    base = draw(st.sampled_from([professional(), full_professional()]))
    lines = [draw(service_lines(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    party = Party("IL", True, draw(text(1, 60)), draw(text(0, 35)), id_qualifier="MI", id=draw(text(2, 80)))
    person = Person(party._replace(address=HOME), draw(days), draw(st.sampled_from("MFU")))
    policy = base.subscriber._replace(person=person, group_number=draw(text(0, 50)), group_name=draw(text(0, 60)))
    others = [code.value for code in base.codes if code.qualifier == "ABF"]
    return base._replace(
        patient_control_number=draw(text(1, 38)),
        lines=tuple(lines),
        charge_cents=sum(one.charge_cents for one in lines) % 10_000_000_000,
        subscriber=policy,
        billing=CLINIC._replace(name=draw(text(1, 60))),
        patient_paid_cents=draw(maybe_cents),
        providers=draw(listed(parties, 1)),
        codes=(
            Code("ABK", draw(code(3, 7))),
            Code("ABF", others[0]),
            *draw(listed(made(Code, qualifier="ABF", value=code(3, 7)), 10)),
        ),
        other_payers=tuple([one._replace(adjustments=draw(listed(adjustments, 5))) for one in base.other_payers]),
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=4))
def test_professional_claims(given_claims: list[Claim837]) -> None:
    result = read(claims_file(*given_claims, claims_per_set=2))
    assert result.issues == []
    assert [bare(claim)._replace(issues=()) for claim in result.claims] == given_claims


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(cents, code(4, 4), amounts_of_service), min_size=1, max_size=30),
    periods("434"),
    st.lists(st.tuples(code(1, 30), periods("x")), max_size=12),
)
def test_institutional_claims(
    services: list[tuple[int, str, Decimal]], stay: Dated, spans: list[tuple[str, Dated]]
) -> None:
    lines = tuple(
        ServiceLine837(number, charge, revenue_code=revenue, unit="UN", quantity=quantity)
        for number, (charge, revenue, quantity) in enumerate(services, 1)
    )
    claim = institutional()._replace(
        lines=lines,
        charge_cents=sum(line.charge_cents for line in lines) % 10_000_000_000,
        dates=(stay,),
        codes=(Code("ABK", "J189"), *[Code("BI", value, span.first_on, span.last_on) for value, span in spans]),
    )
    result = read(claims_file(claim))
    assert result.issues == []
    assert [bare(one)._replace(issues=()) for one in result.claims] == [claim]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cents, listed(teeth, 32)), min_size=1, max_size=10), st.none() | st.integers(0, 99))
def test_dental_claims(services: list[tuple[int, tuple[Tooth, ...]]], months: int | None) -> None:
    lines = tuple(
        dental().lines[0]._replace(number=number, charge_cents=charge, teeth=mouth)
        for number, (charge, mouth) in enumerate(services, 1)
    )
    claim = dental()._replace(
        lines=lines,
        charge_cents=sum(line.charge_cents for line in lines) % 10_000_000_000,
        orthodontic_months=months,
    )
    result = read(claims_file(claim))
    assert result.issues == []
    assert [bare(one)._replace(issues=()) for one in result.claims] == [claim]


@st.composite
def members(draw: st.DrawFn) -> Member834:
    spans = st.tuples(days, days).map(lambda pair: (Dated("348", pair[0], pair[0]), Dated("349", pair[1], pair[1])))
    coverage = made(
        Coverage834,
        maintenance=st.sampled_from(["021", "024", "001", "030"]),
        line=st.sampled_from(["HLT", "DEN", "PPO"]),
        description=text(0, 50),
        tier=st.sampled_from(["", "EMP", "FAM"]),
        late_enrollee=st.booleans(),
        dates=spans,
    )
    return member(
        is_subscriber=draw(st.booleans()),
        person=Party(
            "IL", True, draw(text(1, 60)), draw(text(0, 35)), id_qualifier="34", id=draw(code(9, 9)), address=HOME
        ),
        birth_on=draw(days),
        died_on=draw(st.none() | days),
        coverages=draw(listed(coverage, 4)),
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(members(), min_size=1, max_size=5))
def test_members(given_members: list[Member834]) -> None:
    result = read(members_file(*given_members))
    assert result.issues == []
    assert [bare_member(one) for one in result.members] == given_members


@pytest.mark.parametrize("name", ["A*B", "A:B", "A~B", "A^B", "A\nB", "A\x00B", "A\u202eB", "A\x1dB"])
def test_a_name_that_x12_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(TextError):
        claims_file(professional(billing=CLINIC._replace(name=name)))
