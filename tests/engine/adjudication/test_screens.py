"""May the line be paid at all: coverage, version, filing time, duplicates, other parties, tier, benefit."""

from datetime import date
from typing import Any

import pytest

from tests.engine.adjudication.stories import (
    DAY,
    LAB,
    PAT,
    SAM,
    SURGERY,
    VISIT,
    claim,
    decide,
    decide_line,
    family,
    line,
    moves,
    pend,
    plan,
    share,
)
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.facts import Coverage, DatedPlan, OtherPayer, Person
from tpa.engine.adjudication.overrides import Override, OverrideKind


@pytest.mark.parametrize(
    ("day", "carc"),
    [
        (date(2025, 12, 31), "26"),
        (date(2026, 1, 1), None),
        (date(2026, 3, 31), None),
        (date(2026, 4, 1), "27"),
        (date(2026, 5, 31), "27"),
        (date(2026, 6, 1), None),
        (date(2026, 9, 1), "27"),
    ],
)
def test_coverage_on_the_first_the_last_and_the_next_day(day: date, carc: str | None) -> None:
    spans = (
        Coverage("medical", 1, "EE", date(2026, 1, 1), date(2026, 4, 1)),
        Coverage("medical", 1, "EE", date(2026, 6, 1), date(2026, 9, 1)),
    )
    decided = decide(family(plan(), coverages={PAT: spans}), claim(line(on=day)))
    only = decided.lines[0]
    assert only.denied is (carc is not None)
    if carc:
        assert moves(only) == [(f"PR-{carc}", 1500_00)]
        assert (only.allowed_cents, only.paid_cents, only.plan_version_id) == (0, 0, 0)
        assert decided.outcome == "denied"
        assert decided.entries == ()


def test_a_line_of_coverage_that_the_person_never_had() -> None:
    assert moves(decide_line(family(plan()), line("D0120"), form="dental")) == [("PR-204", 1500_00)]


def test_each_line_of_a_claim_stands_on_its_own_day() -> None:
    spans = (Coverage("medical", 1, "EE", date(2026, 1, 1), DAY),)
    decided = decide(family(plan(), coverages={PAT: spans}), claim(line(on=date(2026, 3, 1)), line(number=2)))
    assert [one.denied for one in decided.lines] == [False, True]
    assert decided.outcome == "paid"


def versions(*dated: tuple[int, date, int]) -> dict[str, Any]:
    """Plan versions whose visits cost so many dollars."""
    return {
        "plans": {
            1: tuple(
                DatedPlan(key, on, plan(benefits=share(member_pays=["copay"], copay=copay))) for key, on, copay in dated
            )
        }
    }


def test_the_version_in_force_on_the_day_of_service_decides() -> None:
    world = family(plan(), **versions((11, date(2026, 1, 1), 20), (12, date(2026, 3, 2), 35)))
    decided = decide(world, claim(line(on=date(2026, 3, 1)), line(number=2, on=date(2026, 3, 2))))
    assert [(one.plan_version_id, one.copay_cents) for one in decided.lines] == [(11, 20_00), (12, 35_00)]
    assert pend(world, claim(line(on=date(2025, 12, 31)))) == ["plan_not_published"]


def test_a_limit_that_a_new_version_raised_counts_what_earlier_lines_of_the_claim_used() -> None:
    def limited(most: int) -> Any:
        return plan(
            deductibles=[],
            benefits=share(member_pays=[]),
            limits=[{"code": "most", "measure": "paid", "most": most}],
        )

    plans = {1: (DatedPlan(1, date(2026, 1, 1), limited(700)), DatedPlan(2, date(2026, 3, 2), limited(1200)))}
    world = family(plan(), plans=plans)
    decided = decide(world, claim(line(on=date(2026, 3, 1)), line(number=2)))
    assert [one.paid_cents for one in decided.lines] == [700_00, 500_00]


@pytest.mark.parametrize(
    ("received_on", "denied"),
    [(date(2027, 3, 1), False), (date(2027, 3, 2), False), (date(2027, 3, 3), True)],
)
def test_the_last_day_to_file_is_twelve_months_after_the_last_day_of_service(received_on: date, denied: bool) -> None:
    decided = decide_line(family(plan()), line(on=date(2026, 2, 20), through_on=DAY), received_on=received_on)
    assert decided.denied is denied
    if denied:
        assert moves(decided) == [("CO-29", 1500_00)]
        assert decided.member_cents == 0


def test_a_month_without_such_a_day_ends_with_its_last_one() -> None:
    terms = plan(timely_filing_months=6)
    service = line(on=date(2025, 8, 31))
    assert not decide_line(family(terms), service, received_on=date(2026, 2, 28)).denied
    assert decide_line(family(terms), service, received_on=date(2026, 3, 1)).denied


def test_without_a_filing_time_nothing_is_late() -> None:
    assert not decide_line(family(plan(timely_filing_months=None)), received_on=date(2040, 1, 1)).denied


@pytest.mark.parametrize(
    "other",
    [
        {"modifiers": ("RT",)},
        {"charge_cents": 1500_01},
        {"units_milli": 2000},
        {"tooth": "14"},
        {"revenue_code": "0360"},
        {"on": date(2026, 3, 3)},
    ],
)
def test_a_duplicate_is_the_same_in_every_respect(other: dict[str, Any]) -> None:
    world = family(plan())
    first = claim(line())
    decide(world, first)
    again = decide_line(world)
    assert moves(again) == [("OA-18", 1500_00)]
    assert again.moves[0].inputs == (("claim", first.claim_id),)
    assert not decide_line(world, line(**other)).denied
    assert not decide_line(world, member=SAM).denied
    assert not decide_line(world, provider_tax_id="other").denied


def test_two_lines_of_one_claim_are_no_duplicates() -> None:
    assert [one.denied for one in decide(family(plan()), claim(line(), line(number=2))).lines] == [False, False]


def test_what_was_denied_is_decided_anew_and_denied_again_as_a_duplicate() -> None:
    """The member owes a service that is not covered once, however often it is sent; what can be paid now is paid."""
    world = family(plan())
    tooth, dental = line("D0120", 80_00), {"form": "dental"}
    first = claim(tooth, **dental)
    (denied,) = decide(world, first).lines
    assert (moves(denied), denied.member_cents) == ([("PR-204", 80_00)], 80_00)
    again = decide_line(world, tooth, **dental)
    assert (moves(again), again.member_cents) == ([("OA-18", 80_00)], 0)
    assert again.moves[0].inputs == (("claim", first.claim_id), ("denied_by", "screens.coverage"))
    assert moves(decide_line(world, tooth._replace(charge_cents=80_01), **dental)) == [("PR-204", 80_01)]
    own = Override(1, 1, OverrideKind.SET_ASIDE, "good_cause", "screens.duplicate")
    assert moves(decide_line(world, tooth, overrides=(own,), **dental)) == [("PR-204", 80_00)]
    late = {"received_on": date(2029, 1, 1)}
    assert moves(decide_line(world, line(LAB), **late)) == [("CO-29", 1500_00)]
    assert moves(decide_line(world, line(LAB), **late)) == [("OA-18", 1500_00)]
    assert not decide_line(world, line(LAB)).denied
    assert moves(decide_line(world, line(LAB), **late)) == [("OA-18", 1500_00)]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"other_payers": (OtherPayer("Other", 0),)}, "other_coverage"),
        ({"related_causes": ("AA",)}, "accident"),
        ({"related_causes": ("OA", "EM")}, "work_related"),
        ({"frequency": "7"}, "replacement"),
        ({"frequency": "8"}, "void"),
        ({"frequency": "0"}, "frequency"),
        ({"frequency": "5"}, "frequency"),
    ],
)
def test_what_a_person_has_to_look_at_first(facts: dict[str, Any], reason: str) -> None:
    world = family(plan())
    assert pend(world, claim(line(), **facts)) == [reason]
    assert decide_line(world, cleared=(reason,), **facts).allowed_cents == 1000_00


def test_the_parts_of_a_long_stay_are_claims_of_their_own() -> None:
    for frequency in "2349":
        assert not decide_line(family(plan()), frequency=frequency).denied


def test_a_plan_that_pays_and_pursues_asks_nobody() -> None:
    pays = plan(other_party={"other_coverage": "pay", "accident": "pay", "work_related": "pay"})
    facts = {"other_payers": (OtherPayer("Other", 0),), "related_causes": ("EM",)}
    assert not decide_line(family(pays), **facts).denied


def test_a_pend_changes_nothing_and_says_where() -> None:
    world = family(plan())
    one = claim(line(VISIT), line("00000", number=2))
    outcome = adjudicate(one, world)
    assert outcome.reasons[0]._asdict() == {"code": "no_price", "queue": "pricing", "line_number": 2, "detail": "00000"}
    assert world.balances.rows() == {}
    assert world.history == {}


def test_a_claim_that_is_no_whole_claim() -> None:
    world = family(plan())
    assert pend(world, claim()) == ["no_lines"]
    assert pend(world, claim(line(charge_cents=-1))) == ["negative"]
    assert pend(world, claim(line(units_milli=0))) == ["negative"]
    assert pend(world, claim(line(through_on=date(2026, 3, 1)))) == ["dates"]
    assert pend(world, claim(line(), line())) == ["line_numbers"]
    assert pend(world, claim(line(), member=99)) == ["member_unknown"]


@pytest.mark.parametrize(
    ("birth_on", "facts", "waits"),
    [
        (date(2000, 3, 3), {}, False),
        (date(2000, 3, 2), {}, True),
        (date(2000, 3, 2), {"disabled": True}, False),
        (date(2000, 3, 2), {"relationship": "spouse"}, False),
    ],
)
def test_a_child_who_has_reached_the_age_limit(birth_on: date, facts: dict[str, Any], waits: bool) -> None:
    child = Person(PAT, "child", birth_on)._replace(**facts)
    world = family(plan(dependent_age_limit=26), people={PAT: child})
    outcome = adjudicate(claim(line()), world)
    assert hasattr(outcome, "reasons") is waits
    if waits:
        assert outcome.reasons[0].code == "dependent_age"


def test_outside_all_networks() -> None:
    world = family(plan())
    outside = decide_line(world, line(charge_cents=1000_00), network="")
    assert (outside.tier, outside.allowed_cents) == ("out", 500_00)
    assert moves(outside) == [("PR-45", 500_00), ("PR-1", 500_00)]
    assert pend(world, claim(line(), network="elsewhere")) == ["network_unknown"]
    closed = plan(
        tiers=[{"name": name, "network": True, "prices": [{"method": "price_list"}]} for name in ("in", "best")],
        benefits=share(member_pays=[]),
    )
    assert moves(decide_line(family(closed), network="")) == [("PR-242", 1500_00)]


def test_what_no_benefit_matches_is_denied_or_waits_as_the_plan_says() -> None:
    only = [{"code": "visit", "match": {"codes": [VISIT]}, "shares": {"all": {"member_pays": []}}}]
    assert moves(decide_line(family(plan(benefits=only)))) == [("PR-96", 1500_00)]
    asking = plan(benefits=only, unlisted="pend")
    assert pend(family(asking), claim(line())) == ["unlisted"]
    assert moves(decide_line(family(asking), cleared=("unlisted",))) == [("PR-96", 1500_00)]


def test_an_exclusion_altogether_or_in_one_tier() -> None:
    excluded = [{"code": "cosmetic", "covered": False, "clause": "Section 9"}]
    decided = decide_line(family(plan(benefits=excluded)))
    assert moves(decided) == [("PR-96", 1500_00)]
    assert decided.moves[0].clause == "Section 9"
    one_tier = [{"code": "visit", "shares": {"in": {"member_pays": []}, "out": {"covered": False}}}]
    assert not decide_line(family(plan(benefits=one_tier))).denied
    assert decide_line(family(plan(benefits=one_tier)), network="").denied


MATCHES = [
    ({"codes": ["27440-27447"]}, {}, True),
    ({"codes": ["27440-27446"]}, {}, False),
    ({"codes": ["27*"]}, {}, True),
    ({"revenue_codes": ["0450-0459"]}, {"revenue_code": "0459"}, True),
    ({"revenue_codes": ["0450-0459"]}, {"revenue_code": "0460"}, False),
    ({"places": ["23"]}, {"place": "23"}, True),
    ({"places": ["23"]}, {"place": "11"}, False),
    ({"diagnoses": ["Z00-Z13"]}, {"diagnoses": ("E119", "Z0000")}, True),
    ({"diagnoses": ["Z00-Z13"]}, {"diagnoses": ("E119", "Z14")}, False),
    ({"diagnoses": ["E11.9"]}, {"diagnoses": ("E119",)}, True),
    ({"modifiers": ["33"]}, {"modifiers": ("25", "33")}, True),
    ({"modifiers": ["33"]}, {"modifiers": ("25",)}, False),
    ({"tiers": ["out"]}, {}, False),
    ({"forms": ["professional"]}, {}, True),
    ({"forms": ["institutional"]}, {}, False),
    ({"specialties": ["207*"]}, {}, True),
    ({"specialties": ["208*"]}, {}, False),
    ({"age_from": 45}, {}, True),
    ({"age_from": 46}, {}, False),
    ({"age_to": 45}, {}, True),
    ({"age_to": 44}, {}, False),
    ({"emergency": True}, {"emergency": True}, True),
    ({"emergency": True}, {}, False),
    ({"codes": [SURGERY], "places": ["23"]}, {"place": "11"}, False),
]


@pytest.mark.parametrize(("match", "facts", "matches"), MATCHES)
def test_a_benefit_is_meant_where_every_condition_holds(
    match: dict[str, Any], facts: dict[str, Any], matches: bool
) -> None:
    benefits = [
        {"code": "meant", "match": match, "shares": {"all": {"member_pays": []}}},
        {"code": "other", "shares": {"all": {"member_pays": []}}},
    ]
    decided = decide_line(family(plan(benefits=benefits)), line(**facts), specialty="207Q00000X")
    assert decided.benefit == ("meant" if matches else "other")


def test_the_higher_priority_decides() -> None:
    benefits = [
        {"code": "low", "priority": 1, "match": {"codes": [SURGERY]}, "shares": {"all": {"member_pays": []}}},
        {"code": "high", "priority": 2, "shares": {"all": {"member_pays": []}}},
    ]
    assert decide_line(family(plan(benefits=benefits))).benefit == "high"


@pytest.mark.parametrize(("most", "waits"), [("1000.00", False), ("999.99", True)])
def test_a_payment_above_the_review_amount_waits(most: str, waits: bool) -> None:
    world = family(plan(benefits=share(member_pays=[]), review_over=most))
    assert hasattr(adjudicate(claim(line()), world), "reasons") is waits
    assert decide_line(world, cleared=("review_amount",)).paid_cents == 1000_00


def test_a_plan_year_for_which_the_law_is_not_known_yet_waits() -> None:
    far = (Coverage("medical", 1, "EE", date(2025, 1, 1), date(2200, 1, 1)),)
    world = family(plan(), coverages={PAT: far})
    assert pend(world, claim(line(on=date(2150, 1, 1)))) == ["legal_number_missing"]
