"""A decision explains itself: every day that is not paid, every amount that is taken, with the clause that wants it."""

from __future__ import annotations

from tpa.engine.cases.read import read_cases
from tpa.engine.cases.run import as_json, run_case, told

CASE = """source = "Own"
[[disability]]
name = "Ends at the maximum, is reduced, comes back"
disabled_on = 2026-03-02
recovered_on = 2026-03-16
earnings = { amount = 1000, per = "week" }
incomes = [{ kind = "social_security", starts_on = 2026-03-01, amount = 1300, per = "month", awarded_on = 2026-04-01 }]
again = [{ disabled_on = 2026-03-20, recovered_on = 2026-03-22 }, { disabled_on = 2026-05-01, recovered_on = 2026-05-03 }]
expect = { total = "290.00" }
[disability.plan]
clause = "4.1"
period = "week"
percent = "60%"
maximum = 590
elimination = { days = 7, clause = "3.2" }
duration = { weeks = 26, clause = "5" }
recurrent = { up_to_days = 14, clause = "6" }
offsets = [{ income = "social_security", clause = "7.1" }]
"""
EXPLAINED = """
claim 1: disabled from 2026-03-02 by sickness; earned 1000.00 a week
  again from 2026-03-20, the same claim: 4 days at work after sickness, the same condition [6]
  paid from 2026-03-09: after 7 days of disability by sickness [3.2]
  2026-03-09 to 2026-03-15, 7 days: 290.00
    benefit: 0.00 to 600.00  60 % of earnings of 1000.00 a week. [4.1]
    maximum: 600.00 to 590.00  At most 590.00 a week. [4.1]
    offset social_security: 590.00 to 290.00  Less social security of 300.00. [7.1]
    paid on 2026-03-15 by what was known then: 590.00
  2026-03-20 to 2026-03-21, 2 days (2/7 of a week): 82.86
    benefit: 0.00 to 171.43  60 % of earnings of 1000.00 a week. [4.1]
    maximum: 171.43 to 168.57  At most 590.00 a week. [4.1]
    offset social_security: 168.57 to 82.86  Less social security of 300.00. [7.1]
    paid on 2026-03-21 by what was known then: 168.57
  the plan pays no more from 2026-09-11 on [5]
a new claim, 40 days at work after sickness, the same condition [6]
claim 2: disabled from 2026-05-01 by sickness; earned 1000.00 a week
  not paid: the disability ended before benefits began [3.2]
""".strip().splitlines()


def test_the_runner_prints_the_explanation_and_gives_it_to_programs() -> None:
    (case,) = read_cases("f.toml", CASE, str)
    result = run_case(case, CASE)
    lines = [line.removeprefix("      ") for line in told(result, explained=True)]
    assert lines[0] == "FAIL  f.toml: Ends at the maximum, is reduced, comes back"
    assert lines[1] == "line 9, /disability/0/expect/total: expected 290.00, found 372.86"
    assert lines[-len(EXPLAINED) :] == EXPLAINED
    found = as_json(result)
    assert list(found["explained"]) == EXPLAINED
    assert found["answers"]["first_payable_on"] == "2026-03-09"
    assert found["answers"]["fica_exempt_from"] == "2026-10-01"
    assert found["answers"]["net"] == {"2026-03-09": 29_000, "2026-03-20": 8_286}
