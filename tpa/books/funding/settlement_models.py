"""What was left of a funded year after its run-out, and what became of it. Tenant schema."""

from django.db import models
from django.db.models import Q

from tpa.engine.funding.settlement import Settled


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

    @property
    def payable(self) -> dict[str, int]:
        """Party -> cents that the settlement owes it."""
        return Settled(**self.settled).payable_cents

    @property
    def unpaid(self) -> dict[str, int]:
        """What of that has not been paid out."""
        paid = {one.party for one in self.payouts.all()}
        return {party: cents for party, cents in self.payable.items() if party not in paid}


class SettlementPayout(models.Model):
    """What a settlement owes a party has left the fund, whole and once."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payouts")
    party = models.CharField(max_length=8)
    cents = models.BigIntegerField()
    paid_on = models.DateField()
    reference = models.CharField(max_length=60)
    by_id = models.BigIntegerField(help_text="Person; not who settled the year.")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["settlement", "party"], name="settlement_paid_once_a_party"),
            models.CheckConstraint(condition=~Q(cents=0), name="settlement_payout_is_something"),
        )

    def __str__(self) -> str:
        return f"{self.party} of {self.settlement_id}"
