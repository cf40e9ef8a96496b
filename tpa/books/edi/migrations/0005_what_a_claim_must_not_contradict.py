"""What a claim must not contradict of the member whom it finds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edi", "0004_intake_reasons"),
    ]

    operations = [
        migrations.AddField(
            model_name="memberkey",
            name="mark",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Keyed hashes of the first name.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="memberkey",
            name="sex",
            field=models.CharField(blank=True, db_default="", default="", max_length=1),
        ),
        migrations.AlterField(
            model_name="intakeitem",
            name="reason",
            field=models.CharField(
                choices=[
                    ("none", "Nobody has this group, member number and birth date"),
                    ("several", "Several people have this member number and birth date"),
                    ("name", "Who has this number and birth date has another first name or sex"),
                    ("birth", "Who has this number and name has another birth date"),
                    ("number", "Who has this name and birth date has another number"),
                    ("closed", "The employer is not open for work"),
                ],
                max_length=8,
            ),
        ),
    ]
