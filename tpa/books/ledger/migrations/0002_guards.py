"""Unbalanced entries, edits and removals are refused by the database, also when typed by hand."""

from pathlib import Path

from django.db import migrations

from tpa.infra.append_only import AppendOnly

BALANCE = (Path(__file__).parents[1] / "sql" / "balance.sql").read_text()
UNDO = """
DROP TRIGGER ledger_posting_balance ON ledger_posting;
DROP FUNCTION ledger_posting_balance();
DROP TRIGGER ledger_movement_guard ON ledger_movement;
DROP FUNCTION ledger_movement_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(BALANCE, UNDO),
        AppendOnly("ledger_entry"),
        AppendOnly("ledger_posting"),
        AppendOnly("ledger_movement"),
    ]
