"""Checks are printed from a file of the release; each printing is an event of the payment."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_check_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="payingterms",
            name="fraction",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The bank's fractional number, as it stands on its checks.",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="paymentevent",
            name="kind",
            field=models.CharField(help_text="The state that it came into, or printed.", max_length=9),
        ),
        migrations.AlterField(
            model_name="paymentfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("835", "Remittance advice (835)"),
                    ("ach", "Transfers (NACHA)"),
                    ("checks", "Checks issued and voided (positive pay)"),
                    ("paper", "Checks to be printed"),
                    ("trials", "Prenotes: transfers of nothing that try accounts (NACHA)"),
                ],
                max_length=6,
            ),
        ),
        AppendOnly("payments_payingterms", may_set=("approved_by_id", "approved_at")),
    ]
