"""Group numbers: each is one employer's."""

import django.db.models.deletion
from django.db import migrations, models

from tenants.operations import EmployerRows


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_read_by_employers"),
        ("tenants", "0003_situs"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="As it stands on the card.", max_length=50)),
                (
                    "plain",
                    models.CharField(
                        editable=False,
                        help_text="Its letters and digits alone: by them it is compared.",
                        max_length=50,
                        unique=True,
                    ),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.employer"
                    ),
                ),
            ],
            options={
                "ordering": ["employer", "number"],
            },
        ),
        EmployerRows("agreements_groupnumber", may_write=False),
    ]
