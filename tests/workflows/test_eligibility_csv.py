"""Enrolment as CSV: what is read, and what is refused with row and code."""

from datetime import date

import pytest

from tpa.workflows.eligibility_load_csv import CsvError, read_csv, safe_cell

HEADER = "subscriber_number,relationship,last_name,first_name,birth_on,line,plan,tier,starts_on,last_on"


def rows(*lines, header=HEADER):
    return list(read_csv("\n".join((header, *lines)).encode()))


def codes(row):
    return [problem.code for problem in row.problems]


def test_a_row_is_read_with_its_dates_and_position():
    (row,) = rows("S1,self,Lind,Ada,1980-02-29,medical,PPO,ef,20250101,2025-06-30")
    assert (row.n, row.where, row.problems) == (1, "row 2", ())
    assert (row.subscriber_number, row.birth_on, row.tier) == (
        "S1",
        date(1980, 2, 29),
        "EF",
    )
    assert (row.starts_on, row.last_on, row.action) == (
        date(2025, 1, 1),
        date(2025, 6, 30),
        "state",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_splits_the_header(delimiter):
    text = f"{HEADER}\nS1,self,Lind,Ada,1980-01-01,dental,DEN,EE,2025-01-01,".replace(",", delimiter)
    (row,) = read_csv(b"\xef\xbb\xbf" + text.encode())
    assert row.plan == "DEN"


def test_the_day_30_february_is_named_with_its_row():
    good, bad = rows(
        "S1,self,Lind,Ada,1980-01-01,medical,PPO,EE,2025-01-01,",
        "S2,self,Lind,Bo,1981-01-01,medical,PPO,EE,20250230,",
    )
    assert good.problems == ()
    assert bad.where == "row 3"
    assert bad.problems[0][:2] == (
        "date_invalid",
        "starts_on: '20250230' is no day of the calendar",
    )


@pytest.mark.parametrize("text", ["1/2/2025", "2025-1-2", "20250101T00", "٢٠٢٥٠١٠١", "2025/01/01"])
def test_a_date_of_another_form_is_not_guessed_at(text):
    (row,) = rows(f"S1,self,Lind,Ada,1980-01-01,medical,PPO,EE,{text},")
    assert codes(row) == ["date_invalid"]


def test_every_fault_of_a_row_is_named():
    (row,) = rows("S1,boss,Lind,Ada,1980-01-01,lunch,PPO,XX,2025-01-01,")
    assert codes(row) == ["relationship_unknown", "line_unknown", "tier_unknown"]


def test_a_row_with_a_cell_too_many_is_a_problem_of_that_row():
    first, second = rows(
        "S1,self,Lind,Ada,1980-01-01,medical,PPO,EE,2025-01-01,,x",
        "S2,self,L,A,1980-01-01,,,,,",
    )
    assert codes(first) == ["cell_count"]
    assert codes(second) == []


def test_a_formula_is_kept_as_text_and_made_harmless_on_the_way_out():
    (row,) = rows('S1,self,"=HYPERLINK(""x"")",Ada,1980-01-01,medical,PPO,EE,2025-01-01,')
    assert row.last_name == '=HYPERLINK("x")'
    assert row.problems == ()
    assert safe_cell(row.last_name) == '\'=HYPERLINK("x")'
    assert [safe_cell(text) for text in ("+1", "-1", "@x", "\t=1", "Lind", None, 5)] == [
        "'+1",
        "'-1",
        "'@x",
        "'\t=1",
        "Lind",
        "",
        "5",
    ]


def test_html_is_text_and_a_control_character_is_refused():
    html, control = rows(
        "S1,self,<b>Lind</b>,Ada,1980-01-01,,,,,",
        "S2,self,Li\x00nd,Ada,1980-01-01,,,,,",
    )
    assert (html.last_name, html.problems) == ("<b>Lind</b>", ())
    assert (control.last_name, codes(control)) == ("", ["text_invalid"])


def test_a_text_longer_than_the_books_hold_is_refused():
    (row,) = rows(f"S1,self,{'x' * 81},Ada,1980-01-01,,,,,")
    assert [problem[:2] for problem in row.problems] == [("text_too_long", "last_name is longer than 80.")]


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (b"", "", "The file is empty."),
        (b"\xff\xfeS\x00", "byte 0", "The file is not UTF-8 text."),
        (b"a,b\n1,2", "row 1", "The first line does not name the columns."),
        (HEADER.encode() + b",ssn\n", "row 1", "Columns unknown: 'ssn'."),
        (HEADER.encode() + b",tier\n", "row 1", "Columns named twice: 'tier'."),
        (
            b"subscriber_number,relationship\n",
            "row 1",
            "Columns missing: 'last_name', 'birth_on', 'line', 'plan', 'starts_on'.",
        ),
        (
            HEADER.encode() + b'\nS1,"self',
            "",
            "The text cannot be split into cells (unexpected end of data).",
        ),
    ],
)
def test_a_file_that_is_no_enrolment_is_refused_as_a_whole(data, where, message):
    with pytest.raises(CsvError) as refusal:
        list(read_csv(data))
    assert (refusal.value.where, refusal.value.message) == (where, message)
