import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Broker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "npn",
                    models.CharField(
                        blank=True, help_text="National producer number.", max_length=10, verbose_name="NPN"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Carrier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "naic_number",
                    models.CharField(
                        blank=True, help_text="Company code in the US.", max_length=10, verbose_name="NAIC number"
                    ),
                ),
                (
                    "claims_email",
                    models.EmailField(blank=True, help_text="Where notices and filings go.", max_length=254),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="AsoAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="The number on the signed paper.", max_length=30)),
                ("starts_on", models.DateField()),
                (
                    "ends_before",
                    models.DateField(
                        default=datetime.date(9999, 12, 31), help_text="First day on which it no longer holds."
                    ),
                ),
                (
                    "services",
                    models.JSONField(default=list, help_text="What the TPA does, as a list of service codes."),
                ),
                (
                    "funding_model",
                    models.CharField(
                        choices=[
                            ("per_run", "Requested per payment run, released on receipt"),
                            ("imprest", "Minimum balance, replenished"),
                            ("as_cleared", "Drawn as checks clear"),
                            ("level", "Level funded"),
                            ("budgeted", "Budgeted monthly deposits"),
                            ("arrears", "Billed in arrears"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "pay_before_funded",
                    models.BooleanField(
                        default=False, help_text="Payments may leave before the employer's money has arrived."
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[("USD", "US dollar"), ("CAD", "Canadian dollar")], default="USD", max_length=3
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
                (
                    "broker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.broker",
                    ),
                ),
            ],
            options={
                "verbose_name": "ASO agreement",
                "ordering": ["employer", "-starts_on"],
            },
        ),
        migrations.CreateModel(
            name="AgreementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("medical", "Medical"),
                            ("dental", "Dental"),
                            ("vision", "Vision"),
                            ("drug", "Prescription drugs"),
                            ("std", "Short-term disability"),
                            ("ltd", "Long-term disability"),
                            ("extended_health", "Extended health care"),
                            ("life", "Life and AD&D"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "bearer",
                    models.CharField(
                        choices=[("employer", "Employer (self-funded)"), ("insurer", "Insurer (carved out)")],
                        max_length=8,
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="agreements.asoagreement"
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.carrier",
                    ),
                ),
            ],
            options={
                "ordering": ["line"],
            },
        ),
        migrations.CreateModel(
            name="FeeSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "name"],
            },
        ),
        migrations.CreateModel(
            name="FeeScheduleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "effective_on",
                    models.DateField(help_text="First month that is billed by this version (a first of month)."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")], default="draft", max_length=9
                    ),
                ),
                ("made_by_id", models.BigIntegerField(blank=True, help_text="User who wrote it.", null=True)),
                ("published_by_id", models.BigIntegerField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="agreements.feeschedule",
                    ),
                ),
            ],
            options={
                "ordering": ["schedule", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Fee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.PositiveIntegerField(verbose_name="position")),
                (
                    "code",
                    models.CharField(
                        help_text="Name of a fee type, for example pepm.", max_length=40, verbose_name="type"
                    ),
                ),
                ("label", models.CharField(help_text="How the invoice names it.", max_length=80)),
                ("terms", models.JSONField(help_text="Rates in cents or basis points, as the fee type wants them.")),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fees",
                        to="agreements.feescheduleversion",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "n"],
            },
        ),
        migrations.CreateModel(
            name="StopLossContract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="The carrier's policy number.", max_length=40)),
                ("starts_on", models.DateField(help_text="First day of the policy period.")),
                ("ends_before", models.DateField(help_text="First day after the policy period.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.carrier"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
            ],
            options={
                "verbose_name": "stop-loss contract",
                "ordering": ["employer", "-starts_on"],
            },
        ),
        migrations.CreateModel(
            name="StopLossContractVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField(help_text="The terms, in the form of engine/stoploss/contract.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("approved", "In force"),
                            ("rejected", "Rejected"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                (
                    "needs_second_person",
                    models.BooleanField(help_text="Claims of the period had begun when it was saved or approved."),
                ),
                ("made_by_id", models.BigIntegerField(help_text="Person who saved it.")),
                ("reason", models.CharField(blank=True, help_text="Why the terms changed.", max_length=200)),
                (
                    "decided_by_id",
                    models.BigIntegerField(blank=True, help_text="Person who approved or rejected it.", null=True),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="agreements.stoplosscontract",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
            ],
            options={
                "verbose_name": "stop-loss contract version",
                "ordering": ["contract", "-number"],
            },
        ),
        migrations.AddConstraint(
            model_name="asoagreement",
            constraint=models.UniqueConstraint(fields=("employer", "number"), name="aso_agreement_number"),
        ),
        migrations.AddConstraint(
            model_name="asoagreement",
            constraint=models.UniqueConstraint(fields=("employer", "starts_on"), name="aso_agreement_start"),
        ),
        migrations.AddConstraint(
            model_name="asoagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="aso_agreement_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementline",
            constraint=models.UniqueConstraint(fields=("agreement", "line"), name="agreement_line_once"),
        ),
        migrations.AddConstraint(
            model_name="agreementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bearer", "insurer"), ("carrier__isnull", False)),
                    models.Q(("bearer", "employer"), ("carrier__isnull", True)),
                    _connector="OR",
                ),
                name="agreement_line_insurer_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line__in", ["life", "extended_health"]), _negated=True),
                    ("bearer", "insurer"),
                    _connector="OR",
                ),
                name="agreement_line_unsuitable_carved_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="feeschedule",
            constraint=models.UniqueConstraint(fields=("employer",), name="fee_schedule_per_employer"),
        ),
        migrations.AddConstraint(
            model_name="feescheduleversion",
            constraint=models.UniqueConstraint(fields=("schedule", "number"), name="fee_schedule_version_number"),
        ),
        migrations.AddConstraint(
            model_name="feescheduleversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("schedule", "effective_on"),
                name="fee_schedule_effective_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.UniqueConstraint(fields=("version", "n"), name="fee_position"),
        ),
        migrations.AddConstraint(
            model_name="stoplosscontract",
            constraint=models.UniqueConstraint(
                fields=("employer", "number", "starts_on"), name="stop_loss_contract_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplosscontract",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="stop_loss_contract_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplosscontractversion",
            constraint=models.UniqueConstraint(fields=("contract", "number"), name="stop_loss_version_number"),
        ),
        migrations.AddConstraint(
            model_name="stoplosscontractversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by_id__isnull", True), ("state", "proposed")),
                    ("decided_by_id__isnull", False),
                    _connector="OR",
                ),
                name="stop_loss_version_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplosscontractversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("needs_second_person", True), ("state", "approved"), _negated=True),
                    models.Q(("decided_by_id", models.F("made_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="stop_loss_version_maker_is_not_checker",
            ),
        ),
    ]
