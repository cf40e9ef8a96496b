"""What rows mean for the books, and which rows cannot be applied: no database."""

from datetime import date, timedelta

import pytest

from tpa.books.members.rows import PERSON_FIELDS, Row
from tpa.books.members.snapshot import BookMember, Snapshot
from tpa.books.members.timeline import Segment
from tpa.kernel.periods import FOREVER
from tpa.workflows.eligibility_load_changes import intend
from tpa.workflows.eligibility_load_matching import PlanKey, match
from tpa.workflows.eligibility_load_preview import preview_of

YEAR, TODAY = date(2025, 1, 1), date(2025, 4, 1)
MARCH_END, APRIL = date(2025, 3, 31), date(2025, 4, 1)
PPO, HDHP, DENTAL = PlanKey(1, "PPO", "medical"), PlanKey(2, "HDHP", "medical"), PlanKey(3, "DEN", "dental")
PLANS = [PPO, HDHP, DENTAL]


def row(n=1, subscriber="S1", relationship="self", first="Ada", birth="1980-05-01", line="medical", **told):
    told = {"plan": "PPO" if line == "medical" else "", "starts_on": YEAR if line else None} | told
    return Row(
        n,
        f"row {n}",
        subscriber_number=subscriber,
        relationship=relationship,
        last_name="Lind",
        first_name=first,
        birth_on=date.fromisoformat(birth),
        line=line,
        **told,
    )


def bo(n=2, **told):
    return row(n, relationship="child", first="Bo", birth="2015-02-03", **told)


class Books:
    """A snapshot under construction."""

    def __init__(self):
        self.families, self.members, self.held = {}, [], {}

    def add(self, subscriber="S1", relationship="self", first="Ada", birth="1980-05-01", number=None, covers=()):
        key = len(self.members) + 1
        family = self.families.setdefault(subscriber, len(self.families) + 1)
        told = dict.fromkeys(PERSON_FIELDS, "") | {
            "member_number": number or (subscriber if relationship == "self" else f"{subscriber}-{key:02d}"),
            "relationship": relationship,
            "last_name": "Lind",
            "first_name": first,
            "birth_on": date.fromisoformat(birth),
            "sex": "U",
            "disabled": False,
        }
        self.members.append(BookMember(key, family, subscriber, False, told))
        for n, (line, *segment) in enumerate(covers):
            lines = self.held.setdefault(key, {})
            lines[line] = (*lines.get(line, ()), (key * 100 + n, Segment(*segment)))
        return self

    @property
    def snapshot(self):
        return Snapshot(self.families, self.members, self.held)


def ada(**told):
    return Books().add(covers=[("medical", YEAR, FOREVER, 1, "EE")], **told)


def family():
    books = Books().add(covers=[("medical", YEAR, FOREVER, 1, "EC")])
    return books.add(relationship="child", first="Bo", birth="2015-02-03", covers=[("medical", YEAR, FOREVER, 1, "EC")])


def changes(rows, books=None, *, full=False, on=TODAY):
    books = (books or Books()).snapshot
    matching = match(rows, books, PLANS, on=on)
    assert [one.problems for one in matching.rows if not one.is_good] == []
    intent = intend(matching, books, full=full, effective_on=on)
    return [
        (one.person.after["member_number"], one.line, one.kind, [tuple(segment) for segment in one.after])
        for one in intent.lines
    ]


def problems(rows, books=None, on=TODAY):
    found = match(rows, (books or Books()).snapshot, PLANS, on=on).rows
    return [(one.where, problem.code) for one in found for problem in one.problems]


def test_a_new_family_is_added_with_the_tier_that_who_is_covered_gives():
    tier = [(YEAR, FOREVER, 1, "EC")]
    assert changes([row(), bo()]) == [("S1", "medical", "added", tier), ("S1-02", "medical", "added", tier)]


def test_the_order_of_rows_does_not_matter():
    assert changes([bo(), row()]) == changes([row(), bo()])


def test_a_child_who_joins_later_changes_the_tier_from_that_day():
    first = date(2025, 3, 1)
    assert changes([row(action="state"), bo(starts_on=first)], ada()) == [
        ("S1", "medical", "changed", [(YEAR, first, 1, "EE"), (first, FOREVER, 1, "EC")]),
        ("S1-02", "medical", "added", [(first, FOREVER, 1, "EC")]),
    ]


def test_what_the_books_have_changes_nothing():
    assert changes([row(tier="EC"), bo()], family()) == []
    assert changes([row(), bo()], family(), full=True) == []


def test_a_full_file_that_states_a_later_start_of_the_same_coverage_changes_nothing():
    assert changes([row(starts_on=date(2025, 2, 1), tier="EE")], ada(), full=True) == []


def test_a_full_file_ends_who_is_not_in_it_on_its_day():
    books = family().add("S2", first="Cy", birth="1970-01-01", covers=[("medical", YEAR, FOREVER, 1, "EE")])
    assert changes([row(tier="EC"), bo()], books, full=True) == [
        ("S2", "medical", "terminated", [(YEAR, TODAY, 1, "EE")])
    ]
    assert changes([row(tier="EC"), bo()], books) == []


def test_a_full_file_ends_a_line_that_it_no_longer_states():
    books = Books().add(covers=[("medical", YEAR, FOREVER, 1, "EE"), ("dental", YEAR, FOREVER, 3, "EE")])
    assert changes([row(tier="EE")], books, full=True) == [("S1", "dental", "terminated", [(YEAR, TODAY, 3, "EE")])]


def test_a_full_file_does_not_end_a_family_of_which_a_row_is_in_error():
    books = family().add("S2", first="Cy", birth="1970-01-01", covers=[("medical", YEAR, FOREVER, 1, "EE")]).snapshot
    matching = match([row(tier="EC"), bo(plan="NONE")], books, PLANS, on=TODAY)
    intent = intend(matching, books, full=True, effective_on=TODAY)
    assert [(one.person.subscriber_number, one.kind) for one in intent.lines] == [("S2", "terminated")]


def test_an_unknown_plan_leaves_its_own_line_alone_and_no_other():
    both = [("medical", YEAR, FOREVER, 1, "EE"), ("dental", YEAR, FOREVER, 3, "EE")]
    books = Books().add(covers=both).snapshot
    for unknown, ended in (({"plan": "NONE"}, ["dental"]), ({"line": "", "plan": "NONE"}, [])):
        matching = match([row(**unknown)], books, PLANS, on=TODAY)
        intent = intend(matching, books, full=True, effective_on=TODAY)
        assert [one.line for one in intent.lines] == ended


def test_a_change_of_plan_takes_over_from_its_day():
    first = date(2025, 7, 1)
    assert changes([row(plan="HDHP", starts_on=first, tier="EE", action="change")], ada()) == [
        ("S1", "medical", "changed", [(YEAR, first, 1, "EE"), (first, FOREVER, 2, "EE")])
    ]


def test_a_termination_is_inclusive_of_its_last_day():
    assert changes([row(action="end", last_on=date(2025, 3, 31), starts_on=None)], ada()) == [
        ("S1", "medical", "terminated", [(YEAR, date(2025, 4, 1), 1, "EE")])
    ]


def test_a_subscriber_who_ends_takes_the_dependents_along_unless_the_file_states_them():
    ended = [(YEAR, date(2025, 4, 1), 1, "EC")]
    end = row(action="end", last_on=date(2025, 3, 31), line="")
    assert changes([end], family()) == [
        ("S1", "medical", "terminated", ended),
        ("S1-02", "medical", "terminated", ended),
    ]
    assert changes([end, bo(action="state")], family())[0] == ("S1", "medical", "terminated", ended)
    assert len(changes([end, bo(action="state")], family())) == 1


def test_a_reinstatement_closes_the_gap():
    books = Books().add(covers=[("medical", YEAR, date(2025, 2, 1), 1, "EE")])
    assert changes([row(action="reinstate", line="")], books) == [
        ("S1", "medical", "reinstated", [(YEAR, FOREVER, 1, "EE")])
    ]


def test_a_void_leaves_no_day():
    assert changes([row(action="void", starts_on=None)], ada()) == [("S1", "medical", "terminated", [])]


def test_a_void_takes_the_days_and_the_plan_that_it_names_and_no_other():
    books = Books().add(covers=[("medical", date(2024, 1, 1), YEAR, 1, "EE"), ("medical", YEAR, FOREVER, 2, "EE")])
    before = (date(2024, 1, 1), YEAR, 1, "EE")
    assert changes([row(action="void", plan="HDHP")], books) == [("S1", "medical", "terminated", [before])]
    assert changes([row(action="void", plan="")], books) == [("S1", "medical", "terminated", [before])]
    assert changes([row(action="void", plan="PPO")], books) == []


@pytest.mark.parametrize("order", [1, -1])
def test_whoever_goes_over_to_another_plan_keeps_it_whichever_is_said_first(order):
    went = [row(1, action="add", plan="HDHP", starts_on=APRIL), row(2, action="end", starts_on=None, last_on=MARCH_END)]
    after = [(YEAR, APRIL, 1, "EE"), (APRIL, FOREVER, 2, "EE")]
    assert changes(went[::order], ada()) == [("S1", "medical", "changed", after)]
    moved = Books().add(covers=[("medical", *one) for one in after])
    assert changes(went[1:], moved) == []
    assert changes([row(action="end", plan="", starts_on=None, last_on=MARCH_END)], moved) == [
        ("S1", "medical", "terminated", after[:1])
    ]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row(subscriber=""), "subscriber_number_missing"),
        (row(plan="GOLD"), "plan_unknown"),
        (row(line="dental", plan="PPO"), "plan_other_line"),
        (row(plan=""), "plan_missing"),
        (row(starts_on=None), "coverage_start_missing"),
        (row(line="", plan="", starts_on=YEAR), "line_missing"),
        (row(last_on=date(2024, 12, 30)), "ends_before_starts"),
        (row(birth="2025-02-01"), "starts_before_birth"),
        (row(action="end", starts_on=None), "coverage_end_missing"),
        (row(action="end", last_on=TODAY), "member_unknown"),
        (row(action="change"), "member_unknown"),
        (row()._replace(last_name=""), "name_missing"),
        (row()._replace(birth_on=None), "birth_missing"),
        (row()._replace(relationship=""), "relationship_missing"),
        (bo(1), "subscriber_unknown"),
    ],
)
def test_a_row_that_cannot_be_applied_says_why(bad, code):
    assert ("row 1", code) in problems([bad])


def test_a_dependent_of_a_subscriber_in_error_is_in_error_too():
    assert problems([row(plan="GOLD"), bo()]) == [("row 1", "plan_unknown"), ("row 2", "subscriber_unknown")]


def test_a_member_cannot_move_to_another_family():
    stolen = row(subscriber="S9", relationship="spouse", member_number="S1")
    assert problems([row(subscriber="S9", first="Eve")._replace(n=2, where="row 2"), stolen], ada()) == [
        ("row 1", "member_other_family")
    ]


def test_two_people_under_one_number_are_a_duplicate():
    twice = row(2, first="Eve", birth="1999-01-01", line="dental")
    assert problems([row(), twice]) == [("row 2", "member_duplicate")]


def test_another_name_and_birth_date_under_a_known_number_is_not_believed():
    assert problems([row(first="Eve", birth="1999-01-01")], ada()) == [("row 1", "identity_conflict")]


def test_a_corrected_birth_date_is_taken_with_a_warning():
    assert problems([row(birth="1981-05-01")], ada()) == [("row 1", "birth_changed")]


def test_a_row_said_twice_counts_once_and_two_that_differ_are_a_conflict():
    assert problems([row(), row(2)]) == [("row 2", "row_repeated")]
    assert problems([row(), row(2, plan="HDHP")]) == [("row 2", "row_conflict")]


def test_a_child_is_covered_until_the_day_of_the_limit():
    child = bo(1)._replace(birth_on=date(1999, 4, 15))
    assert problems([child], ada(), on=date(2025, 4, 14)) == []
    assert problems([child], ada(), on=date(2025, 4, 15)) == [("row 1", "dependent_too_old")]
    assert problems([child._replace(disabled=True)], ada(), on=date(2025, 4, 15)) == []
    assert problems([child._replace(last_on=date(2025, 4, 14))], ada(), on=date(2025, 4, 15)) == []
    assert problems([child._replace(starts_on=date(2025, 4, 15))], ada()) == [("row 1", "dependent_too_old")]


def preview(rows, books, *, full=True):
    books = books.snapshot
    matching = match(rows, books, PLANS, on=TODAY)
    intent = intend(matching, books, full=full, effective_on=TODAY)
    return preview_of(matching.rows, intent, books, full=full, today=TODAY, on=TODAY)


def ten_subscribers():
    books = Books()
    for n in range(10):
        books.add(f"S{n}", first=f"N{n}", covers=[("medical", YEAR, FOREVER, 1, "EE")])
    return books


def stated(count):
    return [row(n, f"S{n}", first=f"N{n}", tier="EE") for n in range(count)]


def test_a_full_file_that_ends_exactly_30_percent_stops():
    found = preview(stated(7), ten_subscribers())
    assert (found["members_covered"], found["members_terminated"], found["terminated_bp"]) == (10, 3, 3000)
    assert found["needs_confirmation"] is True


def test_a_full_file_that_ends_20_percent_goes_on_and_a_change_file_never_stops():
    found = preview(stated(8), ten_subscribers())
    assert (found["terminated_bp"], found["needs_confirmation"], found["terminated"]) == (2000, False, 2)
    assert found["retro_terminations"] == 0
    ends = [one._replace(action="end", last_on=TODAY - timedelta(days=31)) for one in stated(10)]
    found = preview(ends, ten_subscribers(), full=False)
    assert (found["members_terminated"], found["needs_confirmation"]) == (10, False)
    assert found["retro_terminations"] == 10


def test_the_preview_counts_and_samples():
    late = bo(starts_on=date(2025, 3, 1))
    found = preview([row(tier="EE"), late, row(3, line="", plan="X", first="Eve")], ada(), full=False)
    assert {name: found[name] for name in ("rows", "errors", "members_added", "added", "changed", "retro_adds")} == {
        "rows": 3,
        "errors": 1,
        "members_added": 1,
        "added": 1,
        "changed": 0,
        "retro_adds": 1,
    }
    assert found["problems"][0]["where"] == "row 3"
    assert found["codes"] == {"plan_unknown": 1}
    assert found["sample"][1] == {
        "member_number": "S1-02",
        "line": "medical",
        "kind": "added",
        "before": [],
        "after": [["2025-03-01", "9999-12-31", 1, "EE"]],
    }
