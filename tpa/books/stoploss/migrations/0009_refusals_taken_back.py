"""A refusal goes with the claim that it was of; append-only."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("stoploss", "0008_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusalTakenBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("specific", "Specific"), ("aggregate", "Aggregate")], max_length=9),
                ),
                ("unit_id", models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")),
                ("cents", models.BigIntegerField()),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "refusal taken back",
                "verbose_name_plural": "refusals taken back",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cents", 0), _negated=True), name="stop_loss_taken_back_changes_something"
                    )
                ],
            },
        ),
        AppendOnly("stoploss_refusaltakenback"),
    ]
