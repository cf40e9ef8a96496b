"""Whose rows are whose."""

from django.db import migrations

from tenants.operations import EmployerRows


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        EmployerRows("events_event", may_write=False),
        EmployerRows("events_endpoint", may_write=False),
        EmployerRows("events_delivery", may_write=False),
    ]
