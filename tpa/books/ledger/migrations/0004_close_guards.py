"""A closed month takes no entry, months are closed in order, and a close is never edited."""

from pathlib import Path

from django.db import migrations

from tpa.infra.append_only import AppendOnly

CLOSE = (Path(__file__).parents[1] / "sql" / "close.sql").read_text()
UNDO = """
DROP TRIGGER ledger_close_in_order ON ledger_monthclose;
DROP FUNCTION ledger_close_in_order();
DROP TRIGGER ledger_closed_month ON ledger_posting;
DROP FUNCTION ledger_closed_month();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_closes")]
    operations = [
        migrations.RunSQL(CLOSE, UNDO),
        AppendOnly("ledger_monthclose"),
        AppendOnly("ledger_rolledbalance"),
    ]
