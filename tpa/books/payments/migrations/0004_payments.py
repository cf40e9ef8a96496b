"""Runs that are approved, payments by payee, accounts, balances, files. Earlier claims were each a payment of their own."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_ONE_PAYMENT_A_CLAIM = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE payments_paymentrun SET alone_up_to_cents = paid_cents;
INSERT INTO payments_payment (id, run_id, payee, payee_tax_id, payee_npi, payee_name, family_id, method, account_key, number,
    amount_cents, amounts, issued_on, state)
SELECT p.id, p.run_id, p.payee, p.payee_tax_id, '', p.payee_name,
    CASE p.payee WHEN 'member' THEN coalesce((SELECT family_id FROM claims_claim c WHERE c.id = p.claim_id), 0) ELSE 0 END,
    'advice', '', '', p.amount_cents,
    coalesce((SELECT jsonb_agg(jsonb_build_array(line, cents) ORDER BY line) FROM (
        SELECT line_of_coverage AS line, sum(paid_cents) AS cents FROM claims_decisionline l
        WHERE l.decision_id = p.decision_id AND paid_cents <> 0 GROUP BY line_of_coverage) by_line), '[]'),
    p.issued_on, 'issued'
FROM payments_former p;
INSERT INTO payments_paymentevent (payment_id, kind, "on", recorded_at, note)
SELECT p.id, 'issued', p.issued_on, r.started_at, '' FROM payments_payment p JOIN payments_paymentrun r ON r.id = p.run_id;
INSERT INTO payments_claimpayment (id, payment_id, decision_id, claim_id, amount_cents, is_funded, issued_on)
SELECT id, id, decision_id, claim_id, amount_cents, false, issued_on FROM payments_former;
SELECT setval(pg_get_serial_sequence('payments_claimpayment', 'id'), max(id)) FROM payments_former HAVING max(id) > 0;
DROP TABLE payments_former;
SELECT setval(pg_get_serial_sequence('payments_payment', 'id'), max(id)) FROM payments_payment HAVING max(id) > 0;
SET CONSTRAINTS ALL DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_initial"),
        ("payments", "0003_claim_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimPayment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("decision_id", models.BigIntegerField()),
                ("claim_id", models.BigIntegerField()),
                ("amount_cents", models.BigIntegerField()),
                ("is_funded", models.BooleanField(default=False, help_text="The money was set aside before.")),
                (
                    "issued_on",
                    models.DateField(help_text="The paid date of stop-loss contracts; none while proposed.", null=True),
                ),
                (
                    "voided_on",
                    models.DateField(help_text="From then on the decision is to be settled anew.", null=True),
                ),
            ],
            options={"ordering": ("-id",)},
        ),
        migrations.CreateModel(
            name="CarriedBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("FB", "Carried to the next payment"),
                            ("WO", "Withheld after a time"),
                            ("LT", "Asked for by letter"),
                        ],
                        max_length=2,
                    ),
                ),
                ("claim_id", models.BigIntegerField(null=True)),
                ("cents", models.BigIntegerField()),
                (
                    "due_on",
                    models.DateField(help_text="Set off from this day on; none: asked for by letter.", null=True),
                ),
                ("refunded_on", models.DateField(null=True)),
                ("refund_reference", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payee", models.CharField(choices=[("provider", "Provider"), ("member", "Member")], max_length=8)),
                ("tax_id", models.CharField(blank=True, help_text="Of a provider.", max_length=20)),
                ("family_id", models.BigIntegerField(default=0, help_text="Of a member; 0 for a provider.")),
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
                ("made_by_id", models.BigIntegerField(help_text="Person.")),
                ("made_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(help_text="Another person.", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="PayingTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_name", models.CharField(max_length=60)),
                ("routing_number", models.CharField(max_length=9)),
                ("account_sealed", models.TextField(help_text="The account's number, encrypted.")),
                ("account_end", models.CharField(help_text="Its last digits.", max_length=4)),
                ("account_key", models.CharField(help_text="Keyed hash of routing number and number.", max_length=32)),
                (
                    "company_id",
                    models.CharField(help_text="The originator's number in ACH files: 1 and the EIN.", max_length=10),
                ),
                ("first_check_number", models.BigIntegerField(default=1001)),
                ("layout", models.CharField(help_text="The bank's form of positive pay files.", max_length=30)),
                (
                    "alone_up_to_cents",
                    models.BigIntegerField(help_text="A run up to this amount needs no second person."),
                ),
                (
                    "recoup_after_days",
                    models.IntegerField(default=0, help_text="Overpayments are set off after so many days."),
                ),
                ("stale_after_days", models.IntegerField(default=180)),
                (
                    "unclaimed_after_days",
                    models.IntegerField(default=365, help_text="From issue; then the money is not waited for."),
                ),
                (
                    "unclaimed_to",
                    models.CharField(
                        choices=[("plan", "Falls back to the plan"), ("state", "Goes to the state")],
                        default="plan",
                        max_length=5,
                    ),
                ),
                ("made_by_id", models.BigIntegerField(help_text="Person.")),
                ("made_at", models.DateTimeField()),
                ("approved_by_id", models.BigIntegerField(help_text="Another person.", null=True)),
                ("approved_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("payee", models.CharField(choices=[("provider", "Provider"), ("member", "Member")], max_length=8)),
                ("payee_tax_id", models.CharField(blank=True, max_length=20)),
                ("payee_npi", models.CharField(blank=True, max_length=20)),
                ("payee_name", models.CharField(blank=True, max_length=120)),
                (
                    "family_id",
                    models.BigIntegerField(default=0, help_text="Of a member who is paid; 0 for a provider."),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("check", "Check"),
                            ("ach", "Bank transfer"),
                            ("zero", "Nothing to pay"),
                            ("advice", "Issued by another party"),
                            ("letter", "Asked back by letter"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "account_key",
                    models.CharField(blank=True, help_text="Of the account that it is paid from.", max_length=32),
                ),
                (
                    "number",
                    models.CharField(
                        blank=True, help_text="The check's number, or the transfer's trace.", max_length=30
                    ),
                ),
                ("amount_cents", models.BigIntegerField()),
                (
                    "amounts",
                    models.JSONField(
                        help_text="[[line of coverage, cents], ...] of the amount; '' is what was set off."
                    ),
                ),
                ("issued_on", models.DateField(null=True)),
                ("state", models.CharField(default="proposed", max_length=9)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="The state that it came into.", max_length=9)),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(help_text="Person; none: a program or the clock.", null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("835", "Remittance advice (835)"),
                            ("ach", "Transfers (NACHA)"),
                            ("checks", "Checks issued and voided (positive pay)"),
                        ],
                        max_length=6,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                (
                    "sha256",
                    models.CharField(help_text="Of the bytes at release; asked for again at sending.", max_length=64),
                ),
                ("total_cents", models.BigIntegerField()),
                (
                    "payment_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="alone_up_to_cents",
            field=models.BigIntegerField(default=0, help_text="Beyond it two persons are needed."),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="approved_by_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="ended_note",
            field=models.CharField(blank=True, help_text="Why it was cancelled.", max_length=400),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="offset_cents",
            field=models.BigIntegerField(default=0, help_text="What payees owed back and was set off."),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="proposed_by_id",
            field=models.BigIntegerField(help_text="Person; none: a program or the clock.", null=True),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="released_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="released_by_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="paymentrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "To be approved"),
                    ("approved", "To be released"),
                    ("released", "Released"),
                    ("cancelled", "Cancelled"),
                ],
                default="released",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="paymentrun",
            name="paid_cents",
            field=models.BigIntegerField(default=0, help_text="What leaves, after what is set off."),
        ),
        migrations.AlterField(
            model_name="paymentrun",
            name="paid_count",
            field=models.IntegerField(default=0, help_text="Claims for which money is paid."),
        ),
        migrations.AddField(
            model_name="payment",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="payments.payeeaccount",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="reissue_of",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reissued_as",
                to="payments.payment",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="payments.paymentrun",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="terms",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="payments.payingterms",
            ),
        ),
        migrations.AddField(
            model_name="carriedbalance",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="carried", to="payments.payment"
            ),
        ),
        migrations.AddField(
            model_name="carriedbalance",
            name="taken_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="taken", to="payments.payment"
            ),
        ),
        migrations.AddField(
            model_name="paymentevent",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="payments.payment"
            ),
        ),
        migrations.AddField(
            model_name="paymentfile",
            name="run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="payments.paymentrun"
            ),
        ),
        migrations.AddField(
            model_name="claimpayment",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="payments.payment"
            ),
        ),
        migrations.RunSQL(_ONE_PAYMENT_A_CLAIM, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="paymentrun",
            constraint=models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(("state__in", ("proposed", "approved"))),
                name="payment_run_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_cents__lte", models.F("alone_up_to_cents")),
                    ("state__in", ("proposed", "cancelled")),
                    models.Q(
                        ("approved_by_id__isnull", False),
                        models.Q(("approved_by_id", models.F("proposed_by_id")), _negated=True),
                        models.Q(
                            models.Q(("released_by_id", None), ("state", "approved")),
                            models.Q(
                                ("released_by_id__isnull", False),
                                ("state", "released"),
                                models.Q(("released_by_id", models.F("proposed_by_id")), _negated=True),
                                models.Q(
                                    ("proposed_by_id__isnull", False),
                                    models.Q(("released_by_id", models.F("approved_by_id")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="payment_run_maker_is_not_checker",
            ),
        ),
        migrations.AddConstraint(
            model_name="payeeaccount",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="payeeaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("payee", "tax_id", "family_id"),
                name="payee_account_one_proposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="payingterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by_id", None),
                    models.Q(("approved_by_id", models.F("made_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="paying_terms_maker_is_not_checker",
            ),
        ),
        migrations.AddIndex(
            model_name="claimpayment",
            index=models.Index(fields=["claim_id"], name="claim_payment_claim"),
        ),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_on", None)), fields=("decision_id",), name="claim_payment_once_a_decision"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["payee_tax_id", "issued_on"], name="payment_payee"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_cents__gt", 0), ("method__in", ("check", "ach", "advice"))),
                    models.Q(("amount_cents", 0), ("method__in", ("zero", "letter"))),
                    _connector="OR",
                ),
                name="payment_amount_fits_method",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("account_key", "number"),
                name="payment_number_once_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", False), ("state__in", ("proposed", "cancelled")), _connector="OR"
                ),
                name="payment_issued_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="carriedbalance",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="carried_balance_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="carriedbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_by", None), ("refunded_on", None), _connector="OR"),
                name="carried_balance_recovered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="carriedbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", "LT"), _negated=True), ("taken_by", None), _connector="OR"),
                name="carried_balance_letter_is_not_set_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="carriedbalance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("refund_reference", ""), _negated=True),
                fields=("refund_reference",),
                name="carried_balance_refund_once",
            ),
        ),
    ]
