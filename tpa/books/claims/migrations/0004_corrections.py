"""A new version keeps its place; what is closed for good; previews of corrections."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0003_claim_prices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("claim", "Claims decided again"),
                            ("void", "Claims taken back"),
                            ("ripple", "Later claims of a family"),
                            ("selection", "A selection of claims"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "Being computed"),
                            ("previewed", "To be applied or parked"),
                            ("applying", "Being applied"),
                            ("applied", "Applied"),
                            ("parked", "Parked: left as it was decided"),
                            ("stale", "Overtaken: nothing was applied"),
                        ],
                        default="preparing",
                        max_length=9,
                    ),
                ),
                ("why", models.CharField(help_text="Code of the reason.", max_length=20)),
                ("note", models.CharField(blank=True, max_length=400)),
                ("selection", models.JSONField(default=dict, help_text="What a selection selects by.")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=200)),
                ("signature", models.CharField(blank=True, max_length=64)),
                ("families_count", models.IntegerField(default=0)),
                ("changes_count", models.IntegerField(default=0)),
                ("payee_cents", models.BigIntegerField(default=0, help_text="What payees get more, or less.")),
                (
                    "gross_cents",
                    models.BigIntegerField(default=0, help_text="The same, every claim's without its sign."),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=200)),
                ("ended_note", models.CharField(blank=True, max_length=400)),
                ("job_id", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="place",
            field=models.IntegerField(
                help_text="The family's number whose place in the order this decision takes; null where it is its own.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="pend",
            name="original_id",
            field=models.BigIntegerField(
                help_text="The claim that this one corrects, as a person named it.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="pend",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("released", "Released: decide again"),
                    ("named", "The claim that it corrects was named: decide again"),
                    ("closed", "Closed: the claim was replaced or taken back"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("claim_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("replaced", "Replaced by a later claim"),
                            ("voided", "Taken back"),
                            ("void", "Takes back an earlier claim"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "by_claim_id",
                    models.BigIntegerField(help_text="The claim that replaced it or took it back.", null=True),
                ),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["by_claim_id"], name="closing_by_claim")],
            },
        ),
        migrations.CreateModel(
            name="CorrectedFamily",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "correction_id", "family_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("family_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "Being computed"),
                            ("previewed", "To be applied or parked"),
                            ("applying", "Being applied"),
                            ("applied", "Applied"),
                            ("parked", "Parked: left as it was decided"),
                            ("stale", "Overtaken: nothing was applied"),
                        ],
                        default="previewed",
                        max_length=9,
                    ),
                ),
                (
                    "claim_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="The claims that were named; the others follow.",
                        size=None,
                    ),
                ),
                (
                    "shown",
                    models.JSONField(
                        help_text="Changes, accumulators and stop-loss effect; see workflows.corrections."
                    ),
                ),
                (
                    "correction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="families",
                        to="claims.correction",
                    ),
                ),
            ],
        ),
        AppendOnly("claims_closing"),
        AppendOnly("claims_pend", may_set=["resolved_at", "resolved_by_id", "resolution", "note", "original_id"]),
    ]
