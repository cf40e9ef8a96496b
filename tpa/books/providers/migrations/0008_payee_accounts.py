"""Payees' bank accounts are the TPA's: a provider is paid for many employers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0007_sanctions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "employer_id",
                    models.BigIntegerField(help_text="Whose member's it is; none: a provider's.", null=True),
                ),
                ("payee", models.CharField(choices=[("provider", "Provider"), ("member", "Member")], max_length=8)),
                ("tax_id", models.CharField(blank=True, help_text="Of a provider.", max_length=20)),
                (
                    "family_id",
                    models.BigIntegerField(
                        default=0, help_text="Of a member, in the employer's books; 0 for a provider."
                    ),
                ),
                ("holder", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("checking", "Checking"), ("savings", "Savings")], default="checking", max_length=8
                    ),
                ),
                ("routing_number", models.CharField(max_length=9)),
                ("account_sealed", models.TextField(help_text="The account's number, encrypted.")),
                ("account_end", models.CharField(help_text="Its last digits.", max_length=4)),
                (
                    "call_back",
                    models.CharField(help_text="Whom one has called, at which number known before.", max_length=200),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "To be approved"),
                            ("approved", "Approved"),
                            ("refused", "Refused, or sent back by the bank"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("usable_on", models.DateField(help_text="The first day on which money goes there.")),
                ("prenoted_on", models.DateField(help_text="When an entry of nothing was sent to try it.", null=True)),
                ("made_by_id", models.BigIntegerField(help_text="Person.")),
                ("made_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(help_text="Another person.", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_by_id__isnull", False),
                                models.Q(("decided_by_id", models.F("made_by_id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payee_account_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("employer_id", None),
                                ("family_id", 0),
                                ("payee", "provider"),
                                models.Q(("tax_id", ""), _negated=True),
                            ),
                            models.Q(
                                ("employer_id__isnull", False),
                                ("family_id__gt", 0),
                                ("payee", "member"),
                                ("tax_id", ""),
                            ),
                            _connector="OR",
                        ),
                        name="payee_account_of_one_payee",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("payee", "tax_id", "employer_id", "family_id"),
                        name="payee_account_one_proposed",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
