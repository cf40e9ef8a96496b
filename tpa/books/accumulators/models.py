"""What has been used of deductibles, limits and maximums: entries that are only ever added. Tenant schema, sealed.

No other book imports these models: `services.add_entries` writes, `selectors.balances` reads.
"""

from django.db import models


class Entry(models.Model):
    """An amount that one decision added to one accumulator (negative when a decision is reversed).

    `family_seq` is the decision's number in its family: the balance "before decision k" is the sum of smaller numbers.
    """

    pk = models.CompositePrimaryKey("family_id", "family_seq", "n")
    family_id = models.BigIntegerField()
    family_seq = models.IntegerField()
    n = models.SmallIntegerField("position")
    member_id = models.BigIntegerField(help_text="0 for the family's own accumulator.")
    code = models.CharField(max_length=100)
    period_on = models.DateField(help_text="First day of the period that is counted; 0001-01-01 for a lifetime.")
    amount = models.BigIntegerField(help_text="Cents for money, a count for visits and units.")
    line_number = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.family_id}/{self.family_seq}/{self.n} {self.code} {self.amount}"


class External(models.Model):
    """An amount that somebody else has counted (a drug plan's manager, the carrier before): once by source and reference.

    It takes a number of its own in the family, as a decision does: decisions with a higher number have seen its entries.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=80)
    family_id = models.BigIntegerField()
    family_seq = models.IntegerField()
    member_id = models.BigIntegerField()
    line = models.CharField(max_length=10)
    name = models.CharField(max_length=60, help_text="deductible.CODE, oop.CODE or limit.CODE of the plan.")
    service_on = models.DateField()
    amount = models.BigIntegerField(help_text="As in an entry; below zero it takes back.")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "external amounts"
        constraints = (
            models.UniqueConstraint(fields=["source", "source_ref"], name="external_once_by_source"),
            models.UniqueConstraint(fields=["family_id", "family_seq"], name="external_family_seq"),
        )

    def __str__(self) -> str:
        return f"{self.source}/{self.source_ref} {self.name} {self.amount}"


class Checkpoint(models.Model):
    """The sum of a family's entries up to and including `family_seq`: its 300th claim then reads as little as its first.

    A convenience, never the truth: it can be recomputed from the entries at any time, and the nightly proof does.
    """

    pk = models.CompositePrimaryKey("family_id", "family_seq", "member_id", "code", "period_on")
    family_id = models.BigIntegerField()
    family_seq = models.IntegerField()
    member_id = models.BigIntegerField()
    code = models.CharField(max_length=100)
    period_on = models.DateField()
    amount = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.family_id}/{self.family_seq} {self.code} {self.amount}"
