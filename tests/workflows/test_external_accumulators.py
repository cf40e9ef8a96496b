"""Amounts from outside are counted once, in the family's order, and a replay finds them where they were."""

from datetime import date

import pytest

from tenants.scope import employer_scope
from tests.workflows.claim_stories import new_claim, open_book, register
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims.models import Decision, DecisionLine
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import ConflictError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.external_accumulators import ExternalError, Told, read_csv, read_rows, record
from tpa.workflows.proof import verify_books

DAY = date(2026, 2, 1)


def told(number, amount, ref="1", accumulator="deductible.network", **more):
    return Told(ref, number, more.pop("line", "medical"), accumulator, more.pop("on", DAY), amount)


@pytest.fixture
def home(db, employer):
    (found,) = open_book(employer)
    return found


def file(employer, *rows, source="pbm"):
    return record(employer_id=employer.pk, source=source, rows=rows, by="story")


def deductibles(employer):
    with employer_scope(employer):
        return list(DecisionLine.objects.order_by("decision_id").values_list("deductible_cents", flat=True))


def test_the_next_claim_sees_it_and_the_books_are_proven(employer, home):
    with employer_scope(employer):
        register(new_claim(home, ("27447", 1_200_000)))
    assert file(employer, told(f"{home.number}-0", "100.00")) == (1, 0, 0)
    decide_waiting(employer_id=employer.pk)
    first = deductibles(employer)
    with employer_scope(employer):
        assert Decision.objects.get().family_seq == 2
        rows = accumulators.balances([home.family_id])[home.family_id].rows
        used = {code: amount for member, code, _, amount in rows if member == home.member_ids[0]}
    assert used["medical:deductible.network"] == first[0] + 100_00
    assert verify_books(employer_id=employer.pk).faults == []


def test_it_is_counted_once_and_taken_back_by_another(employer, home):
    rows = [told(f"{home.number}-0", "100.00"), told(f"{home.number}-1", "12.34", ref="2")]
    assert file(employer, *rows) == (2, 0, 0)
    assert file(employer, *rows) == (0, 2, 0)
    assert file(employer, *rows, source="carrier") == (2, 0, 0)
    assert file(employer, told(f"{home.number}-0", "-100.00", ref="3")) == (1, 0, 0)
    with pytest.raises(ConflictError):
        file(employer, told(f"{home.number}-0", "100.01"))
    with employer_scope(employer):
        rows = accumulators.balances([home.family_id])[home.family_id].rows
    assert [(member, amount) for member, _, _, amount in rows] == [
        (home.member_ids[0], 100_00),
        (home.member_ids[1], 24_68),
    ]


def test_one_that_comes_late_is_work_for_somebody(employer, home):
    with employer_scope(employer):
        register(new_claim(home, ("27447", 1_200_000)))
    decide_waiting(employer_id=employer.pk)
    assert file(employer, told(f"{home.number}-1", "50.00")) == (1, 0, 1)
    assert verify_books(employer_id=employer.pk).faults == []


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"number": "nobody"}, "/rows/0/member_number"),
        ({"on": date(2025, 12, 31)}, "/rows/0/service_on"),
        ({"line": "dental"}, "/rows/0/service_on"),
        ({"accumulator": "deductible.none"}, "/rows/0/accumulator"),
        ({"amount": "1O"}, "/rows/0/amount"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_filed(employer, home, row, where):
    wrong = told(row.pop("number", f"{home.number}-0"), row.pop("amount", "10.00"), **row)
    with pytest.raises(ExternalError) as refusal:
        file(employer, wrong, told(f"{home.number}-0", "10.00", ref="2"))
    assert refusal.value.where == where
    with employer_scope(employer):
        assert accumulators.external_amounts().count() == 0


def test_rows_of_a_file():
    heading = b"source_id,member_number,line,accumulator,service_on,amount\n"
    assert read_csv(heading + b"1,S1,medical,oop.network,2026-02-01,-1.50\n") == [
        Told("1", "S1", "medical", "oop.network", DAY, "-1.50")
    ]
    for wrong in (
        b"a,b\n1,2\n",
        heading + b"1,S1,medical,oop,2026-02-30,1\n",
        b"\xff",
        heading + b"1,,medical,oop,2026-02-01,1\n",
        heading + b"1,S1,medical,oop,2026-02-01,1,234.50\n",
    ):
        with pytest.raises(DocumentError):
            read_csv(wrong)
    row = {
        "source_id": "1",
        "member_number": "S",
        "line": "medical",
        "accumulator": "oop.x",
        "service_on": DAY,
        "amount": 5,
    }
    assert read_rows([row])[0].amount == "5"
    with pytest.raises(DocumentError):
        read_rows([row, row])
