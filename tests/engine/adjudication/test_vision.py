"""A medical and a vision plan side by side: the vision plan pays for what it names, the medical one for the rest."""

from datetime import date

from tests.engine.adjudication.stories import PAT, claim, decide, family, line, plan, share
from tpa.engine.adjudication.facts import Coverage, DatedPlan

EXAM = {
    "code": "exam",
    "match": {"codes": ["92014"], "diagnoses": ["H52*"]},
    "shares": {"all": {"member_pays": []}},
}
FRAME_OUT = {"code": "frame", "match": {"codes": ["V2020"]}, "covered": False}
OTHER = {"code": "other", "priority": 0, "shares": {"all": {"member_pays": []}}}
SPAN = (date(2025, 1, 1), date(2027, 1, 1))


def both(**vision):
    """Pat with a medical plan and a vision plan that names a routine examination, and everything in its last benefit."""
    medical = plan(benefits=share(member_pays=["coinsurance"], coinsurance="20%"))
    found = family(medical, prices={"92014": 100_00, "V2020": 100_00})
    routine = plan(line="vision", deductibles=[], out_of_pocket_maximums=[], benefits=[EXAM, FRAME_OUT, OTHER])
    found.plans = {**found.plans, 2: (DatedPlan(2, vision.get("effective_on", date(2025, 1, 1)), routine),)}
    spans = (Coverage("medical", 1, "EF", *SPAN), Coverage("vision", 2, "EF", *vision.get("span", SPAN)))
    found.coverages = {**found.coverages, PAT: spans}
    return found


def lines_of(found, code, diagnosis):
    (decided,) = decide(found, claim(line(code, 100_00, diagnoses=(diagnosis,)))).lines
    return decided.coverage_line, decided.paid_cents


def test_a_named_service_is_the_vision_plans_and_another_diagnosis_is_medical():
    assert lines_of(both(), "92014", "H5213") == ("vision", 100_00)
    assert lines_of(both(), "92014", "H4011") == ("medical", 80_00)


def test_neither_an_exclusion_nor_a_benefit_for_everything_names_a_service():
    assert lines_of(both(), "V2020", "H5213") == ("medical", 80_00)
    assert lines_of(both(), "99213", "J069") == ("medical", 80_00)


def test_without_a_vision_plan_on_the_day_it_is_medical():
    ended = (date(2025, 1, 1), date(2026, 1, 1))
    assert lines_of(both(span=ended), "92014", "H5213") == ("medical", 80_00)
    assert lines_of(both(effective_on=date(2027, 1, 1)), "92014", "H5213") == ("medical", 80_00)
