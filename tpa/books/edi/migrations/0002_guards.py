"""Whose rows are whose, and bytes that stay as they came."""

from django.db import migrations

from tenants.operations import EmployerRows
from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("edi", "0001_initial")]
    operations = [
        EmployerRows("edi_tradingpartner"),
        EmployerRows("edi_inboundfile"),
        EmployerRows("edi_filechunk"),
        EmployerRows("edi_acknowledgement"),
        EmployerRows("edi_memberkey"),
        EmployerRows("edi_intakeitem"),
        AppendOnly("edi_filechunk"),
        AppendOnly("edi_acknowledgement"),
    ]
