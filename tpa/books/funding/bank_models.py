"""What the bank says of the employer's account, and which movement of the books each entry is. Tenant schema."""

from django.db import models
from django.db.models import Q


class BankStatement(models.Model):
    """A statement of one file. The next one begins with the balance that this one ends with."""

    file_hash = models.CharField(max_length=64, help_text="SHA-256 of the file: the same file is loaded once.")
    position = models.IntegerField(help_text="Which statement of the file, from 1.")
    name = models.CharField(max_length=120)
    format = models.CharField(max_length=20)
    account = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    opening_cents = models.BigIntegerField()
    closing_cents = models.BigIntegerField()
    loaded_by_id = models.BigIntegerField(null=True)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=["file_hash", "position"], name="bank_statement_once"),
            models.CheckConstraint(condition=Q(starts_on__lte=models.F("ends_on")), name="bank_statement_days"),
        )

    def __str__(self) -> str:
        return f"{self.name} to {self.ends_on}"


class BankEntry(models.Model):
    """A line of a statement; above zero came in. What is not matched waits for a person."""

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="entries")
    n = models.IntegerField("position")
    posted_on = models.DateField()
    cents = models.BigIntegerField()
    kind = models.CharField(max_length=7)
    check_number = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=200, blank=True)
    found = models.CharField(max_length=12, help_text="How it was matched, or why it was not.")
    explanation = models.CharField(max_length=200, blank=True, help_text="What a person said of one without a match.")
    explained_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["statement", "n"], name="bank_entry_position"),)
        indexes = (models.Index(fields=["found"], name="bank_entry_found"),)

    def __str__(self) -> str:
        return f"{self.posted_on} {self.cents}"


class BankMatch(models.Model):
    """A ledger entry on cash that the bank has shown. Never edited."""

    entry = models.ForeignKey(BankEntry, models.PROTECT, related_name="matches")
    ledger_entry_id = models.BigIntegerField(unique=True)
    effective_on = models.DateField(help_text="Of the ledger's entry.")
    cents = models.BigIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"bank {self.entry_id}, ledger {self.ledger_entry_id}"
