"""An answer that is kept is given again as it was, and never searched: text, which nobody takes apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("infra", "0005_invoice_board")]
    operations = [
        migrations.AlterField(
            model_name="idempotencykey", name="body", field=models.TextField(help_text="As JSON.", null=True)
        ),
    ]
