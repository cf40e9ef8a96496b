"""An invoice is reviewed before it is approved, beyond the agreement's limit by another person; claims know where they
are taxed.
"""

from django.db import migrations, models
from django.db.models import F, Q

ISSUED_BEFORE = 2**62
"""Invoices from before were approved by one person, whatever they came to."""


class Migration(migrations.Migration):
    dependencies = [("funding", "0010_settlement_payouts")]
    operations = [
        migrations.AlterField(
            model_name="fundinginvoice",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("reviewed", "Reviewed"),
                    ("approved", "Approved"),
                    ("final", "Final"),
                ],
                default="draft",
                max_length=8,
            ),
        ),
        # A column's default fills the rows that are there without an UPDATE, which final invoices refuse.
        migrations.AddField(
            model_name="fundinginvoice",
            name="alone_up_to_cents",
            field=models.BigIntegerField(
                db_default=ISSUED_BEFORE,
                default=0,
                help_text="Beyond this total, by the agreement, two persons are needed.",
            ),
        ),
        migrations.AlterField(
            model_name="fundinginvoice",
            name="alone_up_to_cents",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="Beyond this total, by the agreement, two persons are needed."
            ),
        ),
        migrations.AddField(
            model_name="fundinginvoice",
            name="reviewed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="fundinginvoice",
            name="reviewed_by_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="billeddecision",
            name="place",
            field=models.CharField(
                db_default="",
                default="",
                help_text="State or province whose taxes it bears; empty: the situs.",
                max_length=2,
            ),
        ),
        migrations.AddConstraint(
            model_name="fundinginvoice",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("state__in", ("draft", "reviewed")),
                    ("total_cents__range", (-F("alone_up_to_cents"), F("alone_up_to_cents"))),
                    Q(
                        ("approved_by_id__isnull", False),
                        ("reviewed_by_id__isnull", False),
                        Q(("approved_by_id", F("reviewed_by_id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoice_reviewer_is_not_approver",
            ),
        ),
    ]
