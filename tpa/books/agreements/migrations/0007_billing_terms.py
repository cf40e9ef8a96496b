"""How the invoices of an agreement are approved and paid."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0006_funding_terms"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="asoagreement",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="asoagreement",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="asoagreement",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="asoagreement",
            name="billing_terms",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="How invoices are approved and paid, in the form of engine/billing/terms: due, roll, alone_up_to_cents.",
            ),
        ),
        migrations.AddField(
            model_name="asoagreementevent",
            name="billing_terms",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="How invoices are approved and paid, in the form of engine/billing/terms: due, roll, alone_up_to_cents.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="asoagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."billing_terms", NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="6372404011d60d106aed9328d1e27f7f518dc9a2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6e7a2",
                    table="agreements_asoagreement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="asoagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."billing_terms", NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="e0dec4eff3868d5bad4401302c9422c70dd7e7a6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4372a",
                    table="agreements_asoagreement",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="asoagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (OLD."billing_terms", OLD."broker_id", OLD."created_at", OLD."currency", OLD."employer_id", OLD."ends_before", OLD."funding_model", OLD."funding_terms", OLD."id", OLD."number", OLD."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."services", OLD."signed_on", OLD."starts_on"); RETURN NULL;',
                    hash="d08eb719a0d4d7cd7d50839b0beecd95359eb368",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb6c0",
                    table="agreements_asoagreement",
                    when="AFTER",
                ),
            ),
        ),
    ]
