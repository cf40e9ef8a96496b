"""Payments of decided claims: only as far as the employer's deposits cover. Tenant schema."""

from django.db import models


class PaymentRun(models.Model):
    """One run: what was to be paid, what was paid, what had to wait for money."""

    run_on = models.DateField()
    started_at = models.DateTimeField()
    available_cents = models.BigIntegerField(help_text="The employer's unused deposits before the run.")
    paid_count = models.IntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    held_count = models.IntegerField(default=0)
    held_cents = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"run {self.id} of {self.run_on}"


class Payment(models.Model):
    """What a payee gets for one decision. One row a decision: paying twice is refused by the database."""

    class Payee(models.TextChoices):
        PROVIDER = "provider", "Provider"
        MEMBER = "member", "Member"

    id = models.BigAutoField(primary_key=True)
    decision_id = models.BigIntegerField(unique=True)
    claim_id = models.BigIntegerField()
    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="payments")
    payee = models.CharField(max_length=8, choices=Payee)
    payee_tax_id = models.CharField(max_length=20, blank=True)
    payee_name = models.CharField(max_length=120, blank=True)
    amount_cents = models.BigIntegerField()
    issued_on = models.DateField()

    class Meta:
        ordering = ("-id",)
        constraints = (models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="payment_is_positive"),)

    def __str__(self) -> str:
        return f"payment {self.id} for decision {self.decision_id}"
