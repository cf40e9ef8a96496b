import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Credit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("correction", "Correction of an earlier invoice"),
                            ("stop_loss", "Stop-loss reimbursement"),
                            ("refund", "Provider refund"),
                            ("rebate", "Drug rebate"),
                            ("subrogation", "Subrogation recovery"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "against",
                    models.CharField(
                        choices=[
                            ("fee", "The TPA's fees"),
                            ("premium", "A carrier's premium"),
                            ("fund", "Money that is in the fund"),
                        ],
                        help_text="Who bears it.",
                        max_length=7,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="The fee type or premium that is given back.", max_length=40
                    ),
                ),
                ("cents", models.BigIntegerField()),
                ("description", models.CharField(max_length=200)),
                (
                    "reference",
                    models.CharField(help_text="The same reference is granted once.", max_length=60, unique=True),
                ),
                ("granted_on", models.DateField(help_text="It goes on the invoice of this month, or of a later one.")),
                ("granted_by_id", models.BigIntegerField(blank=True, null=True)),
                ("granted_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["granted_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(choices=[("fund", "Claims fund"), ("invoice", "Invoice payment")], max_length=8),
                ),
                ("received_on", models.DateField()),
                ("cents", models.BigIntegerField()),
                (
                    "reference",
                    models.CharField(
                        help_text="The bank's reference; the same one is recorded once.", max_length=60, unique=True
                    ),
                ),
                ("recorded_by_id", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-received_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="FundingInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="First day of the month that is billed.", unique=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("approved", "Approved"), ("final", "Final")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                ("due_on", models.DateField()),
                ("fees_cents", models.BigIntegerField(help_text="The TPA's fees.")),
                (
                    "premium_cents",
                    models.BigIntegerField(help_text="Stop-loss and other premium passed on to carriers."),
                ),
                ("claims_cents", models.BigIntegerField(help_text="Claims decided and to be paid.")),
                (
                    "credits_cents",
                    models.BigIntegerField(help_text="Credits, as a positive number; they reduce the total."),
                ),
                (
                    "total_cents",
                    models.BigIntegerField(
                        help_text="This month: fees + premium + claims - credits. Equals the ledger's entry."
                    ),
                ),
                (
                    "prior_balance_cents",
                    models.BigIntegerField(
                        help_text="Open from earlier invoices; negative where the employer is ahead."
                    ),
                ),
                ("amount_due_cents", models.BigIntegerField(help_text="Total + prior balance.")),
                ("agreement_id", models.BigIntegerField(help_text="ASO agreement in force.")),
                ("fee_schedule_version_id", models.BigIntegerField(blank=True, null=True)),
                ("stop_loss_version_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "basis",
                    models.JSONField(help_text="The census and the claim figures that the lines were computed from."),
                ),
                ("drafted_at", models.DateTimeField()),
                ("approved_by_id", models.BigIntegerField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("finalised_by_id", models.BigIntegerField(blank=True, null=True)),
                ("finalised_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-month"],
            },
        ),
        migrations.CreateModel(
            name="FundingInvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.PositiveIntegerField(verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fee", "Fee"), ("premium", "Premium"), ("claims", "Claims"), ("credit", "Credit")],
                        max_length=8,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Fee type, premium, line of coverage, or kind of credit.", max_length=40
                    ),
                ),
                (
                    "month",
                    models.DateField(
                        help_text="Month that the line is for: this one, or an earlier one that it corrects."
                    ),
                ),
                ("description", models.CharField(max_length=200)),
                ("quantity", models.BigIntegerField(blank=True, null=True)),
                ("rate", models.CharField(blank=True, help_text="As printed: 32.00, 3.5 %.", max_length=40)),
                ("cents", models.BigIntegerField(help_text="Negative for a credit.")),
                ("basis", models.JSONField(default=dict, help_text="Why: the rows and figures behind the amount.")),
            ],
            options={
                "ordering": ["invoice", "n"],
            },
        ),
        migrations.CreateModel(
            name="InvoiceRoster",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="roster",
                        serialize=False,
                        to="funding.fundinginvoice",
                    ),
                ),
                ("starts_on", models.DateField(help_text="First month that the rows are complete for.")),
                (
                    "rows",
                    models.JSONField(help_text="[[subscriber, line of coverage, tier, starts on, ends before], ...]"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="fundinginvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_cents",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("fees_cents"), "+", models.F("premium_cents")
                                ),
                                "+",
                                models.F("claims_cents"),
                            ),
                            "-",
                            models.F("credits_cents"),
                        ),
                    )
                ),
                name="invoice_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundinginvoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_due_cents",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total_cents"), "+", models.F("prior_balance_cents")
                        ),
                    )
                ),
                name="invoice_amount_due_adds_up",
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="funding.fundinginvoice",
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="funding.fundinginvoice",
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="invoice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="funding.fundinginvoice",
            ),
        ),
        migrations.AddField(
            model_name="fundinginvoiceline",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="funding.fundinginvoice"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="deposit_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="credit_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("against__in", ["fee", "premium"]), ("corrects__isnull", False), ("kind", "correction")),
                    models.Q(
                        models.Q(("kind", "correction"), _negated=True), ("against", "fund"), ("corrects__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="credit_correction_names_its_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundinginvoiceline",
            constraint=models.UniqueConstraint(fields=("invoice", "n"), name="invoice_line_position"),
        ),
    ]
