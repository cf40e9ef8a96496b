"""Injuries for which somebody else may be liable. Models of the claims book; see `models` for the others.

The lien of a case is not stored: it is what the live decisions of its linked lines pay. Stored is what was done about it.
"""

from django.db import models
from django.db.models import Q

from tpa.engine.coordination.subrogation import FeeTerms


class SubrogationCase(models.Model):
    """An injury of one member. Its terms are the plan's own; without a word on fees the plan bears its part of them."""

    class Cause(models.TextChoices):
        AUTO = "AA", "Motor accident"
        OTHER = "OA", "Other accident"
        WORK = "EM", "Work-related"

    member_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    accident_on = models.DateField(null=True, help_text="None where it is not known yet.")
    cause = models.CharField(max_length=2, choices=Cause, default=Cause.OTHER)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    asked_on = models.DateField(null=True, help_text="The questionnaire was sent to the member.")
    answered_on = models.DateField(null=True)
    answers = models.CharField(max_length=2000, blank=True, help_text="What the member has told.")
    liable = models.CharField(max_length=200, blank=True, help_text="Who is liable, and their insurer.")
    attorney = models.CharField(max_length=200, blank=True, help_text="Who acts for the member.")
    fee_terms = models.CharField(max_length=8, choices=[(one, one) for one in FeeTerms], default=FeeTerms.SILENT)
    made_whole = models.BooleanField(default=False, help_text="The member's whole loss comes first.")
    closed_on = models.DateField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    closing_note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["member_id", "accident_on"], condition=Q(closed_on=None), name="subrogation_case_once"
            ),
        )
        indexes = (models.Index(fields=["member_id"], name="subrogation_case_member"),)

    def __str__(self) -> str:
        return f"subrogation case {self.pk}"

    @property
    def state(self) -> str:
        """`closed`, `answered`, `asked` or `opened`."""
        if self.closed_on is not None:
            return "closed"
        return "answered" if self.answered_on else "asked" if self.asked_on else "opened"


class SubrogationLine(models.Model):
    """A line of a claim that belongs to a case, until it is taken out again. A line belongs to one case at a time."""

    case = models.ForeignKey(SubrogationCase, models.PROTECT, related_name="lines")
    claim_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    linked_at = models.DateTimeField()
    linked_by = models.CharField(max_length=200)
    unlinked_at = models.DateTimeField(null=True)
    unlinked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["claim_id", "number"], condition=Q(unlinked_at=None), name="subrogation_line_once"
            ),
        )

    def __str__(self) -> str:
        return f"claim {self.claim_id} line {self.number}"


class SubrogationSettlement(models.Model):
    """What the liable party pays, and what of it is the plan's: the last one of a case holds. Append-only."""

    case = models.ForeignKey(SubrogationCase, models.PROTECT, related_name="settlements")
    settled_on = models.DateField()
    settlement_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(help_text="The attorney's.")
    costs_cents = models.BigIntegerField()
    damages_cents = models.BigIntegerField(null=True, help_text="The member's whole loss, where it comes first.")
    lien_cents = models.BigIntegerField(help_text="The lien on that day.")
    fee_share_cents = models.BigIntegerField(help_text="The plan's part of the fee.")
    costs_share_cents = models.BigIntegerField()
    due_cents = models.BigIntegerField(help_text="What the plan recovers.")
    member_cents = models.BigIntegerField(help_text="What is left to the member; below zero where it is short.")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"settlement of case {self.case_id}"


class SubrogationRecovery(models.Model):
    """Money that came in for a case; below zero where a receipt is taken back. Append-only."""

    case = models.ForeignKey(SubrogationCase, models.PROTECT, related_name="recoveries")
    received_on = models.DateField()
    cents = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=~Q(cents=0), name="subrogation_recovery_is_something"),
            models.UniqueConstraint(fields=["case", "reference"], name="subrogation_recovery_once"),
        )

    def __str__(self) -> str:
        return f"recovery {self.pk} of case {self.case_id}"


class RecoveredPart(models.Model):
    """What of a recovery belongs to one decided line: so much less it has cost. Append-only; stop-loss reads it.

    `line` is the line of coverage as which stop-loss counts it.
    """

    recovery = models.ForeignKey(SubrogationRecovery, models.PROTECT, related_name="parts")
    decision_id = models.BigIntegerField()
    claim_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    member_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    line = models.CharField(max_length=10)
    service_on = models.DateField()
    received_on = models.DateField()
    cents = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["family_id"], name="recovered_part_family"),)

    def __str__(self) -> str:
        return f"{self.cents} of claim {self.claim_id} line {self.number}"
