"""The figures of an agreement's funding model."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_history"),
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
            name="funding_terms",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="The model's figures, in the form of engine/funding/terms: minimum balance, deposits, settlement.",
            ),
        ),
        migrations.AddField(
            model_name="asoagreementevent",
            name="funding_terms",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="The model's figures, in the form of engine/funding/terms: minimum balance, deposits, settlement.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="asoagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_asoagreementevent" ("broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="73f5b167adbb2d3e69932a1ac05a65aa3022f9ab",
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
                    func='INSERT INTO "agreements_asoagreementevent" ("broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="c4cb843e12db2a8059afe38fd15715aeafbfc5cc",
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
                    func='INSERT INTO "agreements_asoagreementevent" ("broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (OLD."broker_id", OLD."created_at", OLD."currency", OLD."employer_id", OLD."ends_before", OLD."funding_model", OLD."funding_terms", OLD."id", OLD."number", OLD."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."services", OLD."signed_on", OLD."starts_on"); RETURN NULL;',
                    hash="0e159b957d635cdb10cc028f59998f78476941c8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb6c0",
                    table="agreements_asoagreement",
                    when="AFTER",
                ),
            ),
        ),
    ]
