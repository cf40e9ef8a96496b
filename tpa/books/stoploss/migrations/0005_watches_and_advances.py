"""A watch that a person opens, and filings that ask ahead of payment."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("stoploss", "0004_filing_guards")]
    operations = [
        migrations.AddField(
            model_name="filing",
            name="ahead_from_cents",
            field=models.BigIntegerField(
                blank=True,
                help_text="Of an advance: the reimbursement that was owed or asked for before, from which on it asks ahead of payment.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="stoplossnotice",
            name="detail",
            field=models.CharField(
                blank=True,
                help_text="The diagnosis, the days of the stay, or why somebody opened it.",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="stoplossnotice",
            name="reason",
            field=models.CharField(
                choices=[
                    ("share", "Share of the deductible"),
                    ("diagnosis", "Diagnosis"),
                    ("confinement", "Stay in hospital"),
                    ("watch", "Watched"),
                ],
                default="share",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="stoplossnotice",
            name="opened_by",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Who opened it; empty: found by the sweep.",
                max_length=200,
            ),
        ),
        AppendOnly("stoploss_stoplossnotice", may_set=("sent_at", "sent_by")),
    ]
