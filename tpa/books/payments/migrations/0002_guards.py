"""Payments are never edited."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [AppendOnly("payments_payment"), AppendOnly("payments_paymentrun")]
