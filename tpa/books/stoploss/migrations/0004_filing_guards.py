"""Filings, what happened to them, and what came back are append-only; of a notice only its sending is added."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("stoploss", "0003_filings")]
    operations = [
        AppendOnly("stoploss_filing"),
        AppendOnly("stoploss_filingevent"),
        AppendOnly("stoploss_overpayment"),
        AppendOnly("stoploss_offset"),
        AppendOnly("stoploss_stoplossnotice", may_set=("sent_at", "sent_by")),
    ]
