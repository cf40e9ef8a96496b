"""How long claimants have: for information, for evidence of an appeal; external review before the plan's own levels are over.

A correction keeps the person who made it, whatever the login.
"""

from django.db import migrations, models

from tpa.infra.append_only import AppendOnly

APPEAL = [
    "due_on", "due_at", "extended_on", "extension_reason", "paused_until_on", "reviewer", "assigned_at", "file_by_on",
    "decided_at", "decided_by_id", "decided_by", "outcome", "rationale", "correction_id",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0013_wrong_filings_and_ongoing_treatments"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="appeal", name="appeal_once"),
        migrations.RemoveConstraint(model_name="appeal", name="appeal_one_open_a_claim"),
        migrations.AddField(
            model_name="appeal",
            name="exhausted_by",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="External, before the plan's own levels are over: what makes it so.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="file_by_on",
            field=models.DateField(help_text="External: until when the organization gets the plan's file.", null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="paused_until_on",
            field=models.DateField(help_text="The claimant may answer until then; time stands still.", null=True),
        ),
        migrations.AddField(
            model_name="correction",
            name="made_by_id",
            field=models.BigIntegerField(help_text="The person, whatever the login.", null=True),
        ),
        migrations.AlterField(
            model_name="appealnote",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note"),
                    ("document", "Document received"),
                    ("shared", "Evidence shared with the claimant"),
                    ("answered", "Claimant answered"),
                    ("sent", "File sent to the review organization"),
                    ("assigned", "Review organization, in turn"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="clockstep",
            name="ends_at",
            field=models.DateTimeField(
                help_text="When a treatment ends: as it was approved (taken as ongoing), or earlier (reduced);"
                " or the claimant's time.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="clockstep",
            name="kind",
            field=models.CharField(
                choices=[
                    ("classified", "Taken as"),
                    ("requested", "Information asked of the claimant"),
                    ("supplied", "Information came"),
                    ("extended", "Extension told"),
                    ("misfiled", "Not filed by the plan's procedures"),
                    ("told", "Claimant told how to file"),
                    ("refiled", "Filed anew"),
                    ("reduced", "Claimant told that the treatment ends early"),
                    ("notified", "Claimant told of the decision"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome__in", ["withdrawn", "not_eligible"]), _negated=True),
                fields=("claim_id", "decision_id", "stage"),
                name="appeal_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None), models.Q(("stage", "external"), _negated=True)),
                fields=("claim_id",),
                name="appeal_one_open_at_the_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None), ("stage", "external")),
                fields=("claim_id",),
                name="appeal_one_open_outside",
            ),
        ),
        AppendOnly("claims_appeal", may_set=APPEAL),
    ]
