"""The deficit of a settled year is a deposit of its own kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0012_invoice_review_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deposit",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("fund", "Claims fund"),
                    ("invoice", "Invoice payment"),
                    ("settle", "Deficit of a settled year"),
                ],
                max_length=8,
            ),
        ),
    ]
