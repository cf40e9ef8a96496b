"""Files that others wrote: read with the right count, or refused with a code and a position, never a traceback."""

from __future__ import annotations

import io
import re

import pytest

from tests.x12.corpus import CORPUS, CorpusFile, corpus_files, needs_corpus
from tests.x12.oracles import oxedi_segments
from tests.x12.reading import read
from tests.x12.samples import DAY, PAYER
from tests.x12.test_answers import ANSWER, body, reports
from tpa.x12.issues import Level
from tpa.x12.tokenizer import Tokenizer
from tpa.x12.writers.claim_ack import write_277ca
from tpa.x12.writers.implementation_ack import write_999
from tpa.x12.writers.interchange_ack import write_ta1

FILES = corpus_files()
READ_WHOLE = {
    "x12-834/lfh__add-subscriber-coverage.834": 1,
    "x12-834/lfh__change-subscriber-information.834": 1,
    "x12-834/lfh__demo.834": 1,
    "x12-834/lfh__enroll-employee-managed-care.834": 1,
    "x12-834/lfh__reinstate-employee-coverage-level.834": 1,
    "x12-834/lfh__reinstate-member-eligiblity-ins.834": 1,
    "x12-834/pyx12__834_deident_family.txt": 3,
    "x12-834/pyx12__834_deident_new_enroll.txt": 1,
    "x12-834/pyx12__834_deident_term.txt": 2,
    "x12-834/pyx12__834_lui_id_5010.source.txt": 1,
    "x12-834/pyx12__multiple_st_loops.txt": 4,
    "x12-837i/lfh__demo.837i": 1,
    "x12-837i/lfh__two-claims-single-provider.837i": 2,
    "x12-837p/hccinfhir__sample_837_0.txt": 5,
    "x12-837p/lfh__demo.837": 1,
    "x12-837p/lfh__demo.autoaccident.837": 1,
    "x12-837p/lfh__demo.cob.example4.837": 1,
    "x12-837p/lfh__demo.drug.example10.1.837": 1,
    "x12-837p/lfh__demo.drug.example10.2.837": 1,
    "x12-837p/lfh__demo.drug.example10.3.837": 1,
    "x12-837p/lfh__demo.example1.837": 1,
    "x12-837p/lfh__demo.example2.837": 1,
    "x12-837p/lfh__demo.example7.837": 1,
    "x12-837p/lfh__demo.example8.837": 1,
}
"""The files of which everything is read. The others are refused for what the tests below check."""

pytestmark = needs_corpus


def named(files: list[CorpusFile]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", files, ids=[file.name for file in files])


@named(FILES)
def test_every_file_is_read_with_the_right_count_or_refused_with_a_code_and_a_position(file: CorpusFile) -> None:
    data = file.path.read_bytes()
    result = read(data)
    records = len(result.claims) + len(result.members)
    assert records == READ_WHOLE.get(file.name, 0)
    assert len([one for one in result.interchanges if one.interchange]) == file.interchanges
    if file.name in READ_WHOLE:
        assert records == file.records
        assert all(one.accepted for one in result.sets)
        return
    if file.interchanges:
        assert len(result.sets) == file.sets
    assert not any(one.accepted for one in result.sets)
    refusals = [issue for issue in result.issues if issue.level >= Level.SET]
    assert refusals
    for issue in refusals:
        assert issue.answer_code
        assert issue.message
        assert 0 <= issue.byte_offset < len(data)
        assert issue.segment_number <= data.count(b"~") + 1


@named(FILES)
def test_every_file_can_be_answered(file: CorpusFile) -> None:
    result = read(file.path.read_bytes())
    for end in result.interchanges:
        if end.interchange is not None:
            assert body(write_ta1(end, ANSWER))[0].startswith("TA1*")
    assert body(write_999(result.groups, ANSWER))[-1 if result.groups else 0 :] is not None
    answered = reports(result)
    written = write_277ca(answered, ANSWER, payer=PAYER, received_on=DAY, processed_on=DAY)
    assert written.count(b"ST*277*") == len(answered)


@named(FILES)
def test_oxedi_finds_the_same_segments_at_the_same_bytes(file: CorpusFile) -> None:
    data = file.path.read_bytes()
    if not file.interchanges:
        assert [elements[0] for elements, _, _, _ in Tokenizer(io.BytesIO(data))] == ["\0garbage"]
        return
    ours = [(elements[0], offset) for elements, _, _, offset in Tokenizer(io.BytesIO(data)) if elements[0].isalnum()]
    assert ours == [one for one in oxedi_segments(data) if one[0].isalnum()]


@named([file for file in FILES if file.name in READ_WHOLE])
def test_a_corpus_file_cut_anywhere_gives_whole_sets_only(file: CorpusFile) -> None:
    data = file.path.read_bytes()
    whole = read(data)
    for percent in range(0, 100, 7):
        cut = read(data[: len(data) * percent // 100])
        assert cut.claims == whole.claims[: len(cut.claims)]
        assert [one.accepted for one in cut.sets].count(True) in range(len(whole.sets) + 1)


def lifted(data: bytes) -> bytes:
    """A 4010 file with the version numbers of 5010 and without REF*87, which 5010 dropped."""
    text = data.decode("latin-1").replace("*U*00401*", "*^*00501*")
    for old, new in (
        ("004010X098A1", "005010X222A1"),
        ("004010X096A1", "005010X223A2"),
        ("004010X095A1", "005010X220A1"),
    ):
        text = text.replace(old, new)
    segments, dropped = [], 0
    for one in text.split("~"):
        segment = one.strip()
        if segment.startswith("REF*87*"):
            dropped += 1
            continue
        if segment.startswith("SE*"):
            count = segment.split("*")[1]
            segment = segment.replace(f"SE*{count}", f"SE*{int(count) - dropped}")
            dropped = 0
        segments.append(segment)
    return "~\n".join(segments).encode("latin-1")


def verdicts(segments: list[str]) -> list[str]:
    """AK5 or IK5 statuses with their codes, I6 and such apart."""
    return ["*".join(one.split("*")[1:]) for one in segments if one[:3] in ("AK5", "IK5")]


def faults(segments: list[str]) -> set[tuple[str, str]]:
    """Segment id and code of each AK3 or IK3."""
    return {(one.split("*")[1], one.split("*")[4]) for one in segments if one[:3] in ("AK3", "IK3")}


OLD = "version 4010 is refused (AK905 2); "
ANSWERS: dict[str, tuple[str, str, set[tuple[str, str]]]] = {
    # stem of the source: (folder of the source, why our answer to it as it is differs, pyx12's faults that ours of the
    # lifted file does not have)
    "834_lui_id": ("834", OLD + "lifted to 5010 both accept it", set()),
    "834_lui_id_5010": ("834", "", set()),
    "837miss": ("837p", OLD + "pyx12 counts no received set, we count the one that was cut off", set()),
    "bad_2010AA_bug": ("837p", OLD + "lifted, both miss the NM1 of 2010AA at the same segment", set()),
    "bad_header_looping": (
        "835",
        "an 835 is nothing that a payer receives: AK905 1",
        {("DTM", "8"), ("N1", "1"), ("N3", "1"), ("N4", "1")},
    ),
    "loop_counting": ("837p", OLD + "lifted, both find the LX beyond the fiftieth", set()),
    "multiple_trn": (
        "mixed",
        "278 and 835 are not read here; " + OLD + "REF*87 is gone in 5010",
        {("HL", "3"), ("REF", "3"), ("BPR", "3")},
    ),
    "ordinal": ("837i", OLD + "5010 has no provider address in 2310A and no DMG in 2320", set()),
    "per_segment_repeat": ("837p", OLD + "lifted, both find the third PER", set()),
    "simple1": ("837p", OLD + "lifted, both miss BHT and HL; we name the NM1 of 1000A and 1000B besides", set()),
    "simple_837p": ("837p", OLD + "5010 wants CLM05-2 and the tax number, and has no DMG in 2320", set()),
    "trailer_errors": ("837i", OLD + "lifted, both find SE01 and GE02 wrong", set()),
}


@pytest.mark.parametrize("stem", list(ANSWERS))
def test_the_answers_that_pyx12_expects(stem: str) -> None:
    folder, reason, missing = ANSWERS[stem]
    source = (CORPUS / f"x12-{folder}" / f"pyx12__{stem}.source.txt").read_bytes()
    expected = [one.strip() for one in (CORPUS / "x12-997" / f"pyx12__{stem}.expected-997.txt").read_text().split("~")]
    as_it_is = body(write_999(read(source).groups, ANSWER))
    ours = body(write_999(read(lifted(source)).groups, ANSWER))
    if not reason:
        assert [one for one in as_it_is if one[:2] in ("AK", "IK")] == [
            one for one in expected if one[:2] in ("AK", "IK")
        ]
        return
    refused = [one.split("*")[5] for one in as_it_is if one.startswith("AK9")]
    assert set(refused) <= {"1", "2"}
    assert refused
    theirs = faults(expected)
    if stem == "multiple_trn":
        assert ("HL", "3") in faults(ours)
        theirs -= faults(ours)
        missing = missing - faults(ours)
    assert theirs - faults(ours) == missing
    codes = {code for one in verdicts(expected) for code in one.split("*")[1:]}
    assert codes - {code for one in verdicts(ours) for code in one.split("*")[1:]} <= ({"5"} if missing else set())


def test_the_999_of_four_enrolment_sets() -> None:
    expected = (CORPUS / "x12-999" / "pyx12__834_lui_id_5010.999.txt").read_text().split("~")
    source = (CORPUS / "x12-834" / "pyx12__multiple_st_loops.txt").read_bytes()
    verdict = [one for one in body(write_999(read(source).groups, ANSWER)) if one[:3] in ("IK5", "AK9")]
    theirs = [one.strip() for one in expected if one.strip()[:3] in ("IK5", "AK9")]
    assert verdict.count("IK5*A") == theirs.count("IK5*A") == 4
    assert re.match(r"AK9\*A\*", verdict[-1])
