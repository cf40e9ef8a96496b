"""Whose an overpayment is: one payment to the carrier may give back what came for several units."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stoploss", "0006_forfeited")]
    operations = [
        migrations.AddField(
            model_name="overpayment",
            name="contract_id",
            field=models.BigIntegerField(blank=True, help_text="Empty: made before this was kept.", null=True),
        ),
        migrations.AddField(
            model_name="overpayment",
            name="unit_id",
            field=models.BigIntegerField(blank=True, help_text="Member or family; 0 for the aggregate.", null=True),
        ),
        migrations.RemoveConstraint(model_name="overpayment", name="stop_loss_paid_back_once"),
        migrations.AddConstraint(
            model_name="overpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("paid_back", True)),
                fields=("reference", "contract_id", "unit_id"),
                name="stop_loss_paid_back_once_of_unit",
                nulls_distinct=False,
            ),
        ),
    ]
