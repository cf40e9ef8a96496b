"""The next invoice gives back what was left of a settled year."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0013_settlement_deposits")]
    operations = [
        migrations.AlterField(
            model_name="credit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("correction", "Correction of an earlier invoice"),
                    ("stop_loss", "Stop-loss reimbursement"),
                    ("refund", "Provider refund"),
                    ("rebate", "Drug rebate"),
                    ("subrogation", "Subrogation recovery"),
                    ("surplus", "Surplus of a settled year"),
                ],
                max_length=12,
            ),
        ),
    ]
