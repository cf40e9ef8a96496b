"""What the stop-loss carrier is told and owes. Tenant schema.

Exposure is not stored: it is computed from the decisions whenever it is asked for. Stored is what was done about it.
"""

from django.db import models
from django.db.models import Q


class StopLossNotice(models.Model):
    """A person, employee or certificate reached a share of the specific deductible: the carrier is due a notice."""

    contract_id = models.BigIntegerField(help_text="Stop-loss contract.")
    contract_version_id = models.BigIntegerField(help_text="Version by which it was found.")
    unit_id = models.BigIntegerField(help_text="Member or family, as the contract counts.")
    threshold_bp = models.IntegerField(help_text="Share of the deductible that was reached, in basis points.")
    deductible_cents = models.BigIntegerField(help_text="The unit's deductible: specific, or its laser.")
    eligible_cents = models.BigIntegerField(help_text="Eligible amount when it was found.")
    basis = models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")
    found_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the carrier was told.")

    class Meta:
        verbose_name = "stop-loss notice"
        ordering = ["-found_at", "unit_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "unit_id", "threshold_bp"],
                name="stop_loss_notice_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.threshold_bp // 100} % of the deductible"


class Receivable(models.Model):
    """A change of what the carrier owes under a contract. The sum of a unit's rows is what is owed for it today.

    Append-only. Each row is one entry in the ledger; a reversed decision makes a negative one.
    """

    class Kind(models.TextChoices):
        SPECIFIC = "specific", "Specific"
        AGGREGATE = "aggregate", "Aggregate"

    contract_id = models.BigIntegerField()
    contract_version_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    unit_id = models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")
    number = models.PositiveIntegerField(help_text="Position in the unit's history.")
    cents = models.BigIntegerField(help_text="Change against what was owed before.")
    owed_cents = models.BigIntegerField(help_text="Owed for the unit after this row.")
    eligible_cents = models.BigIntegerField(help_text="Eligible amount that it follows from.")
    basis = models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["contract_id", "kind", "unit_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "kind", "unit_id", "number"],
                name="stop_loss_receivable_number",
            ),
            models.CheckConstraint(condition=~Q(cents=0), name="stop_loss_receivable_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} #{self.number}"
