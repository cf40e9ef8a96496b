"""A check keeps the address that it goes to; a run says what waits because none is known."""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0011_whole_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="mail_to",
            field=models.JSONField(
                help_text="Of a check or letter: where it goes, as it was when it was proposed.", null=True
            ),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="unmailed_cents",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="unmailed_count",
            field=models.IntegerField(
                db_default=0, default=0, help_text="Claims held because no address is known for the check."
            ),
        ),
        AppendOnly(
            "payments_paymentrun",
            may_set=("state", "approved_by_id", "approved_at", "released_by_id", "released_at", "ended_note"),
        ),
        AppendOnly("payments_payment", may_set=("state", "number", "issued_on")),
    ]
