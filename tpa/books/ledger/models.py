"""The employer's general ledger: double entry in whole cents, append-only, sealed. Tenant schema.

No other book imports these models. Money gets in by `services.post_entries`, figures come out of `selectors`.
The chart of accounts is code: `engine.journal.accounts.CHART`.

The database itself refuses an entry that does not balance, a second writing to an entry, an edit and a removal
(`sql/balance.sql` and the append-only guards of the migration).
"""

from django.db import models


class Entry(models.Model):
    """One business event in the books. `(event, source_kind, source_id)` makes posting it twice impossible."""

    id = models.BigAutoField(primary_key=True)
    event = models.CharField(max_length=32, help_text="The recipe that made it, for example claim_approved.")
    source_kind = models.CharField(max_length=24, help_text="What it comes from: decision, payment, invoice, deposit.")
    source_id = models.BigIntegerField()
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = (models.UniqueConstraint(fields=["source_id", "source_kind", "event"], name="ledger_entry_once"),)

    def __str__(self) -> str:
        return f"{self.event} {self.source_kind} {self.source_id}"


class Posting(models.Model):
    """One side of an entry: debits are positive, credits negative. The postings of an entry add up to zero."""

    pk = models.CompositePrimaryKey("entry_id", "n")
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="postings", db_constraint=False, db_index=False)
    n = models.SmallIntegerField("position", help_text="1, 2, 3 ... without a gap, all written by one statement.")
    account = models.CharField(max_length=4, help_text="Code of the chart of accounts.")
    dimension = models.CharField(max_length=40, blank=True, help_text="Line of coverage, fee code or premium code.")
    effective_on = models.DateField()
    cents = models.BigIntegerField()

    class Meta:
        # Drill-down from an account to its entries. Balances do not read postings, they read movements.
        indexes = (models.Index(fields=["account", "entry"], name="ledger_posting_account"),)

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.n}: {self.cents}"


class Movement(models.Model):
    """What one statement of postings did to one account on one day. Only the database writes it, beside the postings.

    A balance as of a day is a sum over few rows here; the nightly proof compares it with the postings themselves.
    """

    account = models.CharField(max_length=4, help_text="Code of the chart of accounts.")
    dimension = models.CharField(max_length=40, blank=True)
    effective_on = models.DateField()
    debit_cents = models.BigIntegerField()
    credit_cents = models.BigIntegerField(help_text="As a positive number.")

    class Meta:
        indexes = (models.Index(fields=["account", "effective_on"], name="ledger_movement_account_day"),)

    def __str__(self) -> str:
        return f"{self.account} {self.effective_on}: {self.debit_cents} / {self.credit_cents}"


class MonthClose(models.Model):
    """A month was closed, or reopened. The latest row says from which day on the books take entries. Append-only."""

    class Kind(models.TextChoices):
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"

    kind = models.CharField(max_length=8, choices=Kind)
    month = models.DateField(help_text="Its first day.")
    closed_before = models.DateField(help_text="First day that is open from then on.")
    by_id = models.BigIntegerField(help_text="Person. A month is not reopened by who closed it.")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True, help_text="Why it was reopened.")
    proof = models.JSONField(default=list, help_text="What was compared, with both figures and what was explained.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="closed") | (models.Q(kind="reopened") & ~models.Q(reason="")),
                name="ledger_reopened_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind}"


class RolledBalance(models.Model):
    """What stood in an account on the last day of a month when it was closed: reading goes on from there."""

    close = models.ForeignKey(MonthClose, models.PROTECT, related_name="balances")
    account = models.CharField(max_length=4)
    dimension = models.CharField(max_length=40, blank=True)
    debit_cents = models.BigIntegerField()
    credit_cents = models.BigIntegerField(help_text="As a positive number.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["close", "account", "dimension"], name="ledger_rolled_balance_once"),
        )

    def __str__(self) -> str:
        return f"{self.account}: {self.debit_cents} / {self.credit_cents}"
