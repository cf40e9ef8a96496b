"""Coverage and the log of loads are never edited; a row of coverage may only cease to be what is known."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = (("members", "0001_initial"),)
    operations = (
        AppendOnly("members_coverage", may_set=("superseded_at", "superseded_load_id")),
        AppendOnly("members_loadchange"),
    )
