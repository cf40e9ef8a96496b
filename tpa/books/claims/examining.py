"""What people do about claims: decide otherwise than the rules. Models of the claims book; see `models` for the others."""

from django.db import models
from django.db.models import F, Q


class Override(models.Model):
    """What an examiner decides otherwise on lines of a claim. In force it is a fact of the claim.

    Above the proposer's authority a second person approves it; that it is another one the database holds, too.
    """

    claim_id = models.BigIntegerField()
    orders = models.JSONField(help_text="[[line_number, kind, rule, cents, group, carc], ...]")
    why = models.CharField(max_length=20, help_text="Code of the reason.")
    note = models.CharField(max_length=400)
    appeal_id = models.BigIntegerField(null=True, help_text="The appeal that it follows from.")
    amount_cents = models.BigIntegerField(help_text="What payees get otherwise by it, each claim's without its sign.")
    authority_cents = models.BigIntegerField(help_text="What the proposer may decide alone.")
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField(help_text="The person.")
    proposed_by = models.CharField(max_length=200)
    approved_by_id = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    in_force_at = models.DateTimeField(null=True)
    correction_id = models.BigIntegerField(null=True, help_text="The correction that it has led to.")
    ended_at = models.DateTimeField(null=True, help_text="Refused, or taken back.")
    ended_by_id = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(in_force_at=None) | Q(amount_cents__lte=F("authority_cents")) | ~Q(approved_by_id=None),
                name="override_within_authority",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id=None) | ~Q(approved_by_id=F("proposed_by_id")), name="override_four_eyes"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gte=0, authority_cents__gte=0), name="override_amounts"),
        )
        indexes = (models.Index(fields=["claim_id"], name="override_claim"),)
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"override {self.pk} of claim {self.claim_id}"

    @property
    def state(self) -> str:
        """`proposed`, `in_force`, `refused` or `taken_back`."""
        if self.in_force_at is None:
            return "proposed" if self.ended_at is None else "refused"
        return "in_force" if self.ended_at is None else "taken_back"
