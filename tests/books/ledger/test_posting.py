"""Entries get in whole and balanced, once, and stay."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tpa.books.ledger import selectors
from tpa.books.ledger.errors import AlreadyPosted
from tpa.books.ledger.models import Entry, Posting
from tpa.books.ledger.services import post_entries
from tpa.engine.journal.accounts import CASH, CLAIMS_PAYABLE, EMPLOYER_DEPOSITS
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount
from tpa.engine.journal.recipes.claim_approved import ClaimApproved

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARCH_2, MARCH_3 = date(2026, 3, 2), date(2026, 3, 3)

pytestmark = pytest.mark.usefixtures("in_employer")


def approved(decision_id, cents, day=MARCH_2, line="medical"):
    return entry_for(ClaimApproved(decision_id, day, (Amount(line, cents),)))


def posted(*rows):
    """Type postings by hand: (entry_id, n, account, cents)."""
    values = ", ".join(f"({entry}, {n}, '{account}', '', '2026-03-02', {cents})" for entry, n, account, cents in rows)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_posting (entry_id, n, account, dimension, effective_on, cents) VALUES {values}"
        )


def test_an_approved_claim_is_an_expense_and_a_debt():
    post_entries(entries=[approved(1, 15_000), approved(2, 2_550, line="dental")], recorded_at=NOON)
    assert {line.account.code: line.balance_cents for line in selectors.trial_balance() if line.balance_cents} == {
        "5010": 15_000,
        "5020": 2_550,
        CLAIMS_PAYABLE: -17_550,
    }
    assert sum(line.balance_cents for line in selectors.trial_balance()) == 0
    assert selectors.balance(CLAIMS_PAYABLE, dimension="dental") == -2_550
    assert selectors.faults() == []


def test_a_balance_as_of_a_day_leaves_later_days_out():
    post_entries(entries=[approved(1, 100), approved(2, 30, MARCH_3)], recorded_at=NOON)
    assert selectors.balance(CLAIMS_PAYABLE, as_of=MARCH_2) == -100
    assert selectors.balance(CLAIMS_PAYABLE, as_of=MARCH_3) == -130


def test_a_balance_leads_down_to_the_decisions_behind_it():
    post_entries(entries=[approved(7, 100), approved(9, 30)], recorded_at=NOON)
    lines = selectors.posted_lines(CLAIMS_PAYABLE)
    assert [(line.event, line.source_kind, line.source_id, line.cents) for line in lines] == [
        ("claim_approved", "decision", 9, -30),
        ("claim_approved", "decision", 7, -100),
    ]
    assert [line.source_id for line in selectors.posted_lines(CLAIMS_PAYABLE, before_entry_id=lines[0].entry_id)] == [7]
    assert [line.cents for line in selectors.lines_of_entry(lines[0].entry_id)] == [30, -30]
    assert [line.cents for line in selectors.lines_of_sources("decision", [7])] == [100, -100]


def test_the_same_event_is_posted_once():
    post_entries(entries=[approved(1, 100)], recorded_at=NOON)
    with pytest.raises(AlreadyPosted), transaction.atomic():
        post_entries(entries=[approved(2, 40), approved(1, 100)], recorded_at=NOON)
    assert selectors.balance(CLAIMS_PAYABLE) == -100
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 1, CASH, 100), (1, 2, EMPLOYER_DEPOSITS, -99)],
        [(1, 1, CASH, 100)],
        [(1, 1, CASH, 100), (1, 3, EMPLOYER_DEPOSITS, -100)],
        [(1, 2, CASH, 100), (1, 3, EMPLOYER_DEPOSITS, -100)],
        [(1, 1, CASH, 5), (1, 2, EMPLOYER_DEPOSITS, -5), (2, 1, CASH, 7), (2, 2, EMPLOYER_DEPOSITS, -8)],
    ],
    ids=["off by a cent", "one side", "a gap", "not from the start", "the second entry"],
)
def test_the_database_refuses_what_is_not_whole_and_balanced(rows):
    with pytest.raises(DatabaseError, match="not whole and balanced"):
        posted(*rows)
    assert Posting.objects.count() == 0
    assert selectors.balance(CASH) == 0


def test_nothing_can_be_added_to_an_entry_later():
    posted((1, 1, CASH, 100), (1, 2, EMPLOYER_DEPOSITS, -100))
    with pytest.raises(DatabaseError, match="ledger_posting_pkey"):
        posted((1, 1, CASH, 50), (1, 2, EMPLOYER_DEPOSITS, -50))
    with pytest.raises(DatabaseError, match="not whole"):
        posted((1, 3, CASH, 50), (1, 4, EMPLOYER_DEPOSITS, -50))
    assert selectors.balance(CASH) == 100


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting", "ledger_movement"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET effective_on = '2020-01-01'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("role", ["the employer's own", "the owner of the tables"])
def test_the_database_refuses_edits(in_employer, table, statement, role):
    post_entries(entries=[approved(1, 100)], recorded_at=NOON)
    refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        if role == "the owner of the tables":
            cursor.execute("SELECT set_config('role', 'none', true)")
        cursor.execute(statement.format(table))
    assert selectors.balance(CLAIMS_PAYABLE) == -100
    assert selectors.faults() == []


def test_movements_are_the_triggers_own():
    with pytest.raises(DatabaseError, match="own trigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_movement (account, dimension, effective_on, debit_cents, credit_cents)"
            " VALUES ('1000', '', '2026-03-02', 100, 0)"
        )
    assert selectors.balance(CASH) == 0


def test_a_thousand_entries_are_three_statements(django_assert_num_queries):
    entries = [approved(number, number) for number in range(1, 1001)]
    with django_assert_num_queries(3):
        post_entries(entries=entries, recorded_at=NOON)
    assert selectors.balance(CLAIMS_PAYABLE) == -500_500


def test_a_ledger_is_not_written_past_its_own_movements_and_closes():
    """The guards name their tables without the schema: a table of the same name in front of it is refused."""
    whole = (1, 1, CASH, 100), (1, 2, EMPLOYER_DEPOSITS, -100)
    for table in ("ledger_movement", "ledger_monthclose"):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {table})")
            with pytest.raises(DatabaseError, match="own schema in front of the search path"):
                posted(*whole)
            transaction.set_rollback(True)
    posted(*whole)
    assert selectors.balance(CASH) == 100
