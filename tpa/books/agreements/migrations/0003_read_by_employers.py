"""An employer reads what was agreed with it; the TPA's desk alone writes it."""

from django.db import migrations

from tenants.operations import EmployerReads


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_guards")]
    operations = [
        EmployerReads(f"agreements_{table}")
        for table in (
            "asoagreement",
            "agreementline",
            "feeschedule",
            "feescheduleversion",
            "fee",
            "stoplosscontract",
            "stoplosscontractversion",
        )
    ]
