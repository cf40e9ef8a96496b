"""What an employer is asked for, and which deposits answered it. Tenant schema."""

from django.db import models
from django.db.models import F, Q


class FundingRequest(models.Model):
    """Money that is asked for: how much, for what, when and why. Its figures stay as they were when it was asked for."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Prepared"
        REQUESTED = "requested", "Requested"
        RECEIVED = "received", "Received"
        RELEASED = "released", "Released"
        WITHDRAWN = "withdrawn", "Withdrawn"

    number = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.PREPARED)
    model = models.CharField(max_length=12, help_text="The agreement's funding model.")
    prepared_on = models.DateField()
    requested_on = models.DateField(null=True)
    due_on = models.DateField(null=True, help_text="When the money should have come.")
    received_on = models.DateField(null=True, help_text="The day on which the last of it came.")
    released_on = models.DateField(null=True, help_text="From then on what it is for may be paid.")
    ledger_balance_cents = models.BigIntegerField(help_text="Free for claims when it was prepared.")
    outstanding_cents = models.BigIntegerField(help_text="Asked for before and not received.")
    candidate_cents = models.BigIntegerField(help_text="Approved and unpaid.")
    candidate_count = models.IntegerField()
    zero_pay_count = models.IntegerField(help_text="Approved, nothing to pay.")
    held_cents = models.BigIntegerField(help_text="What waits for this money.")
    held_count = models.IntegerField()
    needed_cents = models.BigIntegerField()
    top_up_cents = models.BigIntegerField(help_text="What restores the minimum balance.")
    requested_cents = models.BigIntegerField()
    received_cents = models.BigIntegerField(default=0)
    prepared_by_id = models.BigIntegerField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    withdrawn_note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(state="prepared"), name="funding_request_one_prepared"
            ),
            models.CheckConstraint(
                condition=Q(requested_cents=F("needed_cents") + F("top_up_cents")), name="funding_request_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(requested_cents__gt=0, received_cents__gte=0, received_cents__lte=F("requested_cents")),
                name="funding_request_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("received", "released")) | Q(received_cents=F("requested_cents")),
                name="funding_request_received_in_full",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def open_cents(self) -> int:
        """What has not come yet."""
        return self.requested_cents - self.received_cents


class DepositUse(models.Model):
    """How much of a deposit answered a request. Never edited."""

    deposit = models.ForeignKey("funding.Deposit", models.PROTECT, related_name="uses")
    request = models.ForeignKey(FundingRequest, models.PROTECT, related_name="uses")
    cents = models.BigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["deposit", "request"], name="deposit_use_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="deposit_use_is_positive"),
        )

    def __str__(self) -> str:
        return f"{self.cents} of {self.deposit_id} for {self.request_id}"
