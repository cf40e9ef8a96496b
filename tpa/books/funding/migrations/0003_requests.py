"""Funding requests, and the deposits that answer them."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="FundingRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Prepared"),
                            ("requested", "Requested"),
                            ("received", "Received"),
                            ("released", "Released"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="prepared",
                        max_length=9,
                    ),
                ),
                ("model", models.CharField(help_text="The agreement's funding model.", max_length=12)),
                ("prepared_on", models.DateField()),
                ("requested_on", models.DateField(null=True)),
                ("due_on", models.DateField(help_text="When the money should have come.", null=True)),
                ("received_on", models.DateField(help_text="The day on which the last of it came.", null=True)),
                ("released_on", models.DateField(help_text="From then on what it is for may be paid.", null=True)),
                ("ledger_balance_cents", models.BigIntegerField(help_text="Free for claims when it was prepared.")),
                ("outstanding_cents", models.BigIntegerField(help_text="Asked for before and not received.")),
                ("candidate_cents", models.BigIntegerField(help_text="Approved and unpaid.")),
                ("candidate_count", models.IntegerField()),
                ("zero_pay_count", models.IntegerField(help_text="Approved, nothing to pay.")),
                ("held_cents", models.BigIntegerField(help_text="What waits for this money.")),
                ("held_count", models.IntegerField()),
                ("needed_cents", models.BigIntegerField()),
                ("top_up_cents", models.BigIntegerField(help_text="What restores the minimum balance.")),
                ("requested_cents", models.BigIntegerField()),
                ("received_cents", models.BigIntegerField(default=0)),
                ("prepared_by_id", models.BigIntegerField(null=True)),
                ("approved_by_id", models.BigIntegerField(null=True)),
                ("released_by_id", models.BigIntegerField(null=True)),
                ("withdrawn_note", models.CharField(blank=True, max_length=200)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=models.Q(("state", "prepared")), name="funding_request_one_prepared"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "requested_cents",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("needed_cents"), "+", models.F("top_up_cents")
                                ),
                            )
                        ),
                        name="funding_request_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("received_cents__gte", 0),
                            ("received_cents__lte", models.F("requested_cents")),
                            ("requested_cents__gt", 0),
                        ),
                        name="funding_request_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("received", "released")), _negated=True),
                            ("received_cents", models.F("requested_cents")),
                            _connector="OR",
                        ),
                        name="funding_request_received_in_full",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepositUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="funding.deposit"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="funding.fundingrequest"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("deposit", "request"), name="deposit_use_once"),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="deposit_use_is_positive"),
                ],
            },
        ),
    ]
