"""Trading partners and the intake queue are the desk's work: an employer's role reads its own rows of them."""

from django.db import migrations

from tenants.operations import EmployerReads


class Migration(migrations.Migration):
    dependencies = [("edi", "0002_guards")]
    operations = [EmployerReads("edi_tradingpartner"), EmployerReads("edi_intakeitem")]
