"""Members as they are read from an 834."""

from __future__ import annotations

from datetime import date

import pytest

from tests.x12.reading import bare_member, read
from tests.x12.samples import full_member, member, members_file
from tpa.x12.enrolment import Coverage834, Member834, OtherCoverage
from tpa.x12.issues import Answer

FILE = members_file(member())


@pytest.mark.parametrize("given", [member(), full_member()])
def test_what_is_written_reads_back_equal(given: Member834) -> None:
    result = read(members_file(given))
    assert result.issues == []
    assert [bare_member(one) for one in result.members] == [given]


def test_the_header_tells_a_full_file_from_a_change_file() -> None:
    for action in ("2", "4"):
        header = read(members_file(member(), action=action)).sets[0].header
        assert (header.use, header.purpose, header.policy_number) == (action, "00", "POL1")
        assert (header.submitter_name, header.submitter_id) == ("ELM WORKS", "123456780")


def test_a_member_tells_what_coverage_needs() -> None:
    (one,) = read(FILE).members
    assert (one.subscriber_number, one.group_number, one.ssn) == ("W1000001", "G100", "000000001")
    assert (one.day("336"), one.day("356"), one.day("357")) == (date(2020, 1, 6), date(2026, 1, 1), None)
    assert [(cover.line, cover.tier, cover.starts_on, cover.last_on) for cover in one.coverages] == [
        ("PPO", "FAM", date(2026, 1, 1), None),
        ("DEN", "EMP", date(2026, 1, 1), None),
    ]
    assert one.reference("17") == "SALARIED"


def test_a_termination_has_its_last_day() -> None:
    (one,) = read(members_file(full_member())).members
    (cover,) = one.coverages
    assert (cover.maintenance, cover.last_on, cover.reference("1L")) == ("024", date(2026, 1, 31), "G200")


def test_a_coverage_may_tell_its_days_as_one_period() -> None:
    whole = FILE.replace(b"DTP*348*D8*20260101", b"DTP*348*RD8*20260101-20260331", 1)
    first, second = read(whole).members[0].coverages
    assert (first.starts_on, first.last_on) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (second.starts_on, second.last_on) == (date(2026, 1, 1), None)


def test_several_service_types_of_another_coverage_are_kept() -> None:
    cover = Coverage834("021", "HLT", others=(OtherCoverage("P", "", "1", ("1", "35", "48")),))
    dated = cover._replace(dates=member().coverages[0].dates)
    (one,) = read(members_file(member(coverages=(dated,)))).members
    assert one.coverages[0].others[0].service_types == ("1", "35", "48")


@pytest.mark.parametrize(
    ("old", "new", "answer", "code", "segment"),
    [
        (b"DTP*348*D8*20260101", b"DTP*348*D8*20250230", Answer.IK4, "8", "DTP"),
        (b"INS*Y*18", b"INS*X*18", Answer.IK4, "7", "INS"),
        (b"INS*Y*18", b"INS*Y*", Answer.IK4, "1", "INS"),
        (b"REF*0F*W1000001~\n", b"", Answer.IK3, "3", "REF"),
        (b"HD*021**PPO", b"HD*021**", Answer.IK4, "1", "HD"),
        (b"DMG*D8*19800517", b"DMG*D8*1980O517", Answer.IK4, "8", "DMG"),
        (b"BGN*00*ENR1*20260302*0930****4", b"BGN*00*ENR1*20260302*0930", Answer.IK4, "1", "BGN"),
    ],
)
def test_faults_refuse_the_set_and_have_their_place(
    old: bytes, new: bytes, answer: Answer, code: str, segment: str
) -> None:
    data = FILE.replace(old, new, 1)
    assert data != FILE
    result = read(data)
    assert result.members == []
    issue = next(issue for issue in result.issues if issue.answer in (Answer.IK3, Answer.IK4))
    assert (issue.answer, issue.answer_code, issue.segment_id) == (answer, code, segment)


def test_a_full_file_of_many_members_keeps_their_order() -> None:
    given = [member(subscriber_number=f"W{n}", references=member().references[1:]) for n in range(500)]
    assert [one.subscriber_number for one in read(members_file(*given)).members] == [f"W{n}" for n in range(500)]
