"""Amounts that somebody else has counted; never edited."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("accumulators", "0002_guards")]
    operations = [
        migrations.AlterField("entry", "code", models.CharField(max_length=100)),
        migrations.AlterField("checkpoint", "code", models.CharField(max_length=100)),
        migrations.CreateModel(
            name="External",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=40)),
                ("source_ref", models.CharField(max_length=80)),
                ("family_id", models.BigIntegerField()),
                ("family_seq", models.IntegerField()),
                ("member_id", models.BigIntegerField()),
                ("line", models.CharField(max_length=10)),
                (
                    "name",
                    models.CharField(max_length=60, help_text="deductible.CODE, oop.CODE or limit.CODE of the plan."),
                ),
                ("service_on", models.DateField()),
                ("amount", models.BigIntegerField(help_text="As in an entry; below zero it takes back.")),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name_plural": "external amounts",
                "constraints": [
                    models.UniqueConstraint(fields=["source", "source_ref"], name="external_once_by_source"),
                    models.UniqueConstraint(fields=["family_id", "family_seq"], name="external_family_seq"),
                ],
            },
        ),
        AppendOnly("accumulators_external"),
    ]
