"""Files made to hurt: memory stays flat, time linear, and nothing of them is ever half read."""

from __future__ import annotations

import io
import random
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.x12.reading import read
from tests.x12.samples import (
    POLICY,
    SAM,
    claims_file,
    full_professional,
    institutional,
    member,
    members_file,
    professional,
)
from tpa.x12.claims import Claim837
from tpa.x12.readers.claim_837 import read_837
from tpa.x12.readers.enrolment_834 import read_any

FILE = claims_file(professional("A"), full_professional(), professional("C"), claims_per_set=2)


class ManySets(io.RawIOBase):
    """A seekable file of one set written `count` times over, made as it is read: nothing of it stands in memory."""

    def __init__(self, data: bytes, count: int) -> None:
        first, last = data.index(b"ST*837"), data.rindex(b"GE*")
        self._head, self._body = data[:first], data[first:last]
        self._tail = b"GE*%d*17~IEA*1*000000017~" % count
        self._count = count
        self._at = 0
        self.size = len(self._head) + len(self._body) * count + len(self._tail)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence == 0
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        data = self._piece(self._at, size)
        self._at += len(data)
        return data

    def _piece(self, at: int, size: int) -> bytes:
        if at < len(self._head):
            return self._head[at : at + size]
        body_at = at - len(self._head)
        if body_at >= len(self._body) * self._count:
            tail_at = body_at - len(self._body) * self._count
            return self._tail[tail_at : tail_at + size]
        return self._body[body_at % len(self._body) :][:size]


LIMIT = 8_000_000
"""Bytes by which a process may grow while it reads: two blocks of 256 kB, split, one claim, and what Python keeps."""


def of_another_member(number: int) -> Claim837:
    """A claim with a subscriber of its own."""
    person = SAM._replace(party=SAM.party._replace(id=f"W{number:07d}"))
    return professional(f"P{number}", subscriber=POLICY._replace(person=person))


def grown_by_reading(claims_in_a_set: int, sets: int) -> None:
    """Run in a process of its own: prints the size of the file, the claims read, and the growth in bytes."""
    data = claims_file(*map(of_another_member, range(claims_in_a_set)), claims_per_set=claims_in_a_set)
    file = ManySets(data, sets)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    claims = sum(1 for event in read_837(file) if isinstance(event, Claim837))  # type: ignore[arg-type]
    print(file.size, claims, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1_024)


@pytest.mark.parametrize(("claims_in_a_set", "sets"), [(500, 30), (8_000, 2)])
def test_memory_grows_neither_with_the_file_nor_with_the_set(claims_in_a_set: int, sets: int) -> None:
    code = f"from tests.x12.test_hostile import grown_by_reading; grown_by_reading({claims_in_a_set}, {sets})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    size, claims, growth = map(int, done.stdout.split())
    assert size > 4_500_000
    assert claims == claims_in_a_set * sets
    assert growth < LIMIT


def work_for(data: bytes) -> int:
    """How many calls reading takes, Python's and C's: the same on every machine, however busy it is."""
    calls = 0

    def count(_frame: object, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    events = read_any(io.BytesIO(data))
    sys.setprofile(count)
    try:
        for _ in events:
            pass
    finally:
        sys.setprofile(None)
    return calls


def inside_a_claim(segments: bytes) -> bytes:
    return FILE.replace(b"HI*", segments + b"HI*", 1)


HOSTILE = {
    "empty segments": lambda count: inside_a_claim(b"~" * count),
    "one segment again and again": lambda count: inside_a_claim(b"REF*G1*X~" * count),
    "an unknown qualifier": lambda count: inside_a_claim(b"REF*QQ*X~" * count),
    "diagnoses": lambda count: inside_a_claim(b"HI*ABK:J00~" * count),
    "lines": lambda count: inside_a_claim(b"LX*1~SV1*HC:1*1*UN*1~DTP*472*D8*20260101~" * (count // 3)),
    "providers": lambda count: inside_a_claim(b"HI*ABK:J00~" + b"NM1*82*1*REED~" * count),
    "levels below the last": lambda count: inside_a_claim(
        b"".join(b"HL*%d*%d*22*1~" % (n, n - 1) for n in range(2, count))
    ),
    "levels below themselves": lambda count: inside_a_claim(
        b"".join(b"HL*%d*%d*22*1~" % (n, n) for n in range(2, count))
    ),
    "levels in a circle": lambda count: inside_a_claim(b"HL*2*3*22*1~HL*3*2*22*1~" * (count // 2)),
    "the letters ISA": lambda count: inside_a_claim(b"ISA" * count + b"~"),
    "beginnings of an ISA": lambda count: FILE + b"ISA*" * count,
    "repetitions": lambda count: FILE.replace(b"HI*ABK", b"HI*" + b"ABK:J00^" * (count // 8) + b"~HI*ABK", 1),
    "elements": lambda count: FILE.replace(b"HI*ABK", b"NTE*ADD*" + b"*" * (count // 2) + b"~HI*ABK", 1),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_work_is_linear(make: Callable[[int], bytes]) -> None:
    short, long = work_for(make(5_000)), work_for(make(20_000))
    assert long <= 4 * short + 1_000


def grown_by_hostile_files(count: int) -> None:
    """Run in a process of its own: prints by how many bytes it grew over each file."""
    for name, make in HOSTILE.items():
        file = io.BytesIO(make(count))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in read_any(file):
            pass
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1_024, name)


def test_memory_stays_flat_over_hostile_files() -> None:
    code = "from tests.x12.test_hostile import grown_by_hostile_files; grown_by_hostile_files(150_000)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown = {name: int(size) for size, _, name in (one.partition(" ") for one in done.stdout.splitlines())}
    assert set(grown) == set(HOSTILE)
    assert {name: size for name, size in grown.items() if size > LIMIT} == {}


def test_many_small_interchanges_with_changing_delimiters_take_linear_work() -> None:
    one = claims_file(professional())
    other = one.replace(b"*", b"|").replace(b"~", b"!")
    data = (one + other) * 20
    assert sum(isinstance(event, Claim837) for event in read_any(io.BytesIO(data))) == 40
    assert work_for((one + other) * 80) <= 4 * work_for(data) + 1_000


def test_a_million_segments_are_counted_and_refused() -> None:
    data = inside_a_claim(b"ZZ~" * 1_000_000)
    ends = read(data).sets
    assert [one.accepted for one in ends] == [False, True]
    assert ends[0].segments == 1_000_000 + FILE[: FILE.index(b"\nSE*")].count(b"~") - 1
    assert len(ends[0].issues) <= 101


@pytest.mark.parametrize("seed", range(40))
def test_noise_never_raises_and_never_gives_half_a_set(seed: int) -> None:
    noise = random.Random(seed)
    sources = (FILE, claims_file(institutional()), members_file(member(), member()))
    for _ in range(25):
        data = bytearray(noise.choice(sources))
        for _ in range(noise.randint(1, 6)):
            at, kind = noise.randrange(len(data)), noise.randrange(4)
            if kind == 0:
                data[at] = noise.randrange(256)
            elif kind == 1:
                del data[at : at + noise.randint(1, 40)]
            elif kind == 2:
                data[at:at] = bytes(noise.choice(b"*:~^\n\0AZ09. ") for _ in range(noise.randint(1, 20)))
            else:
                other = noise.randrange(len(data))
                data[at:at] = data[other : other + noise.randint(1, 200)]
        result = read(bytes(data))
        for issue in result.issues:
            assert 0 <= issue.byte_offset <= len(data)
            assert issue.message


def test_random_bytes_after_a_good_isa_never_raise() -> None:
    noise = random.Random(7)
    for _ in range(300):
        body = bytes(noise.choice(b"ISAGSTEHL*:~^019\n \xff") for _ in range(400))
        read(FILE[:106] + body)
