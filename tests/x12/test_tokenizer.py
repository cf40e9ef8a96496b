"""Bytes to segments: delimiters, line ends, encodings, positions, limits."""

from __future__ import annotations

import io

import pytest

from tests.x12.reading import bare, read
from tests.x12.samples import claims_file, line, professional
from tpa.x12.issues import Level
from tpa.x12.tokenizer import CUT_OFF, GARBAGE, MAX_SEGMENT, TOO_LONG, Tokenizer, read_isa

FILE = claims_file(professional("A"), professional("B", line(1), line(2, 900)))


def tokens(data: bytes) -> list[tuple[list[str], int, int]]:
    return [(elements, number, offset) for elements, _, number, offset in Tokenizer(io.BytesIO(data))]


def with_delimiters(element: bytes, component: bytes, terminator: bytes, repetition: bytes = b"^") -> bytes:
    """The sample file with other delimiters."""
    data = (
        FILE.replace(b"\n", b"")
        .replace(b"~", b"\x01")
        .replace(b"*", b"\x02")
        .replace(b":", b"\x03")
        .replace(b"^", b"\x04")
    )
    for fixed, own in ((b"\x01", terminator), (b"\x02", element), (b"\x03", component), (b"\x04", repetition)):
        data = data.replace(fixed, own)
    return data


@pytest.mark.parametrize(
    ("element", "component", "terminator"),
    [
        (b"*", b":", b"~"),
        (b"|", b">", b"\n"),
        (b"|", b">", b"\r"),
        (b"^", b"&", b"'"),
        (b"\x1d", b"\x1f", b"\x1c"),
        (b"\x1f", b"\x1d", b"\x1e"),
        (b"~", b"*", b":"),
        (b"+", b"\\", b"!"),
    ],
)
def test_any_delimiters_that_the_isa_declares_are_read(element: bytes, component: bytes, terminator: bytes) -> None:
    repetition = b"^" if b"^" not in (element, component, terminator) else b"@"
    result = read(with_delimiters(element, component, terminator, repetition))
    assert result.issues == []
    assert [bare(claim) for claim in result.claims] == [bare(claim) for claim in read(FILE).claims]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\r", b"\n\n", b"\n    ", b"\t", b"  \r\n \t"])
def test_line_ends_and_indentation_do_not_matter(end: bytes) -> None:
    result = read(FILE.replace(b"\n", end))
    assert result.issues == []
    assert [bare(claim) for claim in result.claims] == [bare(claim) for claim in read(FILE).claims]


@pytest.mark.parametrize(
    ("terminator", "lines"), [(b"\n", b"\n\n"), (b"\n", b"\n \n\t\n"), (b"\n", b"\n\r\n"), (b"\r", b"\r\n\r\n")]
)
def test_blank_lines_are_no_segments_where_a_line_end_is_the_terminator(terminator: bytes, lines: bytes) -> None:
    data = with_delimiters(b"*", b":", terminator).replace(terminator, lines)
    result = read(data)
    assert result.issues == []
    assert [bare(claim) for claim in result.claims] == [bare(claim) for claim in read(FILE).claims]
    found = tokens(data)
    assert [number for _, number, _ in found] == list(range(1, len(found) + 1))
    assert all(data[offset:].startswith(elements[0].encode() + b"*") for elements, _, offset in found)


@pytest.mark.parametrize("width", [80, 61, 3, 1])
def test_a_file_wrapped_at_a_column_reads_the_same(width: int) -> None:
    flat = FILE.replace(b"\n", b"")
    head, body = flat[:106], flat[106:]
    wrapped = head + b"\r\n".join(body[at : at + width] for at in range(0, len(body), width))
    result = read(wrapped)
    assert result.issues == []
    assert [bare(claim) for claim in result.claims] == [bare(claim) for claim in read(FILE).claims]


def test_numbers_and_offsets_are_those_of_the_file() -> None:
    for data in (FILE, FILE.replace(b"\n", b""), FILE.replace(b"\n", b"\r\n  "), b"\xef\xbb\xbf\r\n" + FILE):
        found = tokens(data)
        assert [number for _, number, _ in found] == list(range(1, len(found) + 1))
        for elements, _, offset in found:
            assert data[offset:].startswith(elements[0].encode() + b"*")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert len(read(b"\xef\xbb\xbf" + FILE).claims) == 2
    assert len(read(FILE + b"\xef\xbb\xbf" + FILE).claims) == 4


def test_every_interchange_may_have_its_own_delimiters() -> None:
    data = FILE + with_delimiters(b"|", b">", b"\n", b"!") + b"\r\n" + with_delimiters(b"^", b"&", b"'", b"!") + FILE
    result = read(data)
    assert len(result.claims) == 8
    assert result.issues == []


@pytest.mark.parametrize("tail", [b"\x1a", b"\r\n\x1a\r\n", b"\0" * 5_000], ids=["^Z", "line of ^Z", "NUL"])
def test_what_older_systems_put_behind_the_last_interchange_is_no_fault(tail: bytes) -> None:
    assert read(FILE + tail) == read(FILE)
    assert read(FILE + tail + b"X").issues[-1].code == "isa_missing"


def test_blocks_of_any_size_give_the_same_segments() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 7, 7))

    assert list(Tokenizer(Dripping(FILE))) == list(Tokenizer(io.BytesIO(FILE)))


def test_names_are_utf_8_where_they_can_be_else_latin_1() -> None:
    stone = b"NM1*IL*1*STONE*SAM"
    for raw, name in (
        ("MÜLLER-ŁUK".encode(), "MÜLLER-ŁUK"),
        ("MÜLLER".encode("latin-1"), "MÜLLER"),
        ("王".encode(), "王"),
    ):
        (claim, _) = read(FILE.replace(stone, b"NM1*IL*1*" + raw + b"*SAM")).claims
        assert claim.subscriber.person.party.name == name


@pytest.mark.parametrize(
    "raw", [b"ST\x00NE", b"ST\x07NE", b"ST\x1dNE", "ST\u202eNE".encode(), "ST\u200bNE".encode(), b"ST\x85NE"]
)
def test_control_and_direction_characters_are_refused_with_their_position(raw: bytes) -> None:
    data = FILE.replace(b"NM1*IL*1*STONE*SAM", b"NM1*IL*1*" + raw + b"*SAM", 1)
    result = read(data)
    assert result.claims == []
    (issue,) = [issue for issue in result.issues if issue.level is Level.SET]
    assert (issue.answer_code, issue.segment_id, issue.element) == ("6", "NM1", 3)
    assert data[issue.byte_offset :].startswith(b"NM1*IL")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused_at_byte_0(encoding: str) -> None:
    result = read(FILE.decode().encode(encoding))
    assert result.claims == []
    assert result.codes == [("TA1", "022")]
    assert result.issues[0].byte_offset == 0
    assert "UTF-16" in result.issues[0].message


@pytest.mark.parametrize("data", [b"", b"\r\n \t ", b"\xef\xbb\xbf"])
def test_an_empty_file_holds_nothing(data: bytes) -> None:
    assert read(data).events == []


def test_what_stands_before_an_isa_is_reported_and_the_isa_is_read() -> None:
    data = b"Dear all,\nplease find ISA below*\n" + FILE
    result = read(data)
    assert len(result.claims) == 2
    assert result.codes == [("TA1", "022")]


def test_a_file_without_isa_is_refused_at_its_first_byte() -> None:
    result = read(b"  GS*HC*A*B*20260101*0900*1*X*005010X222A1~ST*837*0001~SE*2*0001~GE*1*1~IEA*1*000000001~")
    assert [(issue.answer_code, issue.byte_offset) for issue in result.issues] == [("022", 2)]
    assert result.interchanges[0].interchange is None


def test_a_segment_of_five_million_characters_is_refused_and_the_next_set_read() -> None:
    long = b"NTE*ADD*" + b"X" * 5_000_000 + b"~"
    bad = FILE.replace(b"HI*", long + b"HI*", 1).split(b"GE*")[0].split(b"ST*", 1)[1]
    good = (
        FILE.split(b"ST*", 1)[1]
        .split(b"GE*")[0]
        .replace(b"*0001*005010", b"*0002*005010")
        .replace(b"*0001~", b"*0002~")
    )
    head = FILE.split(b"ST*")[0]
    data = head + b"ST*" + bad + b"ST*" + good + b"GE*2*17~IEA*1*000000017~"
    result = read(data)
    assert [one.accepted for one in result.sets] == [False, True]
    assert len(result.claims) == 2
    issue = next(issue for issue in result.issues if issue.code == "segment_too_long")
    assert data[issue.byte_offset :].startswith(b"NTE*ADD*XXX")
    assert issue.segment_id == "NTE"


def test_a_long_segment_is_never_held() -> None:
    class Endless(io.RawIOBase):
        """An ISA, then 40 MB without a terminator, made as it is asked for."""

        def __init__(self) -> None:
            self.left = 40_000_000
            self.head = FILE[:108] + b"NTE*"

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            head, self.head = self.head, b""
            size = max(0, min(size, self.left))
            self.left -= size
            assert size <= 1_000_000
            return head + b"A" * size

    tokenizer = Tokenizer(Endless())  # type: ignore[arg-type]
    longest = 0
    names = []
    for elements, _, _, _ in tokenizer:
        names.append(elements[0])
        longest = max(longest, len(tokenizer._buffer))
    assert names == ["ISA", TOO_LONG]
    assert longest < 2_000_000


def test_the_longest_segment_allowed_is_kept_and_one_byte_more_is_not() -> None:
    for extra, expected in ((0, "NTE"), (1, TOO_LONG)):
        note = b"NTE*ADD*".ljust(MAX_SEGMENT + extra, b"X") + b"~"
        names = [elements[0] for elements, _, _ in tokens(FILE.replace(b"HI*", note + b"HI*", 1).replace(b"\n", b""))]
        assert names.count(expected) == 1


def test_empty_segments_are_faults_of_their_set() -> None:
    result = read(FILE.replace(b"HI*", b"~~HI*", 1))
    assert result.claims == []
    assert [code for answer, code in result.codes if answer == "IK3"] == ["1", "1"]


def test_the_last_terminator_may_be_missing_after_the_iea_only() -> None:
    whole = FILE.rstrip(b"~\n")
    assert read(whole).issues == []
    assert tokens(whole.rsplit(b"IEA", 1)[0].rstrip(b"~\n"))[-1][0][0] == CUT_OFF


ISA = FILE[:106]


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (ISA[:50], "023"),
        (ISA[:103] + b"*A~", "027"),
        (ISA[:105] + b"1", "004"),
        (ISA[:104] + b"**", "027"),
        (ISA[:104] + b"~~", "004"),
        (ISA[:105] + b" ", "004"),
        (ISA[:104] + b"\xc3~", "027"),
        (ISA.replace(b"*", b"A"), "026"),
        (ISA.replace(b"*", b" "), "026"),
    ],
)
def test_an_isa_with_unusable_delimiters_has_its_ta1_code(head: bytes, problem: str) -> None:
    assert read_isa(head).problem == problem


def test_an_isa_of_wrong_length_is_read_where_one_reading_is_possible_and_reported() -> None:
    short = FILE.replace(b"CLEARHOUSE     ", b"CLEARHOUSE", 1)
    result = read(short)
    assert len(result.claims) == 2
    assert [(issue.answer_code, issue.level, issue.byte_offset) for issue in result.issues] == [("022", Level.NOTE, 0)]
    assert result.interchanges[0].interchange is not None
    assert result.interchanges[0].interchange.sender_id == "CLEARHOUSE"


def test_an_isa_of_wrong_length_that_can_be_read_two_ways_is_refused() -> None:
    broken = FILE.replace(b"*CLEARHOUSE     *", b"*CLEARHOUSE*", 1).replace(b"\nGS*", b"\nXX*", 1)
    result = read(broken)
    assert result.claims == []
    assert result.codes[0] == ("TA1", "022")
    assert result.interchanges[0].refused


def test_a_second_isa_inside_of_an_interchange_begins_a_new_one() -> None:
    head = FILE.split(b"GE*")[0]
    result = read(head + with_delimiters(b"|", b">", b"\n", b"!"))
    assert len(result.claims) == 4
    assert result.codes == [("AK9", "3"), ("TA1", "022")]


def test_something_after_the_iea_is_garbage_until_the_next_isa() -> None:
    result = read(FILE + b"END OF FILE\n" + FILE)
    assert len(result.claims) == 4
    assert [elements[0] for elements, _, _ in tokens(FILE + b"END\n")][-1] == GARBAGE
    assert result.issues[0].byte_offset == len(FILE)
