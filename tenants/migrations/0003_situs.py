"""Whose law holds for an employer's plan."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="employer",
            name="situs",
            field=models.CharField(
                blank=True,
                help_text="State or province whose law holds for its plan and its stop-loss contracts, such as OH.",
                max_length=2,
                validators=[django.core.validators.RegexValidator("^[A-Z]{2}\\Z", "Two capital letters.")],
            ),
        ),
    ]
