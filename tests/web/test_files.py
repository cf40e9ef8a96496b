"""A file that is answered says what it is and what it is called."""

import pytest

from tpa.web.files import csv_answer, file_answer


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("packet.pdf", "application/pdf"),
        ("packet.zip", "application/zip"),
        ("1099-2026.csv", "text/csv; charset=utf-8"),
        ("statement.json", "application/json"),
        ("claims.837", "application/edi-x12"),
        ("run_1-ach.txt", "application/octet-stream"),
        ("nothing", "application/octet-stream"),
    ],
)
def test_the_end_of_the_name_says_what_it_is(name, media_type):
    answer = file_answer(b"1", name)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (media_type, f'attachment; filename="{name}"')


def test_a_file_may_be_looked_at_in_the_browser():
    assert file_answer(b"1", "eob.pdf", inline=True)["Content-Disposition"] == 'inline; filename="eob.pdf"'


def test_a_name_cannot_end_its_header():
    told = file_answer(b"1", 'a".csv')["Content-Disposition"]
    assert told == r'attachment; filename="a\".csv"'
    assert "filename*=utf-8''caf%C3%A9.csv" in file_answer(b"1", "café.csv")["Content-Disposition"]


def test_rows_are_a_csv_file():
    answer = csv_answer([("a", "b"), ("1,2", 3)], "rows.csv")
    assert answer.content == b'a,b\r\n"1,2",3\r\n'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
