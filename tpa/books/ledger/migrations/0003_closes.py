"""Closed months, and the balances rolled up at each close."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("closed", "Closed"), ("reopened", "Reopened")], max_length=8)),
                ("month", models.DateField(help_text="Its first day.")),
                ("closed_before", models.DateField(help_text="First day that is open from then on.")),
                ("by_id", models.BigIntegerField(help_text="Person. A month is not reopened by who closed it.")),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, help_text="Why it was reopened.", max_length=400)),
                (
                    "proof",
                    models.JSONField(
                        default=list, help_text="What was compared, with both figures and what was explained."
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "closed"),
                            models.Q(("kind", "reopened"), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="ledger_reopened_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RolledBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=4)),
                ("dimension", models.CharField(blank=True, max_length=40)),
                ("debit_cents", models.BigIntegerField()),
                ("credit_cents", models.BigIntegerField(help_text="As a positive number.")),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="balances", to="ledger.monthclose"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("close", "account", "dimension"), name="ledger_rolled_balance_once")
                ],
            },
        ),
    ]
