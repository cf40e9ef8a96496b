"""The guards of the postings are planned once a connection, not with every statement."""

from pathlib import Path

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_close_guards")]
    operations = [
        migrations.RunSQL((_SQL / name).read_text(), migrations.RunSQL.noop) for name in ("balance.sql", "close.sql")
    ]
