"""Interest that is paid with claims that are late."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_tax_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="claimpayment",
            name="days_late",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="claimpayment",
            name="interest_cents",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="Paid besides because the claim is paid late; below zero: taken back.",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="amounts",
            field=models.JSONField(
                help_text="[[line of coverage or interest, cents], ...] of the amount; '' is what was set off."
            ),
        ),
        AppendOnly("payments_claimpayment", may_set=("issued_on", "voided_on")),
    ]
