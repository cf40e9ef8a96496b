"""What was left of a funded year after its run-out, and what became of it. Tenant schema."""

from django.db import models


class Settlement(models.Model):
    """The settlement of one agreement's year. Never edited, never made twice."""

    agreement_id = models.BigIntegerField()
    starts_on = models.DateField()
    ends_before = models.DateField()
    settled_on = models.DateField()
    due_on = models.DateField(help_text="Last day for paying what it comes to.")
    owner = models.CharField(max_length=8, help_text="Who owns a surplus by the agreement: one party, or shared.")
    year = models.JSONField(help_text="The money of the year, in cents.")
    settled = models.JSONField(help_text="What it comes to, in cents.")
    settled_by_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (models.UniqueConstraint(fields=["starts_on"], name="settlement_once_a_year"),)

    def __str__(self) -> str:
        return f"settlement of {self.starts_on}"
