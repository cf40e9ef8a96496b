"""What was used is never edited: a reversal adds the same amounts with the sign turned."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("accumulators", "0001_initial")]
    operations = [AppendOnly("accumulators_entry"), AppendOnly("accumulators_checkpoint")]
