"""Settlements of funded years; they stay as they were made."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0008_bank_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreement_id", models.BigIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                ("settled_on", models.DateField()),
                ("due_on", models.DateField(help_text="Last day for paying what it comes to.")),
                (
                    "owner",
                    models.CharField(
                        help_text="Who owns a surplus by the agreement: one party, or shared.", max_length=8
                    ),
                ),
                ("year", models.JSONField(help_text="The money of the year, in cents.")),
                ("settled", models.JSONField(help_text="What it comes to, in cents.")),
                ("settled_by_id", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-starts_on",),
                "constraints": [models.UniqueConstraint(fields=("starts_on",), name="settlement_once_a_year")],
            },
        ),
        AppendOnly("funding_settlement"),
    ]
