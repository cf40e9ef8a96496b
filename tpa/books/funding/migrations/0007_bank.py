"""Bank statements, their entries, and what each is in the books."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0006_invoice_row_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.IntegerField(verbose_name="position")),
                ("posted_on", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("kind", models.CharField(max_length=7)),
                ("check_number", models.CharField(blank=True, max_length=20)),
                ("reference", models.CharField(blank=True, max_length=60)),
                ("text", models.CharField(blank=True, max_length=200)),
                ("found", models.CharField(help_text="How it was matched, or why it was not.", max_length=12)),
                (
                    "explanation",
                    models.CharField(
                        blank=True, help_text="What a person said of one without a match.", max_length=200
                    ),
                ),
                ("explained_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="BankMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ledger_entry_id", models.BigIntegerField(unique=True)),
                ("effective_on", models.DateField(help_text="Of the ledger's entry.")),
                ("cents", models.BigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="funding.bankentry"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file_hash",
                    models.CharField(help_text="SHA-256 of the file: the same file is loaded once.", max_length=64),
                ),
                ("position", models.IntegerField(help_text="Which statement of the file, from 1.")),
                ("name", models.CharField(max_length=120)),
                ("format", models.CharField(max_length=20)),
                ("account", models.CharField(blank=True, max_length=60)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("opening_cents", models.BigIntegerField()),
                ("closing_cents", models.BigIntegerField()),
                ("loaded_by_id", models.BigIntegerField(null=True)),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(fields=("file_hash", "position"), name="bank_statement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="bank_statement_days"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="bankentry",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="funding.bankstatement"
            ),
        ),
        migrations.AddIndex(
            model_name="bankentry",
            index=models.Index(fields=["found"], name="bank_entry_found"),
        ),
        migrations.AddConstraint(
            model_name="bankentry",
            constraint=models.UniqueConstraint(fields=("statement", "n"), name="bank_entry_position"),
        ),
    ]
