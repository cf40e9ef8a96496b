"""What falls back to the plan of a check that nobody cashed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stoploss", "0005_watches_and_advances")]
    operations = [
        migrations.AlterField(
            model_name="offset",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rebate", "Rebate"),
                    ("subrogation", "Subrogation"),
                    ("refund", "Refund"),
                    ("forfeited", "Check that fell back to the plan"),
                ],
                max_length=11,
            ),
        ),
    ]
