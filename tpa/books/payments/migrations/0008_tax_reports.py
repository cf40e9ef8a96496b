"""What was reported of providers' years, and corrected; and in which remittance a refund was told."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0007_shared_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaxReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.IntegerField()),
                ("tax_id", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("payments_count", models.IntegerField()),
                ("paid_cents", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("original", "Original"), ("corrected", "Corrected")], max_length=9),
                ),
                ("reported_at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(help_text="Person; none: a program.", null=True)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "original")),
                        fields=("year", "tax_id"),
                        name="tax_report_one_original",
                    )
                ],
            },
        ),
        AppendOnly("payments_taxreport"),
        migrations.AddField(
            model_name="carriedbalance",
            name="told_by",
            field=models.ForeignKey(
                help_text="The payment whose 835 acknowledges the refund (PLB 72).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="told",
                to="payments.payment",
            ),
        ),
        AppendOnly("payments_carriedbalance", may_set=("taken_by_id", "refunded_on", "refund_reference", "told_by_id")),
    ]
