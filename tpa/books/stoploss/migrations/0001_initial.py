from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Receivable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract_id", models.BigIntegerField()),
                ("contract_version_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("specific", "Specific"), ("aggregate", "Aggregate")], max_length=9),
                ),
                ("unit_id", models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")),
                ("number", models.PositiveIntegerField(help_text="Position in the unit's history.")),
                ("cents", models.BigIntegerField(help_text="Change against what was owed before.")),
                ("owed_cents", models.BigIntegerField(help_text="Owed for the unit after this row.")),
                ("eligible_cents", models.BigIntegerField(help_text="Eligible amount that it follows from.")),
                ("basis", models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")),
                ("posted_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["contract_id", "kind", "unit_id", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contract_id", "kind", "unit_id", "number"), name="stop_loss_receivable_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cents", 0), _negated=True), name="stop_loss_receivable_changes_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract_id", models.BigIntegerField(help_text="Stop-loss contract.")),
                ("contract_version_id", models.BigIntegerField(help_text="Version by which it was found.")),
                ("unit_id", models.BigIntegerField(help_text="Member or family, as the contract counts.")),
                (
                    "threshold_bp",
                    models.IntegerField(help_text="Share of the deductible that was reached, in basis points."),
                ),
                (
                    "deductible_cents",
                    models.BigIntegerField(help_text="The unit's deductible: specific, or its laser."),
                ),
                ("eligible_cents", models.BigIntegerField(help_text="Eligible amount when it was found.")),
                ("basis", models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")),
                ("found_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the carrier was told.", null=True)),
            ],
            options={
                "verbose_name": "stop-loss notice",
                "ordering": ["-found_at", "unit_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contract_id", "unit_id", "threshold_bp"), name="stop_loss_notice_once"
                    )
                ],
            },
        ),
    ]
