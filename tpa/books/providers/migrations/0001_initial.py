import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Network",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=120)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=120)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="PriceListVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("effective_on", models.DateField(help_text="First date of service at these prices.")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")], default="draft", max_length=9
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="providers.pricelist"
                    ),
                ),
            ],
            options={
                "ordering": ["price_list", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(help_text="Procedure or revenue code.", max_length=8)),
                ("modifier", models.CharField(blank=True, max_length=2)),
                ("place", models.CharField(blank=True, max_length=2, verbose_name="place of service")),
                ("amount_cents", models.BigIntegerField(blank=True, help_text="Per unit, in cents.", null=True)),
                (
                    "percent_of_charge_bp",
                    models.IntegerField(blank=True, help_text="In basis points: 6000 is 60 %.", null=True),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prices",
                        to="providers.pricelistversion",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "code", "modifier", "place"],
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "npi",
                    models.CharField(
                        blank=True,
                        help_text="National provider identifier, ten digits.",
                        max_length=10,
                        verbose_name="NPI",
                    ),
                ),
                (
                    "tax_id",
                    models.CharField(
                        blank=True,
                        help_text="EIN or SSN that payments report under.",
                        max_length=12,
                        verbose_name="tax id",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("specialty", models.CharField(blank=True, help_text="Taxonomy code.", max_length=10)),
            ],
            options={
                "ordering": ["name"],
                "indexes": [models.Index(fields=["tax_id"], name="provider_tax_id")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("npi", ""), _negated=True), fields=("npi",), name="provider_npi"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tier",
                    models.CharField(help_text="Tier name as plan documents use it, for example in.", max_length=30),
                ),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField(default=datetime.date(9999, 12, 31))),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="providers.network"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="providers.provider"
                    ),
                ),
            ],
            options={
                "ordering": ["network", "provider", "starts_on"],
            },
        ),
        migrations.CreateModel(
            name="ProviderContract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField(default=datetime.date(9999, 12, 31))),
                (
                    "network",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="providers.network",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="providers.pricelist"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contracts",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on"],
            },
        ),
        migrations.CreateModel(
            name="EmployerNetwork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField(default=datetime.date(9999, 12, 31))),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.employer"
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="employers", to="providers.network"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("employer", "network", "starts_on"), name="employer_network_start"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="employer_network_dates"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="pricelistversion",
            constraint=models.UniqueConstraint(fields=("price_list", "number"), name="price_list_version_number"),
        ),
        migrations.AddConstraint(
            model_name="pricelistversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("price_list", "effective_on"),
                name="price_list_effective_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.UniqueConstraint(fields=("version", "code", "modifier", "place"), name="price_once"),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_cents__gte", 0), ("percent_of_charge_bp__isnull", True)),
                    models.Q(("amount_cents__isnull", True), ("percent_of_charge_bp__gte", 0)),
                    _connector="OR",
                ),
                name="price_amount_or_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="networkmembership",
            constraint=models.UniqueConstraint(fields=("provider", "network", "starts_on"), name="membership_start"),
        ),
        migrations.AddConstraint(
            model_name="networkmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="membership_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="providercontract",
            constraint=models.CheckConstraint(
                condition=models.Q(("provider__isnull", True), ("network__isnull", True), _connector="XOR"),
                name="contract_provider_or_network",
            ),
        ),
        migrations.AddConstraint(
            model_name="providercontract",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="contract_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="providercontract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("provider__isnull", False)),
                fields=("provider", "starts_on"),
                name="contract_provider_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="providercontract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("network__isnull", False)),
                fields=("network", "starts_on"),
                name="contract_network_start",
            ),
        ),
    ]
