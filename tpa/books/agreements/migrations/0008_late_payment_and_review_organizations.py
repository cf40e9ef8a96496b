"""What an agreement promises for claims paid late; the organizations to which external reviews go in turn."""

import datetime

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0007_billing_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewOrganization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("accreditation", models.CharField(help_text="Who accredits it, and its number there.", max_length=60)),
                ("starts_on", models.DateField()),
                (
                    "ends_before",
                    models.DateField(
                        default=datetime.date(9999, 12, 31),
                        help_text="First day on which no more reviews go to it; leave the year 9999 for none.",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ReviewOrganizationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("accreditation", models.CharField(help_text="Who accredits it, and its number there.", max_length=60)),
                ("starts_on", models.DateField()),
                (
                    "ends_before",
                    models.DateField(
                        default=datetime.date(9999, 12, 31),
                        help_text="First day on which no more reviews go to it; leave the year 9999 for none.",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
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
            name="late_payment_terms",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Interest on claims paid late, in the form of engine/adjudication/interest: none, as a self-funded plan under ERISA owes it by agreement only.",
            ),
        ),
        migrations.AddField(
            model_name="asoagreementevent",
            name="late_payment_terms",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Interest on claims paid late, in the form of engine/adjudication/interest: none, as a self-funded plan under ERISA owes it by agreement only.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="asoagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "late_payment_terms", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."billing_terms", NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."late_payment_terms", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="84274e74bf4ff4a4ba4fc74b3cc1153f22045cfb",
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
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "late_payment_terms", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (NEW."billing_terms", NEW."broker_id", NEW."created_at", NEW."currency", NEW."employer_id", NEW."ends_before", NEW."funding_model", NEW."funding_terms", NEW."id", NEW."late_payment_terms", NEW."number", NEW."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."services", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash="2ac62fcd33bed658651c97724a909e28e3a57fdf",
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
                    func='INSERT INTO "agreements_asoagreementevent" ("billing_terms", "broker_id", "created_at", "currency", "employer_id", "ends_before", "funding_model", "funding_terms", "id", "late_payment_terms", "number", "pay_before_funded", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "services", "signed_on", "starts_on") VALUES (OLD."billing_terms", OLD."broker_id", OLD."created_at", OLD."currency", OLD."employer_id", OLD."ends_before", OLD."funding_model", OLD."funding_terms", OLD."id", OLD."late_payment_terms", OLD."number", OLD."pay_before_funded", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."services", OLD."signed_on", OLD."starts_on"); RETURN NULL;',
                    hash="7f2e3e4c5f5805da0a1cdf28b45c769eaba65742",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb6c0",
                    table="agreements_asoagreement",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="revieworganization",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lt", models.F("ends_before"))), name="review_organization_dates"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revieworganization",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_revieworganizationevent" ("accreditation", "ends_before", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."accreditation", NEW."ends_before", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."starts_on"); RETURN NULL;',
                    hash="7d0a1b6d5105d2144206844b9b4d6b70d3e63dba",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_69a97",
                    table="agreements_revieworganization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revieworganization",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "agreements_revieworganizationevent" ("accreditation", "ends_before", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."accreditation", NEW."ends_before", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."starts_on"); RETURN NULL;',
                    hash="48a7bd95abf2c879b38f9a78439d12f202bd58bf",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_73c94",
                    table="agreements_revieworganization",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revieworganization",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "agreements_revieworganizationevent" ("accreditation", "ends_before", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (OLD."accreditation", OLD."ends_before", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."starts_on"); RETURN NULL;',
                    hash="0e0c23d2df0a4a038ae0343a909e4e211211f5a9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1e68d",
                    table="agreements_revieworganization",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="revieworganizationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history",
                to="agreements.revieworganization",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="revieworganizationevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ae342bd3acce4a07ab160fab8129232d1b3cf46a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1a71d",
                    table="agreements_revieworganizationevent",
                    when="BEFORE",
                ),
            ),
        ),
    ]
