"""Notices that a claimant is owed are a kind of their own: those to a stop-loss carrier had the same, and the same keys."""

from django.db import migrations

FORWARD = "UPDATE infra_workitem SET kind = 'claim_notice' WHERE kind = 'notice' AND queue = 'notices'"
BACKWARD = "UPDATE infra_workitem SET kind = 'notice' WHERE kind = 'claim_notice'"


class Migration(migrations.Migration):
    dependencies = [("infra", "0006_answers_as_text")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
