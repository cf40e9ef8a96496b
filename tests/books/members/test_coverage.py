"""Coverage in the books: what holds on a day, what the books knew at an instant, and what the database refuses."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tpa.books.members import selectors, services
from tpa.books.members.errors import LoadStateError, MemberNumberError
from tpa.books.members.models import Coverage, Load, Member
from tpa.books.members.rows import HOME, MAIL
from tpa.books.members.timeline import Segment
from tpa.books.plans.models import Plan
from tpa.engine.adjudication import facts
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import FOREVER, Span

pytestmark = pytest.mark.usefixtures("in_employer")

JANUARY, MARCH, MAY = (datetime(2025, month, 10, 12, tzinfo=UTC) for month in (1, 3, 5))
YEAR = date(2025, 1, 1)


def a_load(at):
    return Load.objects.create(
        format="entry",
        scope="change",
        state="applied",
        effective_on=at.date(),
        received_at=at,
        received_by="ana",
        applied_at=at,
    )


def person(number, relationship="self", first="Ada", birth="1980-05-01", **told):
    return {
        "member_number": number,
        "group_number": "G1",
        "relationship": relationship,
        "last_name": "Lind",
        "first_name": first,
        "middle_name": "",
        "birth_on": date.fromisoformat(birth),
        "sex": "F",
        "disabled": False,
        **dict.fromkeys((*HOME, *MAIL), ""),
        **told,
    }


@pytest.fixture
def plan():
    return Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=JANUARY)


@pytest.fixture
def family(plan):
    """Ada and her child, covered from 1 January at EC, recorded on 10 January."""
    load = a_load(JANUARY)
    people = [person("S1"), person("S1-02", "child", "Bo", "2015-02-03")]
    keys = services.add_members(
        load=load, recorded_at=JANUARY, people=[services.NewMember("S1", one) for one in people]
    )
    span = (Segment(YEAR, FOREVER, plan.pk, "EC"),)
    changes = [services.LineChange(*key, "medical", "added", (), span, ()) for key in keys]
    services.record_coverage(load=load, recorded_at=JANUARY, changes=changes)
    return keys


def replace(key, before, after, at):
    gone = tuple(Coverage.objects.filter(member=key[0], superseded_at=None).values_list("pk", flat=True))
    change = services.LineChange(*key, "medical", "terminated", before, after, gone)
    load = a_load(at)
    services.record_coverage(load=load, recorded_at=at, changes=[change])
    return load


def test_a_termination_is_known_from_the_day_it_was_recorded_on(family, plan):
    open_span = (Segment(YEAR, FOREVER, plan.pk, "EC"),)
    ended = (Segment(YEAR, date(2025, 2, 1), plan.pk, "EC"),)
    replace(family[0], open_span, ended, MARCH)
    day, ada = date(2025, 2, 20), [family[0][0]]

    assert not selectors.coverage_on(day, member_ids=ada).exists()
    assert selectors.coverage_on(day, known_at=JANUARY, member_ids=ada).count() == 1
    assert selectors.coverage_on(day, known_at=MARCH, member_ids=ada).count() == 0
    assert selectors.coverage_on(date(2025, 1, 31), member_ids=ada).count() == 1
    assert selectors.coverage_on(date(2024, 12, 31), member_ids=ada).count() == 0
    assert [row.superseded_at for row in selectors.coverage_history(ada[0])] == [MARCH, None]


def test_the_engine_gets_many_families_in_two_queries(family, plan, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = selectors.families_facts([family[0][1], 999_999])
    (ada, bo), key = (member for member, _ in family), family[0][1]
    covered = facts.Coverage("medical", plan.pk, "EC", YEAR, FOREVER)
    assert found == {
        key: selectors.FamilyFacts(
            {
                ada: facts.Person(ada, "self", date(1980, 5, 1), "F"),
                bo: facts.Person(bo, "child", date(2015, 2, 3), "F"),
            },
            {ada: (covered,), bo: (covered,)},
            {},
        )
    }


def test_the_engine_sees_a_family_as_it_was_known(family, plan):
    ada, key = family[0]
    replace(family[0], (), (), MARCH)
    after = person("S1", birth="1981-05-01")
    change = services.MemberChange(ada, {"birth_on": date(1980, 5, 1)}, {"birth_on": date(1981, 5, 1)}, after)
    services.change_members(load=a_load(MARCH), recorded_at=MARCH, changes=[change])

    now = selectors.families_facts([key])[key]
    then = selectors.families_facts([key], known_at=JANUARY)[key]
    assert (now.people[ada].birth_on, now.coverages.get(ada)) == (date(1981, 5, 1), None)
    assert then.people[ada].birth_on == date(1980, 5, 1)
    assert then.coverages[ada] == (facts.Coverage("medical", plan.pk, "EC", YEAR, FOREVER),)


def test_lives_and_census_count_subscribers_by_tier_and_members_by_head(family, plan):
    assert selectors.lives_on(date(2025, 6, 1)) == [("medical", plan.pk, "EC", 1, 2)]
    assert selectors.lives_on(date(2024, 12, 31)) == []
    assert selectors.census(date(2025, 6, 1)).lives("first_of_month") == {"EC": 1}
    assert selectors.census(date(2024, 12, 1)).lives("first_of_month") == {}
    rows = list(selectors.enrolments(Span(date(2025, 6, 1), date(2025, 7, 1))))
    assert rows == [(family[0][0], "medical", "EC", YEAR, FOREVER, 0)]
    assert (
        list(selectors.enrolments(Span(date(2025, 6, 1), date(2025, 7, 1)), known_at=datetime(2025, 1, 9, tzinfo=UTC)))
        == []
    )


def test_two_plans_of_one_line_on_one_day_are_refused_by_the_database(family, plan):
    again = services.LineChange(
        *family[0], "medical", "added", (), (Segment(date(2025, 3, 1), date(2025, 4, 1), plan.pk, "EE"),), ()
    )
    with pytest.raises(IntegrityError, match="coverage_one_plan_a_day"), transaction.atomic():
        services.record_coverage(load=a_load(MARCH), recorded_at=MARCH, changes=[again])
    assert Coverage.objects.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_coverage SET ends_before = '2025-02-01'",
        "DELETE FROM members_coverage",
        "UPDATE members_loadchange SET kind = 'changed'",
        "DELETE FROM members_loadchange",
    ],
)
def test_coverage_and_log_cannot_be_edited_by_hand(family, statement):
    with (
        pytest.raises(Exception, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Coverage.objects.filter(ends_before=FOREVER).count() == 2


def test_a_number_of_somebody_else_is_refused_and_nothing_is_added(family):
    with pytest.raises(MemberNumberError, match="'S1-02' belongs to somebody else"):
        services.add_members(load=a_load(MARCH), recorded_at=MARCH, people=[services.NewMember("S2", person("S1-02"))])
    assert Member.objects.count() == 2


def test_a_search_finds_by_number_and_by_the_beginnings_of_names(family):
    def found(text):
        return [member.member_number for member in selectors.member_search(text)]

    assert found("S1-02") == ["S1-02"]
    assert found("lin bo") == ["S1-02"]
    assert found("s1") == ["S1", "S1-02"]
    assert found("nobody") == []


def test_members_changed_since_an_instant(family, plan):
    span = (Segment(YEAR, FOREVER, plan.pk, "EC"),)
    replace(family[1], span, (), MARCH)
    assert [one.member_number for one in selectors.members_changed_since(JANUARY)] == ["S1-02"]
    assert list(selectors.members_changed_since(MARCH)) == []


def test_a_load_that_is_not_staged_is_not_taken_up(family):
    load = a_load(MARCH)
    with pytest.raises(LoadStateError, match="The load is applied"):
        services.lock_load(load_id=load.pk, state=Load.State.STAGED)
    with pytest.raises(NotFoundError):
        services.lock_load(load_id=load.pk + 1, state=Load.State.STAGED)
