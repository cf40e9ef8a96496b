"""Bytes to segments, in blocks, with flat memory.

The delimiters are read from each ISA (X12.5: element at byte 4, repetition in ISA11 since 00402, component in ISA16,
terminator after it) and then replaced by four fixed control characters, so that nothing below asks again what the
delimiters were. Tolerated: a byte order mark, CR, LF and tabs anywhere, indentation before a segment, and blank lines:
where a line end is the terminator, the nothing between two of them is no segment. Behind the last interchange also ^Z
and NUL.

Text is UTF-8 where the bytes are valid UTF-8, else Latin-1, segment by segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

Segment = tuple[list[str], str, int, int]
"""Elements (the first is the segment id), the text they were split from, segment number in the file, byte offset."""

SEGMENT, ELEMENT, REPETITION, COMPONENT = "\x1c", "\x1d", "\x1e", "\x1f"
"""What the delimiters of the file are replaced by."""

GARBAGE = "\x00garbage"
"""Id of a pseudo-segment: something stands where an ISA should. Its second element tells what."""
BAD_ISA = "\x00ISA"
"""Id of a pseudo-segment: an ISA that cannot be read. Second element: the TA105 code, third: the reason."""
TOO_LONG = "\x00long"
"""Id of a pseudo-segment: one of more than MAX_SEGMENT bytes, not kept. Second element: its first characters."""
CUT_OFF = "\x00cut"
"""Id of a pseudo-segment: the file ends inside of a segment."""

MAX_SEGMENT = 65_536
"""Bytes. The longest segment of the guides, a CAS or HI with every element full, has under 1,000."""
_FIRST_BLOCK, _LAST_BLOCK = 4_096, 262_144
_ISA_SPACE = 400
"""Bytes looked at for an ISA: 106, or fewer or more where a sender pads wrongly."""
_ISA_SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_ISA_START = re.compile(rb"ISA[^A-Za-z0-9\s]")
_BLANKS = b" \t\r\n"
_PADDING = _BLANKS + b"\x1a\0"
"""What may follow the last interchange: blanks, the end-of-file mark of older systems (^Z), NUL to the end of a block."""
_LINE_ENDS = (b"\r", b"\n")
_BOM = b"\xef\xbb\xbf"


class Delimiters(NamedTuple):
    """The delimiters of one interchange, a byte each; `repetition` is empty where it has none (before 00402)."""

    element: bytes = b"*"
    component: bytes = b":"
    segment: bytes = b"~"
    repetition: bytes = b"^"

    def table(self) -> bytes:
        """For bytes.translate: delimiters to their fixed forms; a fixed form that stands in the data to NUL."""
        table = bytearray(range(256))
        table[0x1C:0x20] = b"\0\0\0\0"
        for own, fixed in (
            (self.repetition, REPETITION),
            (self.component, COMPONENT),
            (self.segment, SEGMENT),
            (self.element, ELEMENT),
        ):
            if own:
                table[own[0]] = ord(fixed)
        return bytes(table)


class IsaHead(NamedTuple):
    """How an ISA can be read: `problem` is a TA105 code where it cannot be, `irregular` says its widths are off."""

    delimiters: Delimiters = Delimiters()
    problem: str = ""
    reason: str = ""
    irregular: bool = False


def read_isa(head: bytes) -> IsaHead:
    """Find the delimiters of the ISA with which `head` (some hundred bytes) begins.

    An ISA has 106 bytes at fixed places. One of another length is read only where a single reading is possible: sixteen
    elements, one byte of component separator, one of terminator, and then the next segment's id.
    """
    element = head[3:4]
    regular = len(head) >= 106 and all(head[at : at + 1] == element for at in _ISA_SEPARATORS)
    if regular:
        fields, tail = head[:106].split(element), head[104:106]
    else:
        fields = head.split(element, 16)
        tail = fields[16][:2] if len(fields) == 17 else b""
        follows = fields[16][2:].lstrip(_BLANKS) if tail else b""
        if len(tail) < 2 or not follows.startswith((b"GS" + element, b"TA1" + element, b"IEA" + element)):
            if len(head) < 106:
                return IsaHead(problem="023", reason="the file ends inside of the ISA")
            return IsaHead(problem="022", reason="the ISA is not 106 bytes long and can be read in more than one way")
    repetition = fields[11]
    if fields[12] < b"00402" or len(repetition) != 1 or repetition.isalnum() or repetition.isspace():
        repetition = b""
    delimiters = Delimiters(element, tail[:1], tail[1:2], repetition)
    before: set[bytes] = set()
    for code, name, own in (
        ("026", "element separator", delimiters.element),
        ("027", "component separator", delimiters.component),
        ("004", "segment terminator", delimiters.segment),
    ):
        if own.isalnum() or own in b" \t\0" or own >= b"\x7f" or own in before:
            return IsaHead(problem=code, reason=f"the {name} is a letter, a digit, a blank or in use already")
        before.add(own)
    if repetition in before:
        delimiters = delimiters._replace(repetition=b"")
    return IsaHead(delimiters, irregular=not regular)


class Tokenizer:
    """The segments of a binary stream. Iterate once; `delimiters` and `irregular` are those of the last ISA seen."""

    def __init__(self, stream: BinaryIO, *, offset: int = 0, number: int = 0) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._base = offset
        self._ended = False
        self._closed = False
        self._reads = _FIRST_BLOCK
        """How much to read next: little at first, for a tokenizer may be resumed for one small set."""
        self._number = number
        self.delimiters = Delimiters()
        self.irregular = False

    def __iter__(self) -> Iterator[Segment]:
        reported = False
        while True:
            start = self._base + self._at
            sample = self._skip_blanks()
            if not sample:
                return
            head = read_isa(sample) if _ISA_START.match(sample) else None
            if head is not None and not head.problem:
                reported = False
                self.delimiters, self.irregular = head.delimiters, head.irregular
                yield from self._interchange()
                continue
            if not reported:
                start = self._base + self._at
                if head is None:
                    yield [GARBAGE, _what_is(sample)], "", self._number, start
                else:
                    self._number += 1
                    yield [BAD_ISA, head.problem, head.reason], "", self._number, start
                reported = True
            self._skip_to_isa()

    def resume(self, delimiters: Delimiters) -> Iterator[Segment]:
        """The segments from the stream's position on, inside of an interchange with these delimiters."""
        self.delimiters = delimiters
        return self._interchange()

    def _fill(self, size: int) -> None:
        """Have `size` bytes from here on in the buffer, or all that are left."""
        while not self._ended and len(self._buffer) - self._at < size:
            more = self._stream.read(max(size, self._reads))
            self._reads = _LAST_BLOCK
            self._buffer = self._buffer[self._at :] + more
            self._base += self._at
            self._at = 0
            self._ended = not more

    def _skip_blanks(self) -> bytes:
        """Go to the next byte that is no blank, padding or byte order mark; what stands there, or b"" at the end."""
        while True:
            self._fill(_ISA_SPACE)
            rest = self._buffer[self._at : self._at + _ISA_SPACE]
            kept = rest.removeprefix(_BOM).lstrip(_BLANKS).removeprefix(_BOM)
            if not kept.strip(_PADDING):
                kept = b""
            if len(kept) == len(rest):
                return rest
            self._at += len(rest) - len(kept)

    def _skip_to_isa(self) -> None:
        """Go to the next ISA after this place that can be read, or to the end."""
        self._at += 1
        while True:
            self._fill(_LAST_BLOCK)
            match = _ISA_START.search(self._buffer, self._at)
            if match:
                self._at = match.start()
                self._fill(_ISA_SPACE)
                if not read_isa(self._buffer[self._at : self._at + _ISA_SPACE]).problem:
                    return
                self._at += 1
            elif self._ended:
                self._at = len(self._buffer)
                return
            else:
                self._at = max(self._at, len(self._buffer) - 3)

    def _interchange(self) -> Iterator[Segment]:
        """The segments from an ISA on, up to its IEA, the next ISA, or the end of the file."""
        table, terminator, size = (self.delimiters.table(), self.delimiters.segment, _FIRST_BLOCK)
        first, by_line = self._base + self._at, terminator in _LINE_ENDS
        while True:
            self._fill(size)
            block = self._buffer[self._at : self._at + size]
            cut = block.rfind(terminator)
            if cut < 0:
                start = block.lstrip(_BLANKS)
                if _ISA_START.match(start) and self._base + self._at + len(block) - len(start) != first:
                    return
                if len(block) > MAX_SEGMENT:
                    yield from self._skip_long(terminator)
                elif len(block) < size:
                    yield from self._unterminated(block, table)
                    return
                else:
                    size *= 2
                continue
            text = block[:cut].translate(table).decode("latin-1")
            pieces, lead, step = _split(text)
            if by_line and "" in pieces:
                pieces = []
            if pieces and len(max(pieces, key=len)) <= MAX_SEGMENT:
                number, offset = self._number, self._base + self._at + lead
                self._number += len(pieces)
                self._at += cut + 1
                for piece in pieces:
                    number += 1
                    yield piece.split(ELEMENT), piece, number, offset
                    offset += len(piece) + step
            else:
                yield from self._untidy(text.split(SEGMENT), first)
                if self._closed:
                    return
            size = min(size * 2, _LAST_BLOCK)

    def _untidy(self, pieces: list[str], first: int) -> Iterator[Segment]:
        """Pieces that hold line ends, blanks, letters beyond ASCII, or an ISA or IEA.

        `first` is where this interchange's own ISA stands; another ISA ends it and is left for the caller to find.
        """
        self._closed = False
        for raw in pieces:
            piece = raw.lstrip(" \t\r\n")
            offset = self._base + self._at + len(raw) - len(piece)
            if piece.startswith("ISA") and offset != first and not piece[3:4].isalnum():
                self._closed = True
                return
            self._at += len(raw) + 1
            if not piece and self.delimiters.segment in _LINE_ENDS:
                continue
            self._number += 1
            if len(raw) > MAX_SEGMENT:
                yield [TOO_LONG, piece[:3]], "", self._number, offset
                continue
            piece = _tidied(piece)
            elements = piece.split(ELEMENT)
            self._closed = elements[0] == "IEA"
            yield elements, piece, self._number, offset
            if self._closed:
                return

    def _unterminated(self, block: bytes, table: bytes) -> Iterator[Segment]:
        """What stands after the last terminator of the file. Only an IEA may do without one."""
        offset = self._base + self._at + len(block) - len(block.lstrip(_BLANKS))
        self._at += len(block)
        text = _tidied(block.strip(_BLANKS).translate(table).decode("latin-1"))
        if text:
            self._number += 1
            elements = text.split(ELEMENT)
            yield ((elements if elements[0] == "IEA" else [CUT_OFF, elements[0][:3]]), text, self._number, offset)

    def _skip_long(self, terminator: bytes) -> Iterator[Segment]:
        """Pass over a segment that is too long to keep, holding one block of it at a time."""
        start = self._buffer[self._at :].lstrip(_BLANKS)
        offset, name = self._base + len(self._buffer) - len(start), start[:3].decode("latin-1")
        self._number += 1
        while True:
            self._fill(_LAST_BLOCK)
            found = self._buffer.find(terminator, self._at)
            if found >= 0:
                self._at = found + 1
                yield [TOO_LONG, name], "", self._number, offset
                return
            self._at = len(self._buffer)
            if self._ended:
                yield [TOO_LONG, name], "", self._number, offset
                return


def _split(text: str) -> tuple[list[str], int, int]:
    """The pieces of a tidy block, the blanks before the first, and how many bytes end a piece; no pieces if untidy.

    Tidy is: ASCII, at most the same line end after every terminator, no indentation, no interchange begins or ends.
    """
    untidy: tuple[list[str], int, int] = ([], 0, 0)
    if not text.isascii() or "\t" in text or "ISA" in text or "IEA" in text or f"{SEGMENT} " in text:
        return untidy
    body = text.lstrip("\r\n")
    end = "\r\n" if "\r" in body else "\n" if "\n" in body else ""
    pieces = body.split(SEGMENT + end)
    ends = len(pieces) - 1
    if body.startswith(" ") or body.count(SEGMENT) != ends:
        return untidy
    if end and (body.count("\n") != ends or body.count("\r") != (ends if len(end) == 2 else 0)):
        return untidy
    return pieces, len(text) - len(body), 1 + len(end)


def _tidied(piece: str) -> str:
    """Without line ends and tabs, and as UTF-8 where its bytes are."""
    if "\n" in piece or "\r" in piece or "\t" in piece:
        piece = piece.translate(_NO_LINE_ENDS)
    if piece.isascii():
        return piece
    try:
        return piece.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return piece


_NO_LINE_ENDS = {ord(char): None for char in "\r\n\t"}


def _what_is(sample: bytes) -> str:
    """What a text that should begin with ISA looks like."""
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff") or sample[1:2] == b"\0" or sample[:1] == b"\0":
        return "UTF-16 text or binary data"
    if sample[:2] == b"PK":
        return "a ZIP archive"
    if sample[:3] == b"ISA":
        return "an ISA whose fourth byte is no separator"
    return f"{sample[:3].decode('ascii', 'replace')!r}"
