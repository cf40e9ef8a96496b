"""The invoices of a month, and what brokers get, across employers: for the desk."""

from django.db import migrations, models

from tenants.operations import EmployerRows


class Migration(migrations.Migration):
    dependencies = [
        ("infra", "0004_clocks"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employer_id", models.BigIntegerField()),
                ("invoice_id", models.BigIntegerField()),
                ("number", models.CharField(max_length=30)),
                ("month", models.DateField()),
                ("state", models.CharField(max_length=8)),
                ("currency", models.CharField(max_length=3)),
                ("total_cents", models.BigIntegerField()),
                ("before_cents", models.BigIntegerField(null=True)),
                ("share_bp", models.BigIntegerField(null=True)),
                ("causes", models.JSONField(default=dict)),
                ("second_person", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["month", "-share_bp"], name="board_invoice_month")],
                "constraints": [models.UniqueConstraint(fields=("employer_id", "month"), name="board_invoice_once")],
            },
        ),
        EmployerRows("infra_boardinvoice"),
        migrations.CreateModel(
            name="BrokerPay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employer_id", models.BigIntegerField()),
                ("invoice_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("broker", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=10)),
                ("fee", models.CharField(max_length=80)),
                ("cents", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["month"], name="broker_pay_month")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employer_id", "invoice_id", "broker", "kind", "fee"), name="broker_pay_once"
                    )
                ],
            },
        ),
        EmployerRows("infra_brokerpay"),
    ]
