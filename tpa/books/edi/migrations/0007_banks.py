"""What is shared with banks: their forms of positive pay files, and the marks of the ACH files of a day."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("edi", "0006_test_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30)),
                ("text", models.TextField(help_text="TOML, as engine.paying.positive_pay reads it.")),
                ("loaded_by_id", models.BigIntegerField(help_text="Person; none: a program.", null=True)),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="AchFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "destination",
                    models.CharField(help_text="The bank's routing number (immediate destination).", max_length=9),
                ),
                ("origin", models.CharField(help_text="The originator's number (immediate origin).", max_length=10)),
                ("created_on", models.DateField(help_text="As the file's header says.")),
                ("nth", models.IntegerField(help_text="0 for the first of the day.")),
                ("employer_id", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("destination", "origin", "created_on", "nth"), name="ach_file_one_mark_a_day"
                    )
                ],
            },
        ),
        AppendOnly("edi_banklayout"),
        AppendOnly("edi_achfile"),
    ]
