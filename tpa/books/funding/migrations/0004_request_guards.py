"""What was asked for stays as it was asked for; which deposit answered it too."""

from django.db import migrations

from tpa.infra.append_only import AppendOnly

STEPS = (
    "state",
    "requested_on",
    "due_on",
    "received_on",
    "released_on",
    "received_cents",
    "approved_by_id",
    "released_by_id",
    "withdrawn_note",
)


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_requests")]
    operations = [AppendOnly("funding_fundingrequest", may_set=STEPS), AppendOnly("funding_deposituse")]
