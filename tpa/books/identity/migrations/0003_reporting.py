"""To whom people report: nobody hears an appeal against what his superior has decided."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tpa.infra.clock
from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_history")]

    operations = [
        migrations.CreateModel(
            name="Reporting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("superior_id", models.BigIntegerField(help_text="The person, whatever the login.", null=True)),
                ("entered_at", models.DateTimeField(default=tpa.infra.clock.now, editable=False)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reporting lines",
                "indexes": [models.Index(fields=["person_id", "-id"], name="reporting_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superior_id", None),
                            models.Q(("superior_id", models.F("person_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="reporting_to_another",
                    )
                ],
            },
        ),
        AppendOnly("identity_reporting"),
    ]
