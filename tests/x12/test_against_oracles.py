"""pyx12 and oxedi find nothing wrong in what we write, and the same faults and segments in what we read."""

from __future__ import annotations

import importlib.resources
import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest

from tests.x12.oracles import oxedi_envelope_faults, oxedi_segments, pyx12_verdict
from tests.x12.reading import read
from tests.x12.samples import (
    DAY,
    PAYER,
    claims_file,
    dental,
    full_member,
    full_professional,
    institutional,
    line,
    member,
    members_file,
    professional,
)
from tests.x12.test_answers import ANSWER, reports
from tpa.x12.guides.claim_837 import INSTITUTIONAL, PROFESSIONAL
from tpa.x12.guides.enrolment_834 import ENROLMENT
from tpa.x12.guides.notation import Guide, Loop, parse_guide
from tpa.x12.tokenizer import Tokenizer
from tpa.x12.writers.claim_ack import write_277ca
from tpa.x12.writers.implementation_ack import write_999
from tpa.x12.writers.interchange_ack import write_ta1

P_FILE = claims_file(professional("A"), full_professional(), professional("C", line(), line(2)), claims_per_set=2)
I_FILE = claims_file(institutional(), institutional())
D_FILE = claims_file(dental(), dental()._replace(predetermination=True))
M_FILE = members_file(member(), full_member(), member())
BAD_FILE = P_FILE.replace(b"20260210", b"20260230").replace(b"CLM*A*125.5", b"CLM*A*1x5")


def answers() -> dict[str, bytes]:
    claims = reports(read(P_FILE + I_FILE))
    return {
        "999": write_999(read(P_FILE + I_FILE + M_FILE).groups, ANSWER),
        "999 refusing": write_999(read(BAD_FILE).groups, ANSWER),
        "277CA": write_277ca(claims, ANSWER, payer=PAYER, received_on=DAY, processed_on=DAY),
        "TA1": write_ta1(read(P_FILE).interchanges[0], ANSWER),
    }


@pytest.mark.parametrize("data", [P_FILE, I_FILE, M_FILE], ids=["837P", "837I", "834"])
def test_pyx12_finds_our_files_valid(data: bytes) -> None:
    valid, answer = pyx12_verdict(data)
    assert valid, answer


@pytest.mark.parametrize("kind", ["999", "999 refusing", "277CA", "TA1"])
def test_pyx12_finds_our_answers_valid(kind: str) -> None:
    valid, answer = pyx12_verdict(answers()[kind])
    assert valid, answer


@pytest.mark.parametrize("data", [P_FILE, I_FILE, D_FILE, M_FILE, *answers().values()])
def test_oxedi_finds_the_same_segments_and_a_sound_envelope(data: bytes) -> None:
    ours = [(elements[0], offset) for elements, _, _, offset in Tokenizer(io.BytesIO(data))]
    assert ours == oxedi_segments(data)
    assert oxedi_envelope_faults(data) == []


def test_oxedi_sees_a_wrong_count_so_its_silence_above_means_something() -> None:
    assert oxedi_envelope_faults(P_FILE.replace(b"SE*", b"SE*9"))


def test_pyx12_refuses_the_same_segments() -> None:
    """A missing segment is reported where it should have been by pyx12, and where its absence shows by us."""
    for old, new in (
        (b"DTP*472*D8*20260210", b"DTP*472*D8*20260230"),
        (b"CLM*A*125.5", b"CLM*A*12x"),
        (b"LX*2~\n", b"ZZZ*1~\nLX*2~\n"),
    ):
        data = P_FILE.replace(old, new, 1)
        valid, answer = pyx12_verdict(data)
        assert not valid
        theirs = {tuple(one.split("*")[1:3]) for one in answer.split("~\n") if one.startswith("IK3")}
        ours = {(issue.segment_id, str(issue.set_position)) for issue in read(data).issues if issue.set_position > 1}
        assert theirs & ours, (theirs, ours)


MAPS = {
    "837P": ("837.5010.X222.A1.xml", PROFESSIONAL),
    "837I": ("837Q3.I.5010.X223.A1.xml", INSTITUTIONAL),
    "834": ("834.5010.X220.A1.xml", ENROLMENT),
}
OURS_ONLY = {
    ("837P", "2330B", "REF", "G3"),
    ("837I", "2330B", "REF", "G3"),
    ("834", "2000", "DTP", "360"),
    ("834", "2000", "DTP", "361"),
}
"""Places that our tables allow and pyx12's maps do not: predetermination number of the other payer; disability dates
at member level. A payer gains nothing by refusing them."""


def mapped(name: str) -> Iterator[tuple[str, str, str]]:
    """(loop, segment, qualifier) of a map of pyx12."""
    path = importlib.resources.files("pyx12") / "map" / name

    def walk(node: ElementTree.Element, loop: str) -> Iterator[tuple[str, str, str]]:
        for child in node:
            if child.tag == "loop":
                inner = child.get("xid", "")
                yield from walk(child, loop if inner in ("HEADER", "DETAIL", "FOOTER") else inner)
            elif child.tag == "segment":
                segment = child.get("xid", "")
                elements = list(child.iter("element"))
                first = elements[2] if segment == "HL" else elements[0]
                codes = [code.text or "" for code in first.iterfind("valid_codes/code")]
                for code in codes or [""]:
                    yield loop, segment, code

    yield from walk(ElementTree.parse(str(path)).getroot(), "")


def placed(guide: Guide) -> Iterator[tuple[str, str, str]]:
    """The same of our table."""

    def walk(loop: Loop) -> Iterator[tuple[str, str, str]]:
        for usage in loop.usages:
            for qualifier in usage.qualifiers or ("",):
                yield loop.name, usage.segment, qualifier
        for child in loop.children:
            yield from walk(child)

    yield from walk(guide.root)


@pytest.mark.parametrize("kind", list(MAPS))
def test_our_tables_know_every_place_that_pyx12s_maps_know(kind: str) -> None:
    name, text = MAPS[kind]
    renamed = {"ST_LOOP": "ST", "LS_LOOP": "2700"}
    ours = set(placed(parse_guide(text)))
    ids = {(loop, segment) for loop, segment, _ in ours}
    free = {(loop, segment) for loop, segment, code in ours if code == ""}
    missing = set()
    for loop, segment, code in mapped(name):
        loop = renamed.get(loop, loop)
        if segment in ("ISA", "IEA", "GS", "GE", "SE", "TA1") or loop in ("ISA_LOOP", "GS_LOOP"):
            continue
        if kind == "834" and (loop == "2700" or segment in ("LS", "LE")):
            continue
        if (loop, segment) in free or (loop, segment, code) in ours:
            continue
        missing.add((loop, segment, code))
    assert missing == set()
    assert ids


@pytest.mark.parametrize("kind", list(MAPS))
def test_our_tables_know_no_place_that_pyx12s_maps_do_not_but_these(kind: str) -> None:
    name, text = MAPS[kind]
    theirs = set(mapped(name))
    coded = {(loop, segment) for loop, segment, code in theirs if code}
    extra = {
        (kind, loop, segment, code)
        for loop, segment, code in placed(parse_guide(text))
        if code and (loop, segment) in coded and (loop, segment, code) not in theirs
    }
    assert extra == {one for one in OURS_ONLY if one[0] == kind}
