"""The trail is only ever written on."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [AppendOnly("audit_auditevent")]
