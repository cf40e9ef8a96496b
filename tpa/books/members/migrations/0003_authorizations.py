"""What was authorized for members; a row is never edited but for its end of being known."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from tpa.infra.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("members", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Authorization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("root_id", models.BigIntegerField()),
                ("number", models.CharField(max_length=50)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=20)),
                ("units_milli", models.BigIntegerField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "family",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.family",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorizations",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["family"], name="authorization_family")],
                "constraints": [
                    models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="authorization_has_days"),
                    models.UniqueConstraint(
                        condition=Q(superseded_at=None), fields=("member", "number"), name="authorization_number_once"
                    ),
                ],
            },
        ),
        AppendOnly("members_authorization", may_set=("superseded_at",)),
    ]
