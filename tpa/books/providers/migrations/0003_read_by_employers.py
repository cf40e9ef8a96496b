"""Which networks an employer has is said at the TPA's desk; the employer's role reads it."""

from django.db import migrations

from tenants.operations import EmployerReads


class Migration(migrations.Migration):
    dependencies = [("providers", "0002_guards")]
    operations = [EmployerReads("providers_employernetwork")]
