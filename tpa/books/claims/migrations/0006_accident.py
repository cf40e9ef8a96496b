"""The day of the accident that a claim is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_dental")]
    operations = [migrations.AddField("claim", "accident_on", models.DateField(null=True))]
