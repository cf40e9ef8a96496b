"""What was used is a sum of entries, read from the last checkpoint on."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tpa.books.accumulators import selectors
from tpa.books.accumulators.models import Checkpoint
from tpa.books.accumulators.services import NewEntry, add_entries, write_checkpoints

Y2026, Y2025 = date(2026, 1, 1), date(2025, 1, 1)

pytestmark = pytest.mark.usefixtures("in_employer")


def used(family, seq, n, member, amount, code="deductible.in", period=Y2026):
    return NewEntry(family, seq, n, member, code, period, amount, 1)


def test_balances_are_summed_by_member_code_and_period():
    add_entries(
        entries=[
            used(7, 1, 1, 70, 5_000),
            used(7, 2, 1, 70, 2_500),
            used(7, 2, 2, 71, 100),
            used(7, 3, 1, 70, 9, period=Y2025),
        ]
    )
    found = selectors.balances([7, 8])
    assert found[7].rows == [
        (70, "deductible.in", Y2025, 9),
        (70, "deductible.in", Y2026, 7_500),
        (71, "deductible.in", Y2026, 100),
    ]
    assert found[7].fresh_count == 4
    assert 8 not in found


def test_a_balance_before_a_decision_leaves_it_and_later_ones_out():
    add_entries(entries=[used(7, 1, 1, 70, 100), used(7, 2, 1, 70, 10), used(7, 3, 1, 70, 1)])
    assert selectors.balances([7], before=3)[7].rows == [(70, "deductible.in", Y2026, 110)]


def test_a_checkpoint_changes_no_balance_and_shortens_the_reading():
    add_entries(entries=[used(7, seq, 1, 70, seq) for seq in range(1, 101)])
    write_checkpoints(family_ids=[7])
    add_entries(entries=[used(7, 101, 1, 70, 1_000), used(7, 101, 2, 71, 5)])
    after = selectors.balances([7])[7]
    assert after.rows == [(70, "deductible.in", Y2026, 6_050), (71, "deductible.in", Y2026, 5)]
    assert after.fresh_count == 2
    assert selectors.balances([7], before=51)[7].rows == [(70, "deductible.in", Y2026, 1_275)]
    write_checkpoints(family_ids=[7])
    assert selectors.balances([7])[7] == selectors.FamilyBalances(after.rows, 0)
    assert sorted(Checkpoint.objects.values_list("family_seq", "member_id", "amount")) == [
        (100, 70, 5_050),
        (101, 70, 6_050),
        (101, 71, 5),
    ]
    assert selectors.faults() == []


def test_a_wrong_checkpoint_is_found():
    add_entries(entries=[used(7, 1, 1, 70, 100)])
    Checkpoint.objects.create(family_id=7, family_seq=1, member_id=70, code="deductible.in", period_on=Y2026, amount=99)
    assert selectors.faults() == ["family 7 checkpoint 1, member 70 deductible.in: 99, its entries say 100"]


@pytest.mark.parametrize("statement", ["UPDATE {} SET amount = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_edits(statement):
    add_entries(entries=[used(7, 1, 1, 70, 100)])
    refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("accumulators_entry"))
    assert selectors.balances([7])[7].rows == [(70, "deductible.in", Y2026, 100)]


def test_a_number_is_given_once():
    add_entries(entries=[used(7, 1, 1, 70, 100)])
    with pytest.raises(DatabaseError, match="accumulators_entry_pkey"), transaction.atomic():
        add_entries(entries=[used(7, 1, 1, 70, 100)])
