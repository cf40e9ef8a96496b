"""An employer's role sees its own row among the employers, and changes none."""

from django.db import migrations

from tenants.operations import EmployerRows


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        EmployerRows("tenants_employer", column="id", may_write=False),
        EmployerRows("tenants_domain", column="tenant_id", may_write=False),
    ]
