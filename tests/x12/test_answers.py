"""TA1, 999 and 277CA: what is sent back, segment by segment."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.x12.reading import Read, read
from tests.x12.samples import (
    DAY,
    PAYER,
    claims_file,
    full_professional,
    institutional,
    line,
    member,
    members_file,
    professional,
)
from tpa.x12.claims import Claim837
from tpa.x12.events import SetEnd, SetHeader
from tpa.x12.writers.claim_ack import ClaimAnswer, ClaimReport, claim_answer, write_277ca
from tpa.x12.writers.implementation_ack import write_999
from tpa.x12.writers.interchange import Envelope, TextError
from tpa.x12.writers.interchange_ack import NobodyToAnswerError, write_ta1

ANSWER = Envelope("PLANDESK", "CLEARHOUSE", datetime(2026, 3, 2, 10, 15), 5)
FILE = claims_file(professional("A"), professional("B"), professional("C"), claims_per_set=1)


def body(data: bytes) -> list[str]:
    """The segments between GS and GE, or between ISA and IEA where there is no group."""
    segments = [one.strip() for one in data.decode().split("~") if one.strip()]
    assert segments[0].startswith("ISA") and segments[-1].startswith("IEA")
    inner = segments[1:-1]
    if inner[0].startswith("GS"):
        assert inner[-1].startswith("GE")
        inner = inner[1:-1]
    return inner


def answer_999(data: bytes) -> list[str]:
    return body(write_999(read(data).groups, ANSWER))


def reports(result: Read) -> list[ClaimReport]:
    """What claim intake does: the claims of each accepted set, each with its answer."""
    found: list[ClaimReport] = []
    answers: list[ClaimAnswer] = []
    for event in result.events:
        if isinstance(event, SetHeader):
            answers = []
        elif isinstance(event, Claim837):
            answers.append(claim_answer(event, number=f"CLM{len(answers)}"))
        elif isinstance(event, SetEnd) and event.accepted:
            found.append(ClaimReport(event.header, answers))
    return found


def test_a_clean_file_is_accepted() -> None:
    assert answer_999(FILE) == [
        "ST*999*0001*005010X231A1",
        "AK1*HC*17*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK2*837*0002*005010X222A1",
        "IK5*A",
        "AK2*837*0003*005010X222A1",
        "IK5*A",
        "AK9*A*3*3*3",
        "SE*10*0001",
    ]


def test_a_refused_set_names_segment_element_and_value() -> None:
    data = FILE.replace(b"CLM*B*125.5", b"CLM*B*12S.5", 1).replace(b"DTP*472*D8*20260210", b"DTP*472*D8*20260230", 1)
    assert answer_999(data)[2:-2] == [
        "AK2*837*0001*005010X222A1",
        "IK3*DTP*24**8",
        "IK4*3**8*20260230",
        "IK5*R*5",
        "AK2*837*0002*005010X222A1",
        "IK3*CLM*20**8",
        "IK4*2**6*12S.5",
        "IK5*R*5",
        "AK2*837*0003*005010X222A1",
        "IK5*A",
    ]
    assert answer_999(data)[-2] == "AK9*P*3*3*1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"GE*3*17", b"GE*3*18", "AK9*E*3*3*3*4"),
        (b"GE*3*17", b"GE*9*17", "AK9*E*9*3*3*5"),
        (b"GE*3*17~\n", b"", "AK9*E*3*3*3*3"),
        (b"*X*005010X222A1", b"*X*004010X098A1", "AK9*R*3*3*0*2"),
        (b"GS*HC", b"GS*HP", "AK9*R*3*3*0*1"),
        (b"SE*26*0002", b"SE*25*0002", "AK9*P*3*3*2"),
    ],
)
def test_the_group_is_answered_with_its_counts_and_codes(old: bytes, new: bytes, expected: str) -> None:
    assert answer_999(FILE.replace(old, new, 1))[-2] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"SE*26*0002", b"SE*25*0002", "IK5*R*4"),
        (b"SE*26*0002", b"SE*26*9999", "IK5*R*3"),
        (b"SE*26*0002~\n", b"", "IK5*R*2"),
        (b"ST*837*0002*005010X222A1", b"ST*837*0002*005010X299", "IK5*R*I6"),
        (b"ST*837*0002", b"ST*270*0002", "IK5*R*1"),
        (b"ST*837*0002", b"ST*837*0001", "IK5*R*3*23"),
        (b"ST*837*0002*005010X222A1", b"ST*837*0002", "IK5*E*19"),
    ],
)
def test_the_set_is_answered_with_its_code(old: bytes, new: bytes, expected: str) -> None:
    answers = [one for one in answer_999(FILE.replace(old, new, 1)) if one.startswith("IK5")]
    assert sorted(answers[1].split("*")) == sorted(expected.split("*"))
    assert answers[0] == "IK5*A"


def test_enrolment_files_are_answered_too() -> None:
    assert answer_999(members_file(member()))[1:-1] == [
        "AK1*BE*17*005010X220A1",
        "AK2*834*0001*005010X220A1",
        "IK5*A",
        "AK9*A*1*1*1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"", b"", "TA1*000000017*260302*0930*A*000"),
        (b"IEA*1*", b"IEA*4*", "TA1*000000017*260302*0930*E*021"),
        (b"IEA*1*000000017", b"IEA*1*000000071", "TA1*000000017*260302*0930*E*001"),
        (b"IEA*1*000000017~\n", b"", "TA1*000000017*260302*0930*E*023"),
        (b"*00501*", b"*00601*", "TA1*000000017*260302*0930*R*003"),
        (b"*0*P*:", b"*0*Q*:", "TA1*000000017*260302*0930*R*020"),
        (b"CLEARHOUSE     *", b"CLEARHOUSE   *", "TA1*000000017*260302*0930*E*022"),
        (b"GS*HC", b"XX*HC", "TA1*000000017*260302*0930*R*024"),
        (b"GE*3*17~", b"GE*3*17~\nST*837*0004~", "TA1*000000017*260302*0930*E*024"),
    ],
)
def test_the_interchange_is_answered(old: bytes, new: bytes, expected: str) -> None:
    (end,) = read(FILE.replace(old, new, 1)).interchanges
    assert body(write_ta1(end, ANSWER)) == [expected]


def test_without_a_readable_isa_there_is_nobody_to_answer() -> None:
    (end,) = read(b"HELLO").interchanges
    with pytest.raises(NobodyToAnswerError):
        write_ta1(end, ANSWER)


def test_the_277ca_accepts_and_sends_back_claim_by_claim() -> None:
    data = claims_file(professional("A"), professional("B", line(1, 100), charge_cents=500), full_professional())
    answer = write_277ca(reports(read(data)), ANSWER, payer=PAYER, received_on=DAY, processed_on=date(2026, 2, 11))
    assert body(answer) == [
        "ST*277*0001*005010X214",
        "BHT*0085*08*BATCH9-1*20260302*1015*TH",
        "HL*1**20*1",
        "NM1*PR*2*PLAN DESK*****PI*PD01",
        "TRN*1*000000005",
        "DTP*050*D8*20260210",
        "DTP*009*D8*20260211",
        "HL*2*1*21*1",
        "NM1*41*2*CLEAR HOUSE*****46*CH01",
        "TRN*2*BATCH9-1",
        "STC*A1:19:PR*20260211*WQ*296.5",
        "QTY*90*2",
        "QTY*AA*1",
        "AMT*YU*291.5",
        "AMT*YY*5",
        "HL*3*2*19*1",
        "NM1*85*2*ELM CLINIC*****XX*1234567893",
        "TRN*1*0",
        "STC*A1:19:PR**WQ*296.5",
        "REF*TJ*123456789",
        "QTY*QA*2",
        "QTY*QC*1",
        "AMT*YU*291.5",
        "AMT*YY*5",
        "HL*4*3*PT",
        "NM1*QC*1*STONE*SAM*Q***MI*W1000001",
        "TRN*2*A",
        "STC*A2:20*20260211*WQ*125.5",
        "REF*1K*CLM0",
        "DTP*472*D8*20260210",
        "HL*5*3*PT",
        "NM1*QC*1*STONE*SAM*Q***MI*W1000001",
        "TRN*2*B",
        "STC*A7:400*20260211*U*5",
        "DTP*472*D8*20260210",
        "HL*6*3*PT",
        "NM1*QC*1*STONE*KIM****MI*W1000001",
        "TRN*2*FULL/1",
        "STC*A2:20*20260211*WQ*166",
        "REF*1K*CLM2",
        "REF*D9*CH777",
        "DTP*472*RD8*20260210-20260212",
        "SE*43*0001",
    ]


def test_a_refusal_of_ours_joins_the_claims_own_faults() -> None:
    (claim,) = read(claims_file(institutional())).claims
    answer = claim_answer(claim, number="CLM9", refusals=("A3:33:IL", "A3:33:IL"))
    assert (answer.accepted, answer.statuses, answer.number, answer.type_of_bill) == (False, ("A3:33:IL",), "", "111")


def test_text_that_was_sent_with_other_delimiters_can_be_answered() -> None:
    renamed = FILE.replace(b"*", b"|").replace(b"~\n", b"\r")
    claims = renamed.replace(b"STONE", b"ST*NE").replace(b"CLM|A|", b"CLM|A*1|")
    result = read(claims)
    assert result.claims[0].subscriber.person.party.name == "ST*NE"
    answer = write_277ca(reports(result), ANSWER, payer=PAYER, received_on=DAY, processed_on=DAY)
    assert "NM1*QC*1*ST NE*SAM*Q***MI*W1000001" in body(answer)
    assert "TRN*2*A 1" in body(answer)
    broken = claims.replace(b"20260210", b"2026*0210", 1)
    assert "IK4*3**8*2026 0210" in body(write_999(read(broken).groups, ANSWER))


def test_answers_hold_the_basic_and_extended_character_set_alone() -> None:
    result = read(FILE.replace(b"STONE", "MUÑOZ-Łuk\u2019s王".encode()))
    answer = write_277ca(reports(result), ANSWER, payer=PAYER, received_on=DAY, processed_on=DAY)
    assert "NM1*QC*1*MUNOZ-Luk's*SAM*Q***MI*W1000001" in body(answer)
    broken = read(FILE.replace(b"20260210", "2026é{}|210".encode(), 1))
    noted = write_999(broken.groups, ANSWER)
    assert "IK4*3**8*2026 {}|210" in body(noted)
    assert answer.isascii()
    assert noted.isascii()


@pytest.mark.parametrize(
    "change", [{"sender_id": ""}, {"sender_id": "X" * 16}, {"control_number": 0}, {"control_number": 10**9}]
)
def test_an_envelope_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(TextError):
        write_999(read(FILE).groups, ANSWER._replace(**change))
