"""What people accumulated under another group and bring along; append-only."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("stoploss", "0007_overpaid_units"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract_id", models.BigIntegerField(help_text="Stop-loss contract that lets it go on.")),
                ("member_id", models.BigIntegerField()),
                ("family_id", models.BigIntegerField()),
                ("cents", models.BigIntegerField(help_text="Eligible there; negative: a correction.")),
                ("from_group", models.CharField(help_text="Name or number of the other group.", max_length=60)),
                ("as_of", models.DateField(help_text="The day up to which the other group has paid it.")),
                (
                    "document",
                    models.CharField(
                        help_text="What proves it, such as the other carrier's statement.", max_length=120
                    ),
                ),
                (
                    "reference",
                    models.CharField(help_text="The source's own id. Counts once.", max_length=60, unique=True),
                ),
                ("known_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "transferred accumulation",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cents", 0), _negated=True), name="stop_loss_transfer_changes_something"
                    )
                ],
            },
        ),
        AppendOnly("stoploss_transfer"),
    ]
