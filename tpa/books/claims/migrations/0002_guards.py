"""Claims and decisions stay as they are; of a pend only its resolution may be written."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [
        AppendOnly("claims_claim"),
        AppendOnly("claims_claimline"),
        AppendOnly("claims_decision"),
        AppendOnly("claims_decisionline"),
        AppendOnly("claims_pend", may_set=["resolved_at", "resolved_by_id", "resolution", "note"]),
    ]
