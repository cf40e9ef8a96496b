"""Coverages by other plans as an 834 states them: into the books, in the preview, out again, and on the work list."""

from datetime import date

import pytest

from tests.workflows.eligibility_files import covered, file_834, member
from tests.workflows.test_eligibility_load import APRIL, FEBRUARY, JANUARY, MARCH, decide, load, stage
from tpa.books.members import selectors as members
from tpa.books.members.errors import UndoError
from tpa.books.members.models import LoadChange, Member, OtherCoverage
from tpa.books.members.rows import Row, StatedCover
from tpa.books.members.services import record_other_coverages
from tpa.books.plans.models import Plan
from tpa.engine.adjudication.facts import OtherCoverage as Other
from tpa.engine.adjudication.facts import OwnCoverage
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.kernel.ids import public_id
from tpa.kernel.periods import FOREVER
from tpa.workflows import eligibility_load as loads
from tpa.workflows.eligibility_load_effects import work_list
from tpa.workflows.eligibility_load_others import others_after, with_others
from tpa.x12.enrolment import OtherCoverage as Stated

YEAR = date(2025, 1, 1)
LINES = ("dental", "vision")
BLUE = StatedCover("medical", "Blue", starts_on=YEAR)


def known(name="Blue", line="medical", starts_on=YEAR, ends_before=FOREVER, **held):
    return Other(HeldCoverage(name, starts_on=starts_on, **held), line, ends_before)


def read(*stated, relationship="self", line="medical"):
    return with_others(Row(1, "row 1", relationship=relationship, line=line), stated)


@pytest.mark.parametrize(
    ("stated", "relationship", "others"),
    [
        (Stated("P", "77", "1", (), (), YEAR, None, "BLUE"), "self", [("medical", "BLUE", "plan", "self", YEAR, None)]),
        (Stated("S", "77", "5", ("35", "AL")), "spouse", [(one, "77", "plan", "spouse", None, None) for one in LINES]),
        (Stated("P", insurer="BLUE"), "child", [("medical", "BLUE", "plan", "child", None, None)]),
        (Stated("U", insurer="Medicare"), "self", [("medical", "Medicare", "medicare", "self", None, None)]),
        (Stated("P", "77", "6"), "self", [("medical", "", "plan", "self", None, None)]),
    ],
)  # fmt: skip
def test_what_a_loop_says(stated, relationship, others):
    row = read(stated, relationship=relationship)
    assert ([tuple(one) for one in row.others], row.problems) == (others, ())
    assert Row.from_json(row.to_json(), []) == row


def test_what_a_loop_cannot_say():
    unnamed = read(Stated("P"))
    assert ([one.code for one in unnamed.problems], unnamed.others, unnamed.is_good) == (
        ["other_plan_unnamed"],
        (),
        True,
    )
    wrong = read(Stated("P", insurer="BLUE", starts_on=YEAR, last_on=date(2024, 12, 31)))
    assert ([one.code for one in wrong.problems], wrong.others, wrong.is_good) == (["other_plan_days"], (), False)
    assert read(Stated("P", insurer="BLUE", starts_on=YEAR, last_on=YEAR)).is_good


APRIL_1 = date(2025, 4, 1)


@pytest.mark.parametrize(
    ("before", "stated", "full", "after"),
    [
        # Silence changes nothing, in a full file neither.
        ((known(),), (), True, (known(),)),
        ((), (BLUE,), False, (known(),)),
        # What somebody has told of the plan stays; its days move.
        (
            (known("BLUE", "", None, holder="Ann", relationship="child"),),
            (BLUE._replace(last_on=date(2025, 6, 30)),),
            False,
            (known("BLUE", "", YEAR, date(2025, 7, 1), holder="Ann", relationship="child"),),
        ),
        # A change file leaves what it does not name; a full file ends it, of this line alone.
        ((known("Green"),), (BLUE,), False, (known("Green"), known())),
        (
            (known("Green"), known("Teeth", "dental"), known("New", starts_on=APRIL_1)),
            (BLUE,),
            True,
            (known("Green", ends_before=APRIL_1), known("Teeth", "dental"), known()),
        ),
        # There is none.
        ((known(ends_before=APRIL_1),), (StatedCover("medical"),), False, (known(ends_before=APRIL_1),)),
        ((known(),), (StatedCover("medical"),), False, (known(ends_before=APRIL_1),)),
        # Two stretches of one plan.
        (
            (),
            (BLUE._replace(last_on=date(2025, 3, 31)), BLUE._replace(starts_on=date(2025, 5, 1))),
            False,
            (known(),),
        ),
    ],
)
def test_what_is_known_afterwards(before, stated, full, after):
    assert others_after(before, stated, full=full, effective_on=APRIL_1) == after
    assert others_after(after, stated, full=full, effective_on=APRIL_1) == after


@pytest.fixture
def plan(in_employer):
    return Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=JANUARY)


def ada(*loops):
    return member("S1", "ADA", "19800501", [*covered(), *loops])


BLUE_LOOP = ("COB*P*77*1", "DTP*344*D8*20250101", "NM1*IN*2*BLUE")


def books(known_at=None):
    """(member number, name, first day, first day after) as known at an instant."""
    rows = OtherCoverage.objects.all()
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at).exclude(superseded_at__lte=known_at)
    else:
        rows = rows.filter(superseded_at=None)
    return list(rows.values_list("member__member_number", "name", "starts_on", "ends_before"))


@pytest.mark.usefixtures("plan")
def test_a_file_brings_other_plans_in_and_their_history_stays():
    staged = stage(file_834(ada(*BLUE_LOOP)))
    assert (staged.preview["other_coverages"], books()) == (1, [])
    assert staged.preview["sample"][-1] == {
        "member_number": "S1",
        "line": "",
        "kind": "other_coverages",
        "before": [],
        "after": [{"name": "BLUE", "line": "medical", "starts_on": "2025-01-01"}],
    }
    loads.apply_load(load_id=staged.pk, by="ana", at=JANUARY)
    assert books() == [("S1", "BLUE", YEAR, FOREVER)]
    again = load(file_834(ada(*BLUE_LOOP)), at=FEBRUARY)
    assert (again.preview["other_coverages"], OtherCoverage.objects.count()) == (0, 1)
    ended = load(file_834(ada("COB*P*77*1", "DTP*345*D8*20250228", "NM1*IN*2*BLUE")), at=MARCH)
    assert books() == [("S1", "BLUE", YEAR, date(2025, 3, 1))]
    assert books(FEBRUARY) == [("S1", "BLUE", YEAR, FOREVER)]
    family = Member.objects.get().family_id
    facts = members.families_facts([family], known_at=FEBRUARY)[family].elsewhere
    assert [one.ends_before for told in facts.values() for one in told.others] == [FOREVER]
    back = loads.undo_load(load_id=ended.pk, by="bert", at=APRIL)
    assert books() == books(FEBRUARY) == [("S1", "BLUE", YEAR, FOREVER)]
    assert books(MARCH) == [("S1", "BLUE", YEAR, date(2025, 3, 1))]
    log = LoadChange.objects.filter(load=back)
    assert [(one.kind, one.before[0].get("ends_before"), one.after[0].get("ends_before")) for one in log] == [
        ("other_coverages", "2025-03-01", None)
    ]


@pytest.mark.usefixtures("plan")
def test_a_load_after_which_somebody_told_otherwise_is_not_undone():
    load(file_834(ada()))
    brought = load(file_834(ada(*BLUE_LOOP)), at=FEBRUARY)
    key = Member.objects.get().pk
    record_other_coverages(member_id=key, own=OwnCoverage(), others=(), recorded_at=MARCH, recorded_by="ana")
    with pytest.raises(UndoError, match="Other coverages of member S1 were told by hand"):
        loads.undo_load(load_id=brought.pk, by="bert", at=APRIL)
    assert books() == []
    assert LoadChange.objects.filter(load=brought).count() == 1


@pytest.mark.usefixtures("plan")
def test_claims_decided_before_the_other_plan_was_known_are_looked_at_again(in_employer):
    load(file_834(ada()))
    person = Member.objects.get()
    inside, after = (decide(person, day, "paid", FEBRUARY) for day in (date(2025, 1, 31), date(2025, 2, 1)))
    assert inside.pk != after.pk
    brought = load(file_834(ada("COB*P*77*1", "DTP*345*D8*20250131", "NM1*IN*2*BLUE")), at=MARCH)
    assert [(one.claim, one.reason) for one in work_list(brought.pk)] == [
        (public_id("clm", in_employer.pk, inside.pk), "other_coverage")
    ]
    decide(person, date(2025, 1, 5), "paid", APRIL)
    with pytest.raises(UndoError, match="was decided on what this load brought"):
        loads.undo_load(load_id=brought.pk, by="bert", at=APRIL)
