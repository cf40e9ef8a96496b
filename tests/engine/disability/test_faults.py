"""What is wrong in a plan of disability benefits, or in the facts, is told with its line, its place and what to do."""

import pytest

from tpa.engine.cases.read import CaseError, read_cases

GOOD = """source = "Own"
[[disability]]
name = "One"
disabled_on = 2026-03-02
recovered_on = 2026-03-16
birth_on = 1980-05-05
insured_on = 2020-01-01
treated_on = [2019-12-01]
earnings = { amount = 1000, per = "week" }
hospital = [{ starts_on = 2026-03-03, ends_before = 2026-03-05 }]
incomes = [{ kind = "social_security", starts_on = 2026-01-01, amount = 130, per = "month", awarded_on = 2026-04-01 }]
work = [{ starts_on = 2026-03-12, earnings = 100 }]
again = [{ disabled_on = 2026-03-20, recovered_on = 2026-03-25 }]
premiums = [{ employer = 70, employee = 30 }]
wages = { 2026 = 100 }
expect = { claims = 1 }
[disability.plan]
period = "week"
percent = "60%"
maximum = 2500
minimum = { amount = 50, percent = "10%" }
elimination = { accident = 0, sickness = 7 }
duration = { rows = [{ below_age = 60, to_age = 65 }, { weeks = 26 }] }
recurrent = { up_to_days = 14 }
pre_existing = { months_before = 3, months_insured = 12 }
offsets = [{ income = "social_security" }]
all_sources = { percent = "85%" }
work = { phases = [{ method = "capped", months = 12 }, { method = "proportional" }] }
"""


def test_it_is_right_as_it_stands() -> None:
    (case,) = read_cases("f.toml", GOOD, str)
    assert case.differences() == []  # type: ignore[union-attr]


WORK_TERMS, WORK_DONE = "/plan/work", "/disability/0/work"
"""Where the plan says what work does to the benefit, and where the facts say what work was done."""
FAULTS = [
    # the plan
    ('period = "week"', 'period = "year"', "line 18, /disability/0/plan/period: One of week, month is wanted."),
    (
        'percent = "60%"',
        'percent = "60%"\namount = 300',
        "/plan/percent: Either percent (of earnings) or amount is wanted.",
    ),
    ('percent = "60%"', "percent = 0.6", "line 19, /disability/0/plan/percent: A part up to 100% is wanted. Write"),
    ('percent = "60%"', 'percent = "2/0"', "/plan/percent: A part up to 100% is wanted."),
    ('percent = "60%"', 'percent = "101%"', "/plan/percent: A part up to 100% is wanted."),
    ('percent = "60%"', "steps = []", "/plan/steps: A step or more is wanted."),
    ('percent = "60%"', 'percent = "60%"\nsteps = [{ percent = "1/2" }]', "/plan/percent: Either percent or steps"),
    ('percent = "60%"', 'steps = [{ percent = "1/2", weeks = 2 }]', "/plan/steps/0: The last step, and no other"),
    ('percent = "60%"', 'steps = [{ percent = "1/2" }, { percent = "1/3" }]', "/plan/steps/0: The last step, and no"),
    (
        "maximum = 2500",
        "maximun = 2500",
        "line 20, /disability/0/plan/maximun: Unknown key 'maximun'. Known here: period,",
    ),
    (
        'amount = 50, percent = "10%"',
        "working = false",
        "/plan/minimum: An amount, a percent (of the gross benefit) or both",
    ),
    ("accident = 0, sickness = 7", "accident = 0", "/plan/elimination: How long somebody is disabled before benefits"),
    ("accident = 0, sickness = 7", "days = 7, sickness = 7", "Write one of { days = 7 }"),
    ("accident = 0, sickness = 7", "days = 7, weeks = 1", "/plan/elimination: How long somebody is disabled"),
    ("accident = 0, sickness = 7", "days = -1", "/plan/elimination/days: A whole number from 0 to 3660 is wanted."),
    (
        "accident = 0, sickness = 7",
        'days = 7, hospital = "yes"',
        "/plan/elimination/hospital: One of no_matter, from_stay",
    ),
    ("{ weeks = 26 }]", "{ below_age = 65, weeks = 26 }]", "/plan/duration/rows: The last row holds for everybody"),
    ("{ weeks = 26 }]", '{ counted_from = "benefit" }]', "/plan/duration/rows/1: How long benefits last is wanted."),
    ("{ rows = [", "{ weeks = 2, rows = [", "/plan/duration/weeks: Unknown key 'weeks'"),
    (
        "{ rows = [{ below_age = 60, to_age = 65 }, { weeks = 26 }] }",
        "{ below_age = 60, weeks = 26 }",
        "below_age: Unknown key",
    ),
    ("up_to_days = 14", "up_to_days = 14, under_months = 6", "/plan/recurrent: One of up_to_days, up_to_months,"),
    ("months_before = 3, ", "", "/plan/pre_existing/months_before: The key 'months_before' is missing."),
    (
        '{ income = "social_security" }]',
        '{ income = "ssdi" }]',
        "line 26, /disability/0/plan/offsets/0/income: One of workers_",
    ),
    (
        '{ income = "social_security" }]',
        '{ income = "auto" }, { income = "auto" }]',
        "/plan/offsets/1/income: A row above deducts this income.",
    ),
    (
        '{ method = "proportional" }',
        '{ method = "proportional", percent = "50%" }',
        "/phases/1/percent: A proportional benefit",
    ),
    ('{ method = "proportional" }', '{ method = "earnings_off" }', "/phases/1/percent: The key 'percent' is missing."),
    ('"capped", months = 12', '"capped"', f"{WORK_TERMS}/phases/0/months: Only the last phase is without an end."),
    # the facts
    ("disabled_on = 2026-03-02\n", "", "/disability/0/disabled_on: The key 'disabled_on' is missing."),
    (
        "disabled_on = 2026-03-02\n",
        "disabled_on = 1899-12-31\n",
        "/disability/0/disabled_on: A day of the years 1900 to 2199 is wanted.",
    ),
    ("recovered_on = 2026-03-16", "recovered_on = 2026-03-02", "recovered_on, the first day well again, is later."),
    (
        "birth_on = 1980-05-05\n",
        "",
        "/disability/0/birth_on: The birth date is wanted: the plan's duration goes by age.",
    ),
    ("1980-05-05", "2026-03-02", "/disability/0/birth_on: The birth date is before disabled_on."),
    ("insured_on = 2020-01-01\n", "", "/disability/0/insured_on: Since when the person is insured is wanted."),
    (
        "insured_on = 2020-01-01\n",
        "insured_on = 2020-01-01\ninsured_ends_before = 2020-01-01\n",
        "/disability/0/insured_ends_before: insured_on must be before insured_ends_before.",
    ),
    ("[2019-12-01]", '["2019-12-32"]', "line 8, /disability/0/treated_on/0: A date is wanted"),
    ('per = "week" }', 'per = "day" }', "line 9, /disability/0/earnings/per: One of hour, week, biweek"),
    (
        'per = "week" }',
        'per = "hour" }',
        "/earnings/hours: Hours a week are wanted with earnings per hour, and only then.",
    ),
    ('per = "week" }', 'per = "hour", hours = 169 }', "/earnings/hours: Hours a week are a number up to 168."),
    ('per = "week" }', 'per = "hour", hours = "many" }', "/earnings/hours: Hours a week are a number up to 168."),
    ('per = "week" }', 'per = "hour", hours = "NaN" }', "/earnings/hours: Hours a week are a number up to 168."),
    ('per = "week" }', 'per = "week", over_months = 2 }', "/earnings/per: Either per or over_months is wanted."),
    ('{ amount = 1000, per = "week" }', "[]", "/disability/0/earnings: What was earned is wanted."),
    ('{ amount = 1000, per = "week" }', '{ amount = "1OOO", per = "week" }', "/earnings/amount: An amount is wanted."),
    (
        "ends_before = 2026-03-05",
        "ends_before = 2026-03-03",
        "/hospital/0/ends_before: starts_on must be before ends_before.",
    ),
    (
        "awarded_on = 2026-04-01",
        "awarded_on = 2026-04-01, refused_on = 2026-04-01",
        "refused_on: An income is awarded or refused.",
    ),
    (
        ", awarded_on = 2026-04-01",
        ", estimate = 5",
        "/incomes/0/estimate: An estimate is for an income that was applied for.",
    ),
    (
        "awarded_on = 2026-04-01",
        "raises = [{ on = 2027-01-01, amount = 2 }, { on = 2026-01-01, amount = 3 }]",
        "/incomes/0/raises/1/on: Raises stand in the order of their days.",
    ),
    (
        "starts_on = 2026-03-12, ",
        "starts_on = 2026-03-26, ",
        f"{WORK_DONE}/0/starts_on: The person was not disabled on any of these",
    ),
    (
        "earnings = 100 }]",
        "earnings = 100 }, { starts_on = 2026-03-13, earnings = 1 }]",
        f"{WORK_DONE}/1/starts_on: A row above has",
    ),
    (
        "disabled_on = 2026-03-20",
        "disabled_on = 2026-03-15",
        "/again/0/disabled_on: The disability before goes on to this day.",
    ),
    ("disabled_on = 2026-03-20", "disabled_on = 2026-03-20, relapse = true", "/again/0/relapse: Unknown key"),
    ("employer = 70, employee = 30", "employer = 0", "/disability/0/premiums: What was paid is wanted."),
    ("[{ employer = 70", "[]\nx = [{ employer = 70", "/disability/0/premiums: What was paid is wanted."),
    (
        "premiums = [",
        'employer_share = "70%"\npremiums = [',
        "/employer_share: Either employer_share or premiums is wanted.",
    ),
    ("{ 2026 = 100 }", "{ 26 = 100 }", "line 15, /disability/0/wages/26: A calendar year is wanted, as 2026."),
    (
        "birth_on",
        "last_worked_on = 2026-03-03\nbirth_on",
        "/last_worked_on: The last day worked is not after disabled_on.",
    ),
    ("birth_on", "as_of = 2026-03-01\nbirth_on", "/disability/0/as_of: The disability begins after as_of."),
    (
        "birth_on",
        "died_on = 2026-04-01\nbirth_on",
        "/disability/0/died_on: The person died during the last disability, after",
    ),
    (
        "birth_on",
        "died_on = 2026-03-20\nbirth_on",
        "/disability/0/died_on: The person died during the last disability, after",
    ),
    (
        "birth_on",
        "salary_continued = [{ starts_on = 2026-03-02, ends_before = 2026-03-02, amount = 1 }]\nbirth_on",
        "/salary_continued/0/ends_before: starts_on must be before ends_before.",
    ),
    (
        "birth_on",
        "salary_continued = [{ starts_on = 2026-03-02, ends_before = 2026-03-09, amount = 1 },"
        " { starts_on = 2026-03-08, ends_before = 2026-03-10, amount = 1 }]\nbirth_on",
        "/salary_continued/1/starts_on: A row above has salary for some of these days.",
    ),
    ("birth_on", 'withheld = "101%"\nbirth_on', "/disability/0/withheld: A part up to 100% is wanted."),
    ("birth_on", 'country = "UK"\nbirth_on', "/disability/0/country: One of US, CA is wanted."),
    ("{ claims = 1 }", "{ claim = 1 }", "line 16, /disability/0/expect/claim: Unknown key 'claim'."),
    ("{ claims = 1 }", '{ first_payable_on = "soon" }', "/expect/first_payable_on: A date is wanted"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), FAULTS)
def test_a_fault_is_told(right: str, wrong: str, told: str) -> None:
    assert GOOD.count(right) >= 1
    with pytest.raises(CaseError) as refused:
        read_cases("f.toml", GOOD.replace(right, wrong, 1), str)
    assert told in refused.value.message
