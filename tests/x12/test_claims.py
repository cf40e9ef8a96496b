"""Claims as they are read: every fault has its place, and a claim's own fault leaves its neighbours alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.x12.reading import bare, read
from tests.x12.samples import (
    CLINIC,
    DAY,
    KIM,
    SAM,
    claims_file,
    dental,
    full_professional,
    institutional,
    line,
    professional,
    served,
)
from tpa.x12.claims import Claim837, Dated, LinePayment, Procedure
from tpa.x12.issues import Answer, Issue, Level

FILE = claims_file(professional("A", line(), line(2, 4_000)))
UNNAMED = LinePayment("NOBODY", 100, Procedure("HC", "99213"), quantity=Decimal(1), paid_on=DAY)
"""By a payer that the claim does not name."""


def only_issue(data: bytes) -> Issue:
    """The single issue of a file of which nothing was read; its offset points at its segment."""
    result = read(data)
    assert result.claims == []
    (issue,) = result.issues
    if issue.segment_id:
        assert data[issue.byte_offset :].startswith(issue.segment_id.encode())
        assert len(data[: issue.byte_offset].split(b"~")) == issue.segment_number
        assert issue.set_position == issue.segment_number - 2
    return issue


@pytest.mark.parametrize("claim", [professional(), full_professional(), institutional(), dental()])
def test_what_is_written_reads_back_equal(claim: Claim837) -> None:
    result = read(claims_file(claim))
    assert result.issues == []
    assert [bare(one) for one in result.claims] == [claim]


def test_a_claim_tells_what_the_payer_needs() -> None:
    (claim,) = read(claims_file(full_professional())).claims
    assert (claim.kind, claim.frequency, claim.original_reference) == ("P", "7", "CLM0001")
    assert (claim.subscriber.group_number, claim.subscriber.person.member_id) == ("G100", "W1000001")
    assert claim.person == KIM
    assert claim.patient_relationship == "19"
    assert (claim.billing.npi, claim.billing.tax_id, claim.billing.taxonomy) == (
        "1234567893",
        "123456789",
        "207Q00000X",
    )
    rendering = claim.provider("82")
    assert rendering is not None
    assert rendering.npi == "1999999984"
    assert (claim.payer.id, claim.authorization, claim.clearinghouse_number) == ("PD01", "AUTH1", "CH777")
    assert (claim.related_causes, claim.accident_state, claim.day("439")) == (("AA", "OA"), "IL", date(2026, 2, 9))
    assert [code.value for code in claim.diagnoses] == ["S134XXA", "R05"]
    assert (claim.first_on, claim.last_on) == (DAY, date(2026, 2, 12))
    first, second = claim.lines
    assert (claim.place_of(first), claim.place_of(second)) == ("11", "12")
    assert (second.control_number, second.authorization, second.quantity) == ("L2", "AUTH2", Decimal("2.5"))
    assert second.drug is not None
    assert (second.drug.ndc, second.drug.quantity) == ("00004196501", Decimal("7.25"))
    assert second.repricing is not None
    assert second.repricing.allowed_cents == 3_000
    (other,) = claim.other_payers
    assert (other.paid_cents, other.remaining_cents, other.paid_on) == (8_000, 2_000, date(2026, 2, 20))
    assert [(one.group, one.carc, one.cents) for one in other.adjustments] == [("CO", "45", 2_550), ("PR", "2", 2_000)]
    assert second.other_payments[0].adjustments[0].cents == 2_050


def test_an_institutional_claim_has_its_bill_type_and_stay() -> None:
    (claim,) = read(claims_file(institutional())).claims
    assert (claim.type_of_bill, claim.place_of_service) == ("111", "")
    assert (claim.first_on, claim.last_on) == (DAY, DAY)
    assert claim.day("434") == DAY
    assert (claim.admission_type, claim.discharge_status) == ("1", "01")
    assert [code.value for code in claim.coded("DR")] == ["193"]
    assert claim.diagnoses[0].present_on_admission == "Y"
    assert claim.coded("BE")[0].cents == 300
    assert claim.lines[1].noncovered_cents == 5_000


def test_a_dental_claim_has_teeth_surfaces_and_cavities() -> None:
    (claim,) = read(claims_file(dental())).claims
    filling, crown = claim.lines
    assert [(tooth.number, tooth.surfaces) for tooth in filling.teeth] == [("8", ("M", "O")), ("9", ("L",))]
    assert (crown.oral_cavities, crown.prosthesis) == (("10", "20"), "R")
    assert [(tooth.number, tooth.status) for tooth in claim.tooth_statuses] == [("1", "M"), ("16", "E")]


@pytest.mark.parametrize(
    "text", ["20250230", "00000000", "20251301", "2025023", "2026021O", "٢٠٢٦٠٢١٠", "17991231", "20230229"]
)
def test_a_day_that_is_none_refuses_the_set_with_its_position(text: str) -> None:
    issue = only_issue(FILE.replace(b"DTP*472*D8*20260210", b"DTP*472*D8*" + text.encode(), 1))
    assert (issue.code, issue.answer, issue.answer_code) == ("date_invalid", Answer.IK4, "8")
    assert (issue.segment_id, issue.element, issue.loop, issue.value) == ("DTP", 3, "2400", text)
    assert text not in str(issue)


@pytest.mark.parametrize("text", ["20240229", "18000101", "99991231", "20260210"])
def test_any_day_of_the_calendar_is_read(text: str) -> None:
    (claim,) = read(FILE.replace(b"DTP*472*D8*20260210", b"DTP*472*D8*" + text.encode(), 1)).claims
    assert claim.lines[0].first_on == date(int(text[:4]), int(text[4:6]), int(text[6:]))


@pytest.mark.parametrize(
    ("text", "cents"),
    [("125", 12_500), ("125.5", 12_550), ("125.50", 12_550), ("125.5000", 12_550), (".05", 5), ("0", 0), ("-0.00", 0)],
)
def test_amounts_are_exact_cents(text: str, cents: int) -> None:
    data = FILE.replace(b"99213:25*125.5", b"99213:25*" + text.encode(), 1)
    assert read(data).claims[0].lines[0].charge_cents == cents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12S.5", "6"),
        ("0.005", "6"),
        ("NaN", "6"),
        ("Infinity", "6"),
        ("1e9", "6"),
        ("1,250.00", "6"),
        ("+5", "6"),
        ("1.2.3", "6"),
        ("-", "6"),
        (".", "6"),
        ("١٢", "6"),
        ("²", "6"),
        ("100000000", "5"),
        ("12345678901234567890", "6"),
        ("125.50:1", "13"),
        ("125.50^1", "12"),
    ],
)
def test_an_amount_that_is_none_refuses_the_set(text: str, code: str) -> None:
    issue = only_issue(FILE.replace(b"99213:25*125.5", b"99213:25*" + text.encode(), 1))
    assert (issue.answer, issue.answer_code, issue.segment_id, issue.element) == (Answer.IK4, code, "SV1", 2)


@pytest.mark.parametrize(
    ("old", "new", "answer", "code", "segment", "element"),
    [
        (b"CLM*A*", b"CLM**", Answer.IK4, "1", "CLM", 1),
        (b"11:B:1", b"11:B", Answer.IK4, "1", "CLM", 5),
        (b"11:B:1", b"11:B:1:9", Answer.IK4, "13", "CLM", 5),
        (b"CLM*A*", b"CLM*" + b"A" * 39 + b"*", Answer.IK4, "5", "CLM", 1),
        (b"N3*1 MAIN ST", b"N3*" + b"M" * 10_000, Answer.IK4, "5", "N3", 1),
        (b"*IL*627010001~", b"*ILL*627010001~", Answer.IK4, "5", "N4", 2),
        (b"*IL*627010001~", b"*IL*62~", Answer.IK4, "4", "N4", 3),
        (b"N4*SPRINGFIELD*IL*627010001~", b"N4*SPRINGFIELD*IL*627010001*******X~", Answer.IK4, "3", "N4", 8),
        (b"DMG*D8*19800517", b"DMG*D8*19801517", Answer.IK4, "8", "DMG", 2),
        (b"BHT*0019*00*BATCH9-1*20260302*0930", b"BHT*0019*00*BATCH9-1*20260302*2460", Answer.IK4, "9", "BHT", 5),
        (b"NM1*IL*1*STONE*SAM*Q***MI*W1000001", b"NM1*IL*1*STONE*SAM", Answer.IK4, "1", "NM1", 8),
        (b"HL*2*1*22", b"HL*2*2*22", Answer.IK4, "7", "HL", 2),
        (b"HL*2*1*22", b"HL*3*1*22", Answer.IK4, "7", "HL", 1),
        (b"HL*2*1*22*0", b"HL*2*1*23*0", Answer.IK3, "2", "HL", 0),
        (b"N3*1 MAIN ST*SUITE 2~\n", b"", Answer.IK3, "3", "N3", 0),
        (b"HI*ABK:J069*ABF:R05~\n", b"", Answer.IK3, "3", "HI", 0),
        (b"LX*2~\n", b"ZZZ*1~\nLX*2~\n", Answer.IK3, "6", "ZZZ", 0),
        (b"LX*2~\n", b"toolong*1~\nLX*2~\n", Answer.IK3, "1", "too", 0),
        (b"LX*2~\n", b"N3*HERE~\nLX*2~\n", Answer.IK3, "2", "N3", 0),
        (b"LX*2~\n", b"NM1*ZY*1*WHO~\nLX*2~\n", Answer.IK3, "2", "NM1", 0),
        (b"LX*2~\n", b"SBR*P*18~\nLX*2~\n", Answer.IK3, "7", "SBR", 0),
        (b"HI*ABK", b"HI*ABK:J00~\nHI*ABK", Answer.IK3, "5", "HI", 0),
    ],
)
def test_faults_of_segments_and_elements_have_their_code_and_place(
    old: bytes, new: bytes, answer: Answer, code: str, segment: str, element: int
) -> None:
    data = FILE.replace(old, new, 1)
    assert data != FILE
    result = read(data)
    assert result.claims == []
    issue = (
        result.sets[0].issues[-1]
        if segment == "HL" and element == 0
        else next(issue for issue in result.issues if issue.answer in (Answer.IK3, Answer.IK4))
    )
    if segment == "HL" and element == 0:
        issue = next(issue for issue in result.issues if issue.segment_id == "HL" and issue.answer is Answer.IK3)
    assert (issue.answer, issue.answer_code, issue.segment_id, issue.element) == (answer, code, segment, element)
    assert issue.level is Level.SET


def test_a_51st_line_is_one_too_many() -> None:
    lines = [line(number, 100) for number in range(1, 52)]
    assert len(read(claims_file(professional("A", *lines[:50]))).claims[0].lines) == 50
    issue = only_issue(claims_file(professional("A", *lines)))
    assert (issue.code, issue.answer_code, issue.segment_id) == ("loop_repeated", "4", "LX")


def test_a_hundred_issues_are_kept_and_the_rest_is_passed_over() -> None:
    data = FILE.replace(b"LX*2~\n", b"ZZZ*1~\n" * 5_000 + b"LX*2~\n")
    (end,) = read(data).sets
    assert len([issue for issue in end.issues if issue.code == "segment_unknown"]) == 100
    assert end.segments == 5_000 + FILE.count(b"~") - 4


def test_a_qualifier_that_the_guide_does_not_know_is_noted_and_the_claim_read() -> None:
    result = read(
        FILE.replace(b"HI*ABK", b"REF*QQ*77~\nHI*ABK", 1).replace(b"SE*", b"SE*").replace(b"*0001~\nGE", b"*0001~\nGE")
    )
    assert ("IK5", "4") in result.codes
    counted = FILE.replace(b"HI*ABK", b"REF*QQ*77~\nHI*ABK", 1).replace(
        b"SE*%d*" % segments(FILE), b"SE*%d*" % (segments(FILE) + 1)
    )
    result = read(counted)
    assert len(result.claims) == 1
    (issue,) = result.issues
    assert (issue.level, issue.answer_code, issue.segment_id) == (Level.NOTE, "I4", "REF")


def segments(data: bytes) -> int:
    """From ST to SE."""
    return data.count(b"~") - 4


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"charge_cents": 1}, "A7:400"),
        ({"charge_cents": -12_550, "lines": (line(1, -12_550),)}, "A7:178"),
        ({"lines": (line(1, 12_550, diagnosis_pointers=(3,)),)}, "A8:477"),
        ({"lines": (line(1, 12_550, diagnosis_pointers=(0,)),)}, "A8:477"),
        ({"lines": (line(1, 12_550, quantity=Decimal(-1)),)}, "A7:476"),
        ({"lines": (line(1, 12_550, dates=(Dated("472", DAY, date(2026, 2, 9)),)),)}, "A7:187"),
        ({"dates": (Dated("314", DAY, date(2026, 1, 9)),)}, "A7:187"),
        ({"lines": (line(1, 12_000), line(1, 550))}, "A7:247"),
        ({"lines": (line(1, 12_550, other_payments=(UNNAMED,)),)}, "A7:286"),
    ],
)
def test_a_fault_of_one_claim_refuses_that_claim_alone(change: dict[str, object], status: str) -> None:
    bad = professional("BAD")._replace(**change)
    result = read(claims_file(professional("A"), bad, professional("C")))
    assert [one.accepted for one in result.sets] == [True]
    assert [claim.refused for claim in result.claims] == [False, True, False]
    issues = result.claims[1].issues
    assert status in [issue.answer_code for issue in issues]
    assert {issue.answer for issue in issues} == {Answer.STC}
    assert {issue.level for issue in issues} == {Level.CLAIM}


def test_a_total_that_is_a_cent_off_is_found() -> None:
    for cents, refused in ((12_549, True), (12_550, False), (12_551, True)):
        (claim,) = read(claims_file(professional("A", charge_cents=cents))).claims
        assert claim.refused is refused


def test_a_line_without_a_day_has_the_claims_and_not_its_neighbours() -> None:
    first, second = dental().lines
    other = first._replace(number=3, dates=(served(date(2026, 2, 20)),))
    came = dental()._replace(dates=(served(),), lines=(first._replace(dates=()), second, other))
    assert [came.days_of(one)[0] for one in came.lines] == [DAY, DAY, date(2026, 2, 20)]
    undated = came._replace(dates=())
    assert undated.days_of(undated.lines[0]) == (DAY, date(2026, 2, 20))
    stay = (Dated("434", date(2026, 2, 8), date(2026, 2, 28)),)
    assert came._replace(dates=stay).days_of(undated.lines[0]) == (date(2026, 2, 8), date(2026, 2, 28))


def test_a_dental_line_needs_a_date_unless_an_estimate_is_asked_for() -> None:
    undated = tuple(one._replace(dates=()) for one in dental().lines)
    (claim,) = read(claims_file(dental()._replace(lines=undated))).claims
    assert [issue.answer_code for issue in claim.issues] == ["A6:187", "A6:187"]
    (estimate,) = read(claims_file(dental()._replace(lines=undated, predetermination=True))).claims
    assert not estimate.refused
    (dated,) = read(claims_file(dental()._replace(lines=undated, dates=(served(),)))).claims
    assert not dated.refused
    assert dated.first_on == DAY


def test_claims_of_one_family_share_their_levels() -> None:
    other = CLINIC._replace(name="OAK CLINIC", id="1888888885")
    child = {"patient": KIM, "patient_relationship": "19"}
    claims = (
        professional("1"),
        professional("2"),
        professional("3", **child),
        professional("4", **child),
        professional("5", billing=other),
    )
    data = claims_file(*claims)
    assert [one.split(b"*")[3] for one in data.split(b"~\n") if one.startswith(b"HL*")] == [
        b"20",
        b"22",
        b"22",
        b"23",
        b"20",
        b"22",
    ]
    assert [bare(claim) for claim in read(data).claims] == list(claims)


def test_after_a_hundred_claims_a_patient_is_said_again() -> None:
    data = claims_file(*[professional(f"P{number}") for number in range(250)])
    assert data.count(b"*22*0~") == 3
    assert len(read(data).claims) == 250


def test_positions_of_claims_and_lines_point_into_the_file() -> None:
    data = claims_file(professional("A", line(), line(2)), professional("B"))
    for claim in read(data).claims:
        assert data[claim.byte_offset :].startswith(b"CLM*" + claim.patient_control_number.encode())
        for number, one in enumerate(claim.lines, 1):
            assert data[one.byte_offset :].startswith(b"LX*%d~" % number)


def test_a_person_without_known_patient_is_the_subscriber() -> None:
    (claim,) = read(FILE).claims
    assert claim.patient is None
    assert claim.person == SAM


def test_a_procedure_keeps_its_modifiers_and_description() -> None:
    named = Procedure("HC", "J3490", (), "SALINE 0.9% SEE NDC")
    many = Procedure("HC", "99213", ("25", "GT", "95", "Q6"))
    (claim,) = read(claims_file(professional("A", line(1, 100, procedure=named), line(2, 100, procedure=many)))).claims
    assert [one.procedure for one in claim.lines] == [named, many]
