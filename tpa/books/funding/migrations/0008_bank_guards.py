"""What the bank says is never edited; how an entry was found, and what a person said of it, may be set."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("funding", "0007_bank")]
    operations = [
        AppendOnly("funding_bankstatement"),
        AppendOnly("funding_bankentry", may_set=("found", "explanation", "explained_by_id")),
        AppendOnly("funding_bankmatch"),
    ]
