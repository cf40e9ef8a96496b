"""Enrolment files on their way into the books, told exactly: 834 and CSV, full and changes, apply, undo, refusals."""

from datetime import UTC, date, datetime

import pytest

from tests.workflows.eligibility_files import covered, file_834, file_csv, member
from tpa.books.claims.models import Claim, ClaimLine, Decision, DecisionLine
from tpa.books.edi import keys as edi
from tpa.books.members import selectors as members
from tpa.books.members.errors import (
    LoadErrorsError,
    LoadStateError,
    StaleLoadError,
    TerminationsError,
    UndoError,
)
from tpa.books.members.models import Coverage, Family, Load, LoadChange, LoadRow, Member
from tpa.books.plans.models import Plan
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import FOREVER
from tpa.workflows import eligibility_load as loads
from tpa.workflows.eligibility_load_834 import EnrolmentRefusedError
from tpa.workflows.eligibility_load_effects import ClaimTouched, work_list
from tpa.workflows.eligibility_load_export import enrolment_csv

pytestmark = pytest.mark.usefixtures("plans")

JANUARY, FEBRUARY, MARCH, APRIL = (datetime(2025, month, 10, 12, tzinfo=UTC) for month in (1, 2, 3, 4))
YEAR = date(2025, 1, 1)
ADA = member("S1", "ADA", "19800501", covered())
BO = member("S1", "BO", "20150203", covered(), relationship="child", ssn="900000002")
CY = member("S2", "CY", "19700101", covered(tier="EMP"), covered("DEN", "DEN", "EMP"))


@pytest.fixture
def plans(in_employer):
    made = {"at": JANUARY}
    lines = {"PPO": "medical", "HDHP": "medical", "DEN": "dental"}
    return {
        code: Plan.objects.create(code=code, name=code, line=line, created_at=made["at"])
        for code, line in lines.items()
    }


def load(data, at=JANUARY, apply_at=None, **told):
    staged = loads.stage_file(data=data, name="file", received_at=at, received_by="hris", **told)
    return loads.apply_load(load_id=staged.pk, by="ana", at=apply_at or at)


def stage(data, at=JANUARY, **told):
    return loads.stage_file(data=data, received_at=at, received_by="hris", **told)


def book(known_at=None):
    """Current coverage as (member number, line, plan code, tier, first day, first day after)."""
    rows = members.coverage_known(known_at).order_by("member__member_number", "line", "starts_on")
    return list(rows.values_list("member__member_number", "line", "plan__code", "tier", "starts_on", "ends_before"))


def test_a_family_of_an_834_is_in_the_books():
    applied = load(file_834(ADA, BO, CY))
    assert book() == [
        ("S1", "medical", "PPO", "EC", YEAR, FOREVER),
        ("S1-02", "medical", "PPO", "EC", YEAR, FOREVER),
        ("S2", "dental", "DEN", "EE", YEAR, FOREVER),
        ("S2", "medical", "PPO", "EE", YEAR, FOREVER),
    ]
    ada = Member.objects.get(member_number="S1")
    assert (ada.first_name, ada.birth_on, ada.sex, ada.group_number) == ("ADA", date(1980, 5, 1), "F", "G1")
    assert (applied.state, applied.applied_by, applied.scope) == ("applied", "ana", "change")
    preview = applied.preview
    assert {
        name: preview[name] for name in ("rows", "errors", "members_added", "added", "terminated", "retro_adds")
    } == {
        "rows": 4,
        "errors": 0,
        "members_added": 3,
        "added": 4,
        "terminated": 0,
        "retro_adds": 4,
    }


def test_social_security_numbers_are_not_kept():
    load(file_834(ADA))
    rows = list(LoadRow.objects.values_list("row", flat=True)) + list(Member.objects.values())
    assert "900000001" not in str(rows)


@pytest.mark.parametrize("use", ["2", "4"])
def test_the_same_file_twice_changes_nothing(use):
    data = file_834(ADA, BO, CY, use=use)
    load(data)
    before = book(), Coverage.objects.count(), Member.objects.count()
    again = load(data, at=MARCH)
    assert (book(), Coverage.objects.count(), Member.objects.count()) == before
    assert not LoadChange.objects.filter(load=again).exists()


def test_csv_and_834_say_the_same():
    load(file_834(ADA, BO))
    data = file_csv(
        ("S1", "self", "Ada", "1980-05-01", "medical", "PPO", "EC", "2025-01-01"),
        ("S1", "child", "Bo", "2015-02-03", "medical", "ppo", "", "2025-01-01"),
    )
    staged = stage(data, MARCH, scope="full")
    assert (staged.preview["members_changed"], staged.preview["added"], staged.preview["terminated"]) == (2, 0, 0)
    assert {one["kind"] for one in staged.preview["sample"]} == {"member_changed"}


def test_a_preview_changes_nothing():
    load(file_834(ADA))
    before = book()
    staged = stage(
        file_834(member("S1", "ADA", "19800501", covered(last="20250131", maintenance="024", starts=""))), MARCH
    )
    assert (staged.state, staged.preview["terminated"], staged.preview["retro_terminations"]) == ("staged", 1, 1)
    assert staged.preview["sample"] == [
        {
            "member_number": "S1",
            "line": "medical",
            "kind": "terminated",
            "before": [["2025-01-01", "9999-12-31", Plan.objects.get(code="PPO").pk, "EE"]],
            "after": [["2025-01-01", "2025-02-01", Plan.objects.get(code="PPO").pk, "EE"]],
        }
    ]
    assert book() == before


def test_covered_on_this_date_as_known_on_that_date():
    load(file_834(ADA))
    end = member("S1", "ADA", "19800501", ended="20250131", maintenance="024")
    load(file_834(end, day="20250310"), at=MARCH)
    load(file_834(member("S1", "ADA", "19800501", maintenance="025"), day="20250410"), at=APRIL)
    ada = Member.objects.get().pk

    def covered_on(day, known_at):
        return members.coverage_on(day, known_at=known_at, member_ids=[ada]).exists()

    february = date(2025, 2, 15)
    assert [covered_on(february, at) for at in (datetime(2025, 1, 9, tzinfo=UTC), JANUARY, MARCH, APRIL)] == [
        False,
        True,
        False,
        True,
    ]
    assert [covered_on(date(2025, 1, 31), at) for at in (JANUARY, MARCH, APRIL)] == [True, True, True]
    assert book(MARCH) == [("S1", "medical", "PPO", "EE", YEAR, date(2025, 2, 1))]


def test_a_full_file_ends_who_is_missing_on_its_date():
    others = [member(f"T{n}", f"N{n}", "19900101", covered(tier="EMP")) for n in range(5)]
    load(file_834(ADA, BO, CY, *others))
    load(file_834(ADA, BO, *others, use="4", day="20250310"), at=MARCH)
    assert [row for row in book() if row[0] == "S2"] == [
        ("S2", "dental", "DEN", "EE", YEAR, date(2025, 3, 10)),
        ("S2", "medical", "PPO", "EE", YEAR, date(2025, 3, 10)),
    ]
    assert len([row for row in book() if row[-1] == FOREVER]) == 7


def test_lines_that_no_plan_here_has_are_noted_and_stand_in_nobodys_way():
    others = [member(f"T{n}", f"N{n}", "19900101", covered(tier="EMP")) for n in range(5)]
    load(file_834(CY, *others))
    ltd, life = covered("LTD", "LTD60"), covered("LTC", "CARE", maintenance="026")
    full = stage(
        file_834(member("S2", "CY", "19700101", covered(tier="EMP"), ltd, life), *others, use="4", day="20250310"),
        MARCH,
    )
    assert (full.preview["codes"], full.preview["errors"], full.preview["warnings"]) == ({"line_not_here": 2}, 0, 1)
    loads.apply_load(load_id=full.pk, by="ana", at=MARCH)
    ended = ("S2", "dental", "DEN", "EE", YEAR, date(2025, 3, 10))
    assert book()[:2] == [ended, ("S2", "medical", "PPO", "EE", YEAR, FOREVER)]
    # The end of such a line ends no other, and is nothing to those who have none of ours.
    ends = covered("LTD", "LTD60", last="20250331", maintenance="024")
    gone = [member(*who, ends, maintenance="024") for who in (("S2", "CY", "19700101"), ("S8", "EVE", "19850505"))]
    changed = stage(file_834(*gone), APRIL)
    assert (changed.preview["errors"], changed.preview["terminated"], changed.preview["members_added"]) == (0, 0, 0)
    # A correction of ours takes the place of what the books have from its first day.
    load(file_834(member("S2", "CY", "19700101", covered("HLT", "HDHP", "EMP", "20250401", maintenance="026"))), APRIL)
    assert [row[2:] for row in book() if row[:2] == ("S2", "medical")] == [
        ("PPO", "EE", YEAR, date(2025, 4, 1)),
        ("HDHP", "EE", date(2025, 4, 1), FOREVER),
    ]


def test_a_full_file_that_ends_30_percent_waits_for_a_word():
    load(file_834(ADA, BO, CY))
    staged = stage(file_834(ADA, BO, use="4", day="20250310"), MARCH)
    before = book()
    with pytest.raises(TerminationsError, match="1 of 3 members"):
        loads.apply_load(load_id=staged.pk, by="ana", at=MARCH)
    assert (book(), members.load(staged.pk).state) == (before, "staged")
    applied = loads.apply_load(load_id=staged.pk, by="ana", at=MARCH, confirm_terminations=True)
    assert (applied.confirmed_terminations, applied.preview["terminated_bp"]) == (True, 3333)
    assert len([row for row in book() if row[-1] == date(2025, 3, 10)]) == 2


def test_rows_in_error_stop_a_load_until_somebody_lets_the_good_ones_go():
    stray = member("S9", "EVE", "20100101", covered(), relationship="child")
    staged = stage(file_834(ADA, stray))
    assert staged.preview["codes"] == {"subscriber_unknown": 1}
    assert staged.preview["problems"][0]["where"] == "segment 14, byte 405"
    with pytest.raises(LoadErrorsError, match="1 rows are in error: Subscriber 'S9'") as refusal:
        loads.apply_load(load_id=staged.pk, by="ana", at=JANUARY)
    assert refusal.value.where == "segment 14, byte 405"
    assert book() == []
    applied = loads.apply_load(load_id=staged.pk, by="ana", at=JANUARY, skip_errors=True)
    assert applied.skipped_errors
    assert book() == [("S1", "medical", "PPO", "EE", YEAR, FOREVER)]
    assert loads.reconciliation(load_id=staged.pk)["errors"] == 1


def test_an_undone_load_leaves_the_books_as_they_were_and_the_history_whole():
    load(file_834(ADA))
    before = book()
    second = load(file_834(member("S1", "ADAH", "19800501", covered(plan="HDHP", starts="20250201")), CY), at=FEBRUARY)
    changed = book()
    back = loads.undo_load(load_id=second.pk, by="bert", at=MARCH)

    assert book() == before
    assert [one.first_name for one in members.members()] == ["ADA"]
    assert book(FEBRUARY) == changed
    assert (back.format, back.undoes_id, members.load(second.pk).state) == ("undo", second.pk, "undone")
    assert sorted(LoadChange.objects.filter(load=back).values_list("kind", flat=True)) == [
        "changed",
        "member_changed",
        "member_withdrawn",
        "terminated",
        "terminated",
    ]
    with pytest.raises(LoadStateError):
        loads.undo_load(load_id=second.pk, by="bert", at=MARCH)
    with pytest.raises(UndoError):
        loads.undo_load(load_id=back.pk, by="bert", at=MARCH)


def test_people_of_an_undone_load_come_back_as_themselves():
    first = load(file_834(CY))
    cy = Member.objects.get()
    loads.undo_load(load_id=first.pk, by="bert", at=FEBRUARY)
    assert not members.members().exists()
    load(file_834(CY), at=MARCH)
    again = members.members().get()
    assert (again.pk, again.withdrawn_at) == (cy.pk, None)
    assert [row[:2] for row in book()] == [("S2", "dental"), ("S2", "medical")]
    assert Family.objects.count() == 1


def test_an_undone_load_stands_in_no_claims_way(in_employer):
    """A file that was meant for somebody else: its people must not be found here once it is taken back."""
    first = load(file_834(CY))
    ask = edi.Ask("G1", "S2", date(1970, 1, 1))
    assert [one.employer_id for one in edi.candidates([ask])[ask]] == [in_employer.pk]
    loads.undo_load(load_id=first.pk, by="bert", at=FEBRUARY)
    assert edi.candidates([ask])[ask] == []
    load(file_834(CY), at=MARCH)
    assert len(edi.candidates([ask])[ask]) == 1


def test_a_file_received_in_the_evening_counts_from_that_day_where_the_employer_is(in_employer):
    evening = datetime(2025, 3, 1, 2, tzinfo=UTC)  # 28 February, 21:00, in New York
    assert in_employer.time_zone == "America/New_York"
    assert stage(file_csv(("S1", "self", "Ada", "1980-05-01")), at=evening, scope="full").effective_on == date(
        2025, 2, 28
    )


def test_a_load_on_which_a_later_one_builds_is_not_undone():
    first = load(file_834(ADA))
    load(file_834(member("S1", "ADA", "19800501", covered(plan="HDHP", starts="20250201"))), at=FEBRUARY)
    before = book()
    with pytest.raises(UndoError, match="changed member S1 afterwards"):
        loads.undo_load(load_id=first.pk, by="bert", at=MARCH)
    assert book() == before


def decide(member, service_on, outcome, at, line="medical", paid=8_000):
    """A claim of one line with a live decision, as the claims book keeps it."""
    claim = Claim.objects.create(
        source="rest",
        source_ref=f"{member.pk}-{service_on}-{at}",
        form="professional",
        family_id=member.family_id,
        member_id=member.pk,
        received_at=at,
        received_on=at.date(),
        service_on=service_on,
        charge_cents=10_000,
    )
    ClaimLine.objects.create(
        claim=claim, number=1, member_id=member.pk, from_on=service_on, through_on=service_on, charge_cents=10_000
    )
    paid = paid if outcome == "paid" else 0
    decision = Decision.objects.create(
        claim_id=claim.pk,
        version=1,
        family_id=member.family_id,
        family_seq=claim.pk,
        member_id=member.pk,
        outcome=outcome,
        charge_cents=10_000,
        allowed_cents=10_000,
        paid_cents=paid,
        member_responsibility_cents=10_000 - paid,
        decided_at=at,
        decided_on=at.date(),
    )
    DecisionLine.objects.create(
        decision=decision,
        number=1,
        service_on=service_on,
        plan_version_id=0,
        line_of_coverage=line,
        charge_cents=10_000,
        allowed_cents=10_000,
        paid_cents=paid,
        deductible_cents=0,
        copay_cents=0,
        coinsurance_cents=0,
        member_responsibility_cents=10_000 - paid,
        denied=outcome == "denied",
        moves="[]",
    )
    return claim


def test_a_load_is_not_undone_once_a_claim_was_decided_on_it(in_employer):
    first = load(file_834(ADA))
    claim = decide(Member.objects.get(), date(2025, 1, 20), "paid", FEBRUARY)
    number = public_id("clm", in_employer.pk, claim.pk)
    with pytest.raises(UndoError, match=f"Claim {number} of member S1"):
        loads.undo_load(load_id=first.pk, by="bert", at=MARCH)
    assert len(book()) == 1


def test_a_retroactive_termination_lists_what_was_paid_after_it(in_employer):
    load(file_834(ADA))
    ada = Member.objects.get()
    inside, after = (decide(ada, day, "paid", FEBRUARY) for day in (date(2025, 1, 31), date(2025, 2, 1)))
    decide(ada, date(2025, 2, 3), "denied", FEBRUARY)
    assert inside.pk != after.pk
    ended = load(file_834(member("S1", "ADA", "19800501", ended="20250131", maintenance="024")), at=MARCH)
    number = public_id("clm", in_employer.pk, after.pk)
    assert work_list(ended.pk) == [
        ClaimTouched(number, after.pk, 1, "S1", "medical", date(2025, 2, 1), "after_termination", 8_000)
    ]


def test_a_retroactive_start_lists_what_was_denied_inside_it(in_employer):
    load(file_834(member("S1", "ADA", "19800501", covered(starts="20250301"))))
    ada = Member.objects.get()
    denied = decide(ada, date(2025, 2, 1), "denied", FEBRUARY, line="")
    decide(ada, date(2025, 3, 1), "denied", MARCH)
    early = load(file_834(member("S1", "ADA", "19800501", covered(starts="20250201"))), at=APRIL)
    assert early.preview["retro_adds"] == 1
    assert [(one.claim, one.reason) for one in work_list(early.pk)] == [
        (public_id("clm", in_employer.pk, denied.pk), "inside_coverage")
    ]


def test_books_that_changed_since_the_preview_ask_for_another_look():
    load(file_834(ADA))
    staged = stage(file_834(member("S1", "ADA", "19800501", ended="20250131", maintenance="024")), FEBRUARY)
    load(file_834(member("S1", "ADA", "19800501", covered(plan="HDHP", starts="20250120"))), at=FEBRUARY)
    with pytest.raises(StaleLoadError):
        loads.apply_load(load_id=staged.pk, by="ana", at=MARCH)
    loads.preview_load(load_id=staged.pk)
    loads.apply_load(load_id=staged.pk, by="ana", at=MARCH)
    assert [row[2:] for row in book()] == [
        ("PPO", "EE", YEAR, date(2025, 1, 20)),
        ("HDHP", "EE", date(2025, 1, 20), date(2025, 2, 1)),
    ]


def test_a_rejected_load_stays_out():
    staged = stage(file_834(ADA))
    loads.reject_load(load_id=staged.pk, by="ana")
    with pytest.raises(LoadStateError, match="rejected"):
        loads.apply_load(load_id=staged.pk, by="ana", at=JANUARY)
    assert (book(), Member.objects.count()) == ([], 0)


def test_claims_find_the_members_by_subscriber_number_and_birth_date(in_employer):
    load(file_834(ADA, BO))
    ada, bo = Member.objects.order_by("pk")
    asks = [
        edi.Ask("G1", "S1", ada.birth_on),
        edi.Ask("G1", "S1", bo.birth_on),
        edi.Ask("", "S1-02", bo.birth_on),
        edi.Ask("G1", "S1", date(1999, 1, 1)),
    ]
    found = edi.candidates(asks)
    assert [[one.member_id for one in found[ask]] for ask in asks] == [[ada.pk], [bo.pk], [bo.pk], []]


def test_the_reconciliation_tells_file_and_books_apart():
    load(file_834(ADA, BO, CY))
    data = file_834(ADA, BO, member("S2", "CY", "19700101", covered("DEN", "DEN", "EMP")), use="4", day="20250310")
    staged = stage(data, MARCH)
    before = loads.reconciliation(load_id=staged.pk)
    ppo = Plan.objects.get(code="PPO").pk
    assert before["only_in_books"] == {
        "count": 1,
        "sample": [{"member_number": "S2", "line": "medical", "plan_id": ppo}],
    }
    loads.apply_load(load_id=staged.pk, by="ana", at=MARCH, confirm_terminations=True)
    report = loads.reconciliation(load_id=staged.pk)
    assert report["file"] == report["books"] == {"people": 3, "dental": 1, "medical": 2}
    assert report["only_in_file"]["count"] == report["only_in_books"]["count"] == 0
    assert report["changes"] == {"terminated": 1}


def test_an_entry_at_the_desk_is_a_load_of_its_own():
    entry = {
        "subscriber_number": "S5",
        "relationship": "self",
        "last_name": "Roy",
        "first_name": "Di",
        "birth_on": "1990-02-03",
        "line": "dental",
        "plan": "DEN",
        "starts_on": "2025-02-01",
    }
    applied = loads.enrol(entries=[entry], by="ana", at=FEBRUARY)
    assert (applied.format, applied.state) == ("entry", "applied")
    assert book() == [("S5", "dental", "DEN", "EE", date(2025, 2, 1), FOREVER)]
    with pytest.raises(LoadErrorsError, match="20250230") as refusal:
        loads.enrol(entries=[entry | {"starts_on": "20250230"}], by="ana", at=FEBRUARY)
    assert refusal.value.where == "entry 1"
    assert Load.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file_834(ADA).replace(b"20250101", b"20250230"), "DTP03 is not a date"),
        (file_834(ADA, BO)[:-120], "before the"),
        (file_834(ADA).replace(b"SE*", b"SE*9"), "SE01 must be"),
        (file_834(ADA, use="7"), "BGN08"),
        (file_834(ADA, BO).replace(b"GE*1*1~", b"GE*1*1~\nST*834*0002*005010X220A1~"), "outside of every transaction"),
        (file_834(), "INS is required"),
        (b"", "The file is empty"),
        (b"PK\x03\x04", "does not name the columns"),
        (b"subscriber_number,relationship,last_name,birth_on,line,plan,starts_on\n", "names nobody"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_stored(data, message):
    with pytest.raises(DomainError, match=message):
        stage(data)
    assert not Load.objects.exists()
    assert not LoadRow.objects.exists()


def test_a_refused_834_names_every_place():
    data = file_834(ADA, BO).replace(b"20250101", b"20250230")
    with pytest.raises(EnrolmentRefusedError) as refusal:
        stage(data)
    assert [issue.code for issue in refusal.value.issues] == ["date_invalid", "date_invalid"]
    assert refusal.value.where == refusal.value.issues[0].where


def large_file(count):
    rows = [
        (f"S{n}", "self", f"N{n}", f"19{60 + n % 30}-01-{1 + n % 28:02d}", "medical", "PPO", "EE", "2025-01-01")
        for n in range(count)
    ]
    return file_csv(*rows)


def statements(count, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as counted:
        load(large_file(count), scope="full")
    return len(counted)


def test_three_thousand_rows_take_no_more_statements_than_ten(django_assert_max_num_queries):
    few = statements(10, django_assert_max_num_queries)
    many = statements(3_000, django_assert_max_num_queries)
    assert Member.objects.count() == Coverage.objects.filter(superseded_at=None).count() == 3_000
    assert many - few <= 3


def test_who_is_covered_on_a_day_is_written_as_a_file_that_can_be_read_again():
    load(file_834(member("S1", "=ADA", "19800501", covered(tier="EMP", last="20250131")), CY))
    text = "".join(enrolment_csv(date(2025, 1, 31)))
    assert text.splitlines()[1] == (
        "S1,S1,G1,self,LIND,'=ADA,,1980-05-01,F,,,,,,,,,,,,,medical,PPO,EE,2025-01-01,2025-01-31"
    )
    assert len(text.splitlines()) == 4
    assert len(list(enrolment_csv(date(2025, 2, 1)))) == 3
    again = stage(text.replace("'=ADA", "=ADA").encode(), MARCH, scope="full", effective_on=date(2025, 1, 31))
    preview = again.preview
    assert (preview["errors"], preview["members_added"], preview["members_changed"], preview["terminated"]) == (
        0,
        0,
        0,
        0,
    )


def test_mail_goes_to_the_mailing_address_of_the_file_and_home_once_a_file_tells_a_home_alone():
    home, box = ["N3*12 ELM ST*APT 4", "N4*MIAMI*FL*331110001"], ["NM1*31*1", "N3*PO BOX 9", "N4*TAMPA*FL*33601"]
    told, demographics, *coverage = ADA[:-3], ADA[-3], *ADA[-2:]

    def addressed(*segments):
        """Where Ada's mail goes, and the state that she lives in, after a file with these segments of loops 2100."""
        after = segments.index("NM1*31*1") if "NM1*31*1" in segments else len(segments)
        load(file_834([*told, *segments[:after], demographics, *segments[after:], *coverage]))
        ada = Member.objects.get(member_number="S1")
        return members.subscriber_addresses([ada.family_id])[ada.family_id].lines, members.places_of([ada.pk])[ada.pk]

    assert addressed(*home, *box) == (("PO BOX 9", "TAMPA FL  33601"), "FL")
    assert addressed() == (("PO BOX 9", "TAMPA FL  33601"), "FL")
    moved = ["N3*99 OAK RD", "N4*OCALA*FL*34470"]
    assert addressed(*moved) == (("99 OAK RD", "OCALA FL  34470"), "FL")
    assert Member.objects.values_list("address_2", "mail_1").get() == ("", "")
    staged = stage(file_csv(("S1", "self", "Ada", "1980-05-01", "medical", "PPO", "", "2025-01-01")), MARCH)
    assert staged.preview["errors"] == 0
    assert "mail_1" in next(iter(enrolment_csv(YEAR)))


@pytest.mark.parametrize(("stated", "codes"), [(b"2", []), (b"3", ["count_differs"]), (b"1.5", [])])
def test_a_full_file_that_says_it_holds_other_than_it_does_is_shown_with_a_warning(stated, codes):
    data = file_834(ADA, BO, use="4").replace(b"N1*P5", b"QTY*TO*" + stated + b"~\nN1*P5")
    count = data.count(b"~") - 4
    staged = stage(data.replace(b"SE*%d*" % (count - 1), b"SE*%d*" % count))
    assert ([one["code"] for one in staged.preview["problems"]], staged.preview["errors"]) == (codes, 0)


def test_who_is_told_by_what_he_was_before_is_the_same_member():
    load(file_834(ADA, BO))
    before = set(Member.objects.values_list("pk", flat=True))
    renamed = member("S1", "ROBIN", "20150204", covered(), relationship="child", ssn="900000002")
    corrected = [*renamed[:-2], "NM1*70*1*LIND*BO", "DMG*D8*20150203", *renamed[-2:]]
    numbered = [*ADA[:2], "REF*23*N77", "REF*Q4*S1", *ADA[2:]]
    applied = load(file_834(numbered, corrected, use="4"), at=MARCH)
    assert (applied.preview["members_added"], applied.preview["terminated"]) == (0, 0)
    assert set(Member.objects.values_list("pk", flat=True)) == before
    told = Member.objects.order_by("pk").values_list("member_number", "first_name", "birth_on")
    assert list(told) == [("N77", "ADA", date(1980, 5, 1)), ("S1-02", "ROBIN", date(2015, 2, 4))]
    heading, row = file_csv(("S1", "child", "Max", "2015-02-03")).decode().splitlines()
    load(f"{heading},prior_first_name,prior_birth_on\n{row},Robin,2015-02-04".encode(), at=MARCH)
    assert Member.objects.values_list("first_name", "birth_on").get(member_number="S1-02") == ("Max", date(2015, 2, 3))


def test_a_full_file_with_a_family_under_a_new_subscriber_number_leaves_the_family_as_it_is():
    load(file_834(ADA, BO, CY))
    before = book()
    moved = [segment.replace("REF*0F*S1", "REF*0F*S9") for segment in (*ADA[:2], "REF*Q4*S1", *ADA[2:])]
    staged = stage(file_834(moved, CY, use="4"), MARCH)
    assert [one["code"] for one in staged.preview["problems"]] == ["member_other_family"]
    loads.apply_load(load_id=staged.pk, by="ana", at=MARCH, skip_errors=True)
    assert book() == before
