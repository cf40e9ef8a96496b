"""ACH and positive pay files, to the character; another program reads them without a fault."""

import csv
from datetime import UTC, date, datetime

import achkit
import pytest

from tpa.engine.paying.nacha import AchError, Originator, Returned, Transfer, read_returns, write_ach
from tpa.engine.paying.positive_pay import Check, LayoutError, read_layout, samples, write_checks
from tpa.engine.paying.routing import is_routing_number

FROM = Originator("1987654321", "Elm Works Plan", "First Bank", "091000019")
AT, DAY = datetime(2026, 4, 2, 9, 30, tzinfo=UTC), date(2026, 4, 3)
TRN = "TRN*1*091000010000007*1987654321\\"
CLINIC = Transfer("CCD", "011401533", "998877", False, 32_000, "Élm Clinic", "123456789", "091000010000007", TRN)
MEMBER = Transfer("PPD", "091000019", "0072", True, 1_250, "Kim Stone", "W1000001", "091000010000008")


def written(*transfers):
    return write_ach(transfers, FROM, written_at=AT, settles_on=DAY)


def test_a_file_as_it_stands():
    lines = written(MEMBER, CLINIC).decode().splitlines()
    assert lines[:8] == [
        "101 09100001919876543212604020930A094101FIRST BANK             ELM WORKS PLAN                 ",
        "5220ELM WORKS PLAN                      1987654321CCDHCCLAIMPMT260403260403   1091000010000001",
        "622011401533998877           0000032000123456789       LM CLINIC              1091000010000007",
        f"705{TRN:80}00010000007",
        "8220000002000114015300000000000000000003200" + "01987654321" + " " * 25 + "091000010000001",
        "5220ELM WORKS PLAN                      1987654321PPDCLAIM PMT 260403260403   1091000010000002",
        "6320910000190072             0000001250W1000001       KIM STONE               0091000010000008",
        "8220000001000910000100000000000000000000125" + "01987654321" + " " * 25 + "091000010000002",
    ]
    assert lines[8].startswith("9000002000001000000030010240154000000000000000000033250")
    assert lines[9:] == ["9" * 94]
    assert {len(line) for line in lines} == {94}


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 40])
def test_achkit_finds_no_fault_and_the_blocks_are_full(count):
    transfers = [CLINIC._replace(trace=f"09100001{n:07d}", cents=n) for n in range(1, count + 1)]
    data = written(*transfers, MEMBER)
    assert achkit.validate(data.decode())["errors"] == []
    assert len(data.splitlines()) % 10 == 0


def test_achkit_sees_a_wrong_total_so_its_silence_means_something():
    wrong = written(CLINIC).decode().replace("0000032000", "0000032001", 1)
    assert achkit.validate(wrong)["errors"]


@pytest.mark.parametrize(("nth", "mark"), [(0, "A"), (25, "Z"), (26, "0"), (35, "9")])
def test_each_file_of_a_day_has_its_own_mark(nth, mark):
    assert write_ach([CLINIC], FROM, written_at=AT, settles_on=DAY, nth=nth)[33:34].decode() == mark
    with pytest.raises(AchError, match="36 files of a day"):
        write_ach([CLINIC], FROM, written_at=AT, settles_on=DAY, nth=36)


def test_a_prenote_is_an_entry_of_nothing():
    entries = [line[:3] for line in written(CLINIC._replace(cents=0), MEMBER._replace(cents=0)).decode().splitlines()]
    assert (entries[2], entries[6]) == ("623", "633")


@pytest.mark.parametrize(
    "wrong", [CLINIC._replace(cents=10**10), CLINIC._replace(addenda="x" * 81), CLINIC._replace(cents=-1)]
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(AchError):
        written(wrong)
    with pytest.raises(AchError, match="without entries"):
        written()


def test_returns_are_read_with_reason_and_the_trace_as_sent():
    data = written(CLINIC).decode().replace(f"705{TRN:80}00010000007", f"{'799R03091000010000007':94}")
    assert read_returns(data.encode()) == [Returned("R03", "091000010000007", 32_000)]
    assert read_returns(data.replace("\n", "").encode()) == [Returned("R03", "091000010000007", 32_000)]
    for wrong in (b"", b"\xff", b"hello", data.replace("799R03", "799Rxx").encode(), data.encode() + b"6" * 95):
        with pytest.raises(AchError):
            read_returns(wrong)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("091000019", True),
        ("011401533", True),
        ("091000018", False),
        ("91000019", False),
        ("000000000", False),
        ("09100001x", False),
    ],
)
def test_routing_numbers_have_a_check_digit(text, good):
    assert is_routing_number(text) is good


CHECKS = [
    Check("00123456", "1001", 32_000, date(2026, 4, 2), 'Elm "Clinic", Inc'),
    Check("00123456", "999", 5, date(2026, 3, 2), "Kim Stone", is_void=True),
]


def positive_pay(name, checks=CHECKS):
    return write_checks(checks, samples()[name], made_on=date(2026, 4, 3))


def test_issued_and_voided_checks_in_the_samples_forms():
    assert list(samples()) == ["fixed_120_totals", "fixed_80", "generic", "pipe_totals"]
    rows = list(csv.reader(positive_pay("generic").decode().splitlines()))
    assert rows == [
        ["00123456", "1001", "04/02/2026", "320.00", "I", 'Elm "Clinic", Inc'],
        ["00123456", "999", "03/02/2026", "0.05", "V", "Kim Stone"],
    ]
    lines = positive_pay("fixed_80").decode().splitlines()
    assert lines[0] == '000000123456000000100100000003200020260402 Elm "Clinic", Inc'.ljust(80)
    assert lines[1][42] == "V"
    assert positive_pay("pipe_totals") == (
        b'H||00123456|2026-04-03\r\nD|O|0000001001|320.00|2026-04-02|"Elm ""Clinic"", Inc"\r\n'
        b"D|C|0000000999|0.05|2026-03-02|Kim Stone\r\nT|2|320.05\r\n"
    )
    lines = positive_pay("fixed_120_totals", [CHECKS[1]._replace(routing="091000019")]).decode().splitlines()
    assert lines == [
        "D091000019" + "00000000000123456" + "000000000999" + "370" + "030226" + "000000000005" + "Kim Stone".ljust(60),
        "T091000019" + "00000000000123456" + "000000000001" + " " * 9 + "000000000005" + " " * 60,
    ]
    with pytest.raises(LayoutError, match="longer than 10"):
        positive_pay("fixed_80", [CHECKS[0]._replace(number="1" * 11)])


LAYOUT = """
form = "fixed"
issue = "I"
void = "V"
columns = [
    { value = "number", width = 10, fill = "0" },
    { value = "amount", width = 12, align = "right" },
    { value = "issued_on", width = 10, format = "%Y.%m.%d" },
    { value = "kind", width = 1 },
    { value = "payee", width = 5 },
]
"""


def test_a_banks_own_layout_is_data():
    lines = write_checks(CHECKS, read_layout(LAYOUT), made_on=DAY).decode().splitlines()
    assert lines == [
        '0000001001      320.002026.04.02IElm "',
        "0000000999        0.052026.03.02VKim S",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "where", "said"),
    [
        ('form = "fixed"', 'form = "wide"', "/form", "One of csv, fixed"),
        ('form = "fixed"', "form = ", "", "no TOML"),
        ('form = "fixed"', 'form = "fixed"\ndelimiter = ","', "/delimiter", "Unknown key"),
        ('void = "V"', 'void = "I"', "/void", "same mark"),
        ('void = "V"', 'void = "VOID"', "/void", "longer than the 1"),
        ('void = "V"', 'void = ""', "/void", "one to ten"),
        ('"number", width = 10, fill = "0"', '"payee", width = 10', "/columns", "has the number"),
        ('"amount", width = 12', '"payee", width = 12', "/columns", "cents or the amount"),
        ('value = "kind"', 'value = "text", text = "x"', "/columns", "has the kind"),
        ('width = 10, fill = "0"', 'fill = "0"', "/columns/0/width", "missing"),
        ('fill = "0"', 'fill = "00"', "/columns/0/fill", "one printable"),
        ('"%Y.%m.%d"', '"%Y%H"', "/columns/2/format", "made of"),
        (', format = "%Y.%m.%d"', "", "/columns/2/format", "missing"),
        ('value = "payee"', 'value = "memo"', "/columns/4/value", "One of account"),
        ("width = 5", "width = 0", "/columns/4/width", "from 1 to 200"),
        ("width = 5", 'width = 5, colour = "red"', "/columns/4/colour", "Unknown key"),
    ],
)
def test_a_layout_with_a_fault_is_refused_with_the_place(was, becomes, where, said):
    assert was in LAYOUT
    with pytest.raises(LayoutError, match=said) as caught:
        read_layout(LAYOUT.replace(was, becomes, 1))
    assert caught.value.where == where


def test_return_files_that_are_not_whole_are_refused_where_they_fail():
    data = written(CLINIC).decode().replace(f"705{TRN:80}00010000007", f"{'799R03091000010000007':94}")
    lines = data.splitlines()
    batch, file = (next(n for n, line in enumerate(lines) if line[0] == kind) for kind in "89")

    def changed(at, start, text):
        row = lines[at][:start] + text + lines[at][start + len(text) :]
        return "\n".join([*lines[:at], row, *lines[at + 1 :]]).encode()

    for content, said in (
        (changed(batch, 4, "000003"), "count of entries is 2"),
        (changed(batch, 10, "0000000001"), "hash of routing numbers"),
        (changed(batch, 20, "000000032000"), "total of debits is 0"),
        (changed(batch, 32, "000000032001"), "total of credits is 32000"),
        (changed(batch, 32, "-00000032000"), "is no total of credits"),
        (changed(file, 1, "000002"), "has 1 batches"),
        (changed(file, 13, "00000009"), "count of entries is 2"),
        (changed(file, 43, "000000032009"), "total of credits is 32000"),
        ("\n".join(lines[:file]).encode(), "ends before its control record"),
        (changed(2, 29, "-000032000"), "is no amount"),
        (changed(2, 1, "2x"), "is no transaction code"),
    ):
        with pytest.raises(AchError, match=said):
            read_returns(content)


def test_files_behind_each_other_are_read_and_a_record_outside_its_batch_is_refused():
    returned = f"{'799R03091000010000007':94}"
    file = written(CLINIC).decode().replace(f"705{TRN:80}00010000007", returned)
    once = [Returned("R03", "091000010000007", 32_000)]
    assert read_returns((file + file).encode()) == once * 2
    accented = file.replace("ELM", "ÉLM")
    assert accented != file
    for encoding in ("utf-8-sig", "latin-1"):
        assert read_returns(accented.encode(encoding) + b"\x1a") == once
    lines = file.splitlines()
    for at in (1, len(lines) - 1, len(lines)):
        with pytest.raises(AchError, match="does not belong here"):
            read_returns("\n".join([*lines[:at], returned, *lines[at:]]).encode())
    cut = [line for line in lines if line[0] != "8"]
    with pytest.raises(AchError, match="'9' does not belong here"):
        read_returns("\n".join(cut).encode())


def test_a_change_that_the_bank_tells_of_is_read_with_what_it_says():
    data = written(CLINIC).decode()
    told = data.replace(f"705{TRN:80}00010000007", f"{'798C01091000010000007':35}{'998878':59}")
    assert read_returns(told.encode()) == [Returned("C01", "091000010000007", 32_000, "998878")]
