"""Receivables and notices are append-only; of a notice only its sending is added."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("stoploss", "0001_initial")]
    operations = [
        AppendOnly("stoploss_receivable"),
        AppendOnly("stoploss_stoplossnotice", may_set=("sent_at",)),
    ]
