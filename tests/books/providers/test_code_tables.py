"""CMS's coding edits: the layouts of the files, versions by day of service, what a batch of claims reads."""

from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tpa.books.providers.cms_files import read_pairs, read_unit_limits
from tpa.books.providers.code_tables import edit_tables, load_code_table
from tpa.books.providers.errors import CodeFileError
from tpa.books.providers.models import CodeTableVersion
from tpa.engine.adjudication.compiled_edits import NO_TABLES
from tpa.engine.plan.terms_edits import CodePair, UnitLimit
from tpa.kernel.periods import FOREVER

PAIRS = (
    b"Column1/Column2 Edits\t\t\t\t\t\t\n"
    b"Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    b"80053\t80048\t \t20200101\t*\t0\tx\n"
    b"29881\t29877\t*\t20200101\t20260331\t1\tx\n"
    b"99213\t36415\t\t20260101\t20260101\t9\tx\n"
)
UNITS = b'Some heading\nHCPCS/CPT Code,MUE Values,MUE Adjudication Indicator,MUE Rationale\n97110,8,"1 Line Edit",x\n93000,3,"3 Date of Service Edit: Clinical",x\n'  # noqa: E501
YEAR, LATER = date(2026, 1, 1), date(2026, 4, 1)


def test_pairs_end_after_their_day_of_deletion_and_some_never_held():
    assert list(read_pairs(PAIRS)) == [
        CodePair("80053", "80048", 0, date(2020, 1, 1), FOREVER),
        CodePair("29881", "29877", 1, date(2020, 1, 1), date(2026, 4, 1)),
    ]


def test_unit_limits_by_line_and_by_day():
    assert list(read_unit_limits(UNITS)) == [UnitLimit("97110", 8), UnitLimit("93000", 3, per_day=True)]


@pytest.mark.parametrize(
    ("read", "data", "where"),
    [
        (read_pairs, PAIRS.replace(b"20200101\t*", b"20201301\t*"), "row 3"),
        (read_pairs, PAIRS.replace(b"*\t0", b"*\t7"), "row 3"),
        (read_pairs, PAIRS + b"something else\n", "row 6"),
        (read_pairs, UNITS, ""),
        (read_unit_limits, UNITS.replace(b"97110,8", b"97110,eight"), "row 3"),
        (read_unit_limits, UNITS.replace(b"1 Line", b"4 Line"), "row 3"),
        (read_unit_limits, b"", ""),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_row(read, data, where):
    with pytest.raises(CodeFileError) as refused:
        list(read(data))
    assert refused.value.where == where


def test_a_version_holds_from_its_day_to_the_next_ones(db, django_assert_num_queries):
    load_code_table(table="cms", kind="pairs", effective_on=YEAR, data=PAIRS)
    load_code_table(table="cms", kind="units", effective_on=YEAR, data=UNITS)
    load_code_table(table="cms", kind="units", effective_on=LATER, data=UNITS.replace(b"97110,8", b"97110,6"))
    with django_assert_num_queries(3):
        found = edit_tables({"cms", "other"}, {"80053", "80048", "29881", "97110"})
    assert found.pairs == {("cms", "80048"): (CodePair("80053", "80048", 0, YEAR, FOREVER),)}
    assert found.unit_limits == {
        ("cms", "97110"): (UnitLimit("97110", 8, False, YEAR, LATER), UnitLimit("97110", 6, False, LATER, FOREVER))
    }


def test_without_tables_nothing_is_asked(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert edit_tables(set(), {"80053"}) is NO_TABLES


def test_what_was_decided_by_a_version_does_not_change(db):
    load_code_table(table="cms", kind="pairs", effective_on=LATER, data=PAIRS)
    for day in (YEAR, LATER):
        with pytest.raises(CodeFileError):
            load_code_table(table="cms", kind="pairs", effective_on=day, data=PAIRS)
    assert CodeTableVersion.objects.count() == 1


def test_a_file_is_loaded_by_command(db, tmp_path, capsys):
    file = tmp_path / "mue.csv"
    file.write_bytes(UNITS)
    call_command("load_coding_edits", "cms", "units", str(file), "--effective", "2026-01-01")
    assert "cms (units) from 2026-01-01 is loaded" in capsys.readouterr().out
    file.write_bytes(b"nothing")
    with pytest.raises(CommandError):
        call_command("load_coding_edits", "cms", "units", str(file), "--effective", "2026-04-01")
    assert CodeTableVersion.objects.count() == 1
