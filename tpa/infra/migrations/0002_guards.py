"""Whose rows are whose."""

from django.db import migrations

from tenants.operations import EmployerRows


class Migration(migrations.Migration):
    dependencies = [("infra", "0001_initial")]
    operations = [
        EmployerRows("infra_outboxevent"),
        EmployerRows("infra_job"),
        EmployerRows("infra_idempotencykey"),
        EmployerRows("infra_workitem"),
    ]
