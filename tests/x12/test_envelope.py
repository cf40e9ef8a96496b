"""ISA to IEA: every fault has its TA1, AK9 or IK5 code and position, and only what is faulty is refused."""

from __future__ import annotations

import re

import pytest

from tests.x12.reading import bare, read
from tests.x12.samples import ENVELOPE, claims_file, line, member, members_file, professional
from tpa.x12 import envelope as envelope_module
from tpa.x12.issues import Level

CLAIMS = (professional("A"), professional("B"), professional("C"))
FILE = claims_file(*CLAIMS, claims_per_set=1)
"""One group of three sets, a claim each."""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"ISA*00*", b"ISA*99*", "010"),
        (b"*00*          *ZZ*", b"*77*          *ZZ*", "012"),
        (b"*ZZ*CLEARHOUSE", b"*XX*CLEARHOUSE", "005"),
        (b"CLEARHOUSE     ", b"               ", "006"),
        (b"*ZZ*PLANDESK", b"*QQ*PLANDESK", "007"),
        (b"PLANDESK       ", b"               ", "008"),
        (b"*260302*", b"*260230*", "014"),
        (b"*0930*^", b"*2530*^", "015"),
        (b"*00501*", b"*00601*", "003"),
        (b"*00501*", b"*5O1  *", "017"),
        (b"*000000017*0", b"*00000001A*0", "018"),
        (b"*0*P*:", b"*5*P*:", "019"),
        (b"*0*P*:", b"*0*X*:", "020"),
    ],
)
def test_a_faulty_isa_refuses_the_interchange_with_its_ta1_code(old: bytes, new: bytes, code: str) -> None:
    data = FILE.replace(old, new, 1)
    assert data != FILE
    result = read(data + FILE)
    (first, second) = result.interchanges
    assert [issue.answer_code for issue in first.issues] == [code]
    assert first.refused
    assert first.issues[0].byte_offset == 0
    assert not second.issues
    assert len(result.claims) == 3


@pytest.mark.parametrize(
    ("old", "new", "answer", "code", "kept"),
    [
        (b"IEA*1*", b"IEA*2*", "TA1", "021", 3),
        (b"IEA*1*", b"IEA*X*", "TA1", "021", 3),
        (b"IEA*1*000000017", b"IEA*1*000000018", "TA1", "001", 3),
        (b"IEA*1*000000017~\n", b"", "TA1", "023", 3),
        (b"*20260302*0930*17*X", b"*20260230*0930*17*X", "TA1", "024", 3),
        (b"GE*3*17~\n", b"", "AK9", "3", 3),
        (b"GE*3*17", b"GE*3*18", "AK9", "4", 3),
        (b"GE*3*17", b"GE*4*17", "AK9", "5", 3),
        (b"GE*3*17", b"GE*-3*17", "AK9", "5", 3),
        (b"*0930*17*X", b"*0930*1A*X", "AK9", "6", 0),
        (b"GS*HC*", b"GS*HP*", "AK9", "1", 0),
        (b"*X*005010X222A1", b"*X*004010X098A1", "AK9", "2", 0),
        (b"ST*837*0002", b"ST*835*0002", "IK5", "1", 2),
        (b"ST*837*0002", b"ST**0002", "IK5", "6", 2),
        (b"ST*837*0002", b"ST*837*2", "IK5", "7", 2),
        (b"SE*26*0002~\n", b"", "IK5", "2", 2),
        (b"SE*26*0002", b"SE*26*0009", "IK5", "3", 2),
        (b"SE*26*0002", b"SE*30*0002", "IK5", "4", 2),
        (b"SE*26*0002", b"SE*3l*0002", "IK5", "4", 2),
        (b"ST*837*0002*005010X222A1", b"ST*837*0002*005010X999", "IK5", "I6", 2),
        (b"ST*837*0002*005010X222A1", b"ST*837*0002", "IK5", "19", 3),
        (b"ST*837*0002", b"ST*837*0001", "IK5", "23", 2),
    ],
)
def test_every_counter_and_number_is_checked(old: bytes, new: bytes, answer: str, code: str, kept: int) -> None:
    data = FILE.replace(old, new, 1)
    assert data != FILE
    result = read(data)
    assert (answer, code) in result.codes
    assert len(result.claims) == kept
    place = next(issue for issue in result.issues if (issue.answer.value, issue.answer_code) == (answer, code))
    if place.segment_id:
        assert data[place.byte_offset :].startswith(place.segment_id.encode() + b"*")


def test_a_faulty_set_is_refused_whole_and_its_neighbours_are_read() -> None:
    two_claims = claims_file(*CLAIMS, professional("D"), claims_per_set=2)
    data = two_claims.replace(b"CLM*B*125.5", b"CLM*B*125.x", 1)
    result = read(data)
    assert [claim.patient_control_number for claim in result.claims] == ["C", "D"]
    assert [one.accepted for one in result.sets] == [False, True]
    assert result.groups[0].accepted_count == 1
    (issue,) = result.issues
    assert (issue.answer_code, issue.element, issue.value, issue.level) == ("6", 2, "125.x", Level.SET)


@pytest.mark.parametrize("step", range(101))
def test_a_file_cut_at_each_percent_never_gives_half_a_set(step: int) -> None:
    check_cut(len(FILE) * step // 100)


def test_a_file_cut_at_each_segment_boundary_never_gives_half_a_set() -> None:
    for at, byte in enumerate(FILE):
        if byte in b"~\n":
            check_cut(at)
            check_cut(at + 1)


def check_cut(at: int) -> None:
    """The whole sets before the cut are read; the cut is reported; nothing of the set that was cut is given."""
    whole = len(re.findall(rb"\nSE[*][0-9]+[*][0-9]{4}~", FILE[:at]))
    result = read(FILE[:at])
    assert [claim.patient_control_number for claim in result.claims] == ["A", "B", "C"][:whole]
    assert sum(one.accepted for one in result.sets) == whole
    if 0 < at < 106:
        assert result.codes == [("TA1", "022" if at < 4 else "023")]
    elif 106 <= at < len(FILE) - 2:
        assert result.codes[-1] in (("TA1", "023"), ("TA1", "001"), ("TA1", "021"))
    elif at:
        assert result.codes == []


def test_many_interchanges_groups_and_sets_in_one_file() -> None:
    claims = claims_file(*CLAIMS, claims_per_set=1)
    enrolment = members_file(member(), member())
    body = enrolment[enrolment.index(b"GS*") : enrolment.index(b"IEA*")]
    mixed = claims.replace(b"IEA*1*", body.replace(b"*17*X", b"*18*X").replace(b"GE*1*17", b"GE*1*18") + b"IEA*2*")
    result = read(mixed + claims + mixed)
    assert result.issues == []
    assert (len(result.claims), len(result.members), len(result.groups), len(result.interchanges)) == (9, 4, 5, 3)


def test_a_group_number_used_twice_in_an_interchange_is_noted() -> None:
    body = FILE[FILE.index(b"GS*") : FILE.index(b"IEA*")]
    result = read(FILE.replace(b"IEA*1*", body + b"IEA*2*"))
    assert result.codes == [("AK9", "19")]
    assert len(result.claims) == 6


def test_segments_outside_of_sets_are_noted_and_ta1_is_let_pass() -> None:
    result = read(FILE.replace(b"GS*HC", b"TA1*000000001*260101*0900*A*000~\nGS*HC", 1))
    assert result.issues == []
    result = read(FILE.replace(b"GE*3", b"REF*G1*LOST~\nSE*4*0009~\nGE*3", 1))
    assert result.codes == [("TA1", "024")]
    assert len(result.claims) == 3


def test_a_set_outside_of_a_group_is_not_read() -> None:
    data = FILE.replace(FILE[FILE.index(b"GS*") : FILE.index(b"ST*")], b"", 1)
    result = read(data)
    assert result.claims == []
    assert ("TA1", "024") in result.codes


def test_a_set_too_large_to_hold_is_read_twice_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = [professional(f"P{number}", line(), line(2, 700)) for number in range(60)]
    data = claims_file(*claims, claims_per_set=25) + claims_file(*CLAIMS)
    held = read(data)
    monkeypatch.setattr(envelope_module, "HELD_SEGMENTS", 100)
    again = read(data)
    assert again.events == held.events
    assert len(again.claims) == 63
    monkeypatch.setattr(envelope_module, "HELD_SEGMENTS", 0)
    assert read(data.replace(b"\n", b"")).claims[-1].patient_control_number == "C"


def test_a_large_set_with_a_fault_at_its_very_end_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope_module, "HELD_SEGMENTS", 50)
    data = claims_file(*[professional(f"P{number}") for number in range(40)])
    last = data.rindex(b"DTP*472*D8*20260210")
    broken = data[:last] + b"DTP*472*D8*20260230" + data[last + 19 :]
    result = read(broken)
    assert result.claims == []
    (issue,) = result.issues
    assert (issue.code, issue.value, issue.byte_offset) == ("date_invalid", "20260230", last)


def test_reading_begins_where_the_stream_stands(tmp_path) -> None:
    path = tmp_path / "claims.837"
    path.write_bytes(b"HEADER OF ANOTHER SYSTEM\n" + FILE)
    with path.open("rb") as file:
        file.seek(25)
        from_there = read(file.read())
    assert [bare(claim) for claim in from_there.claims] == [bare(claim) for claim in read(FILE).claims]


def test_the_header_tells_who_sent_the_set() -> None:
    header = read(FILE).sets[0].header
    assert (header.submitter_name, header.submitter_id) == ("CLEAR HOUSE", "CH01")
    assert (header.receiver_name, header.receiver_id) == ("PLAN DESK", "PD01")
    assert (header.reference, header.purpose, header.use) == ("BATCH9-1", "00", "CH")
    assert header.group.version == "005010X222A1"
    assert header.group.interchange.control_number == f"{ENVELOPE.control_number:09d}"
