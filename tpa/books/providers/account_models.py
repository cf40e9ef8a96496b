"""Where payees' money goes: bank accounts of providers, who are paid for many employers, and of members. Shared schema.

A provider's account is the TPA's row and has no employer; a member's belongs to one, and row-level security shows it to
that employer alone. An employer's role reads and writes nothing. That another person approves an account, that it waits,
that a state never goes back, the database itself holds (`migrations/0009_payee_account_guards`).
"""

from django.db import models
from django.db.models import F, Q


class PayeeAccount(models.Model):
    """A payee's bank account. A change is a new row: another person approves it, and it waits before money goes there."""

    class Payee(models.TextChoices):
        PROVIDER = "provider", "Provider"
        MEMBER = "member", "Member"

    class State(models.TextChoices):
        PROPOSED = "proposed", "To be approved"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused, or sent back by the bank"

    class Kind(models.TextChoices):
        CHECKING = "checking", "Checking"
        SAVINGS = "savings", "Savings"

    employer_id = models.BigIntegerField(null=True, help_text="Whose member's it is; none: a provider's.")
    payee = models.CharField(max_length=8, choices=Payee)
    tax_id = models.CharField(max_length=20, blank=True, help_text="Of a provider.")
    family_id = models.BigIntegerField(default=0, help_text="Of a member, in the employer's books; 0 for a provider.")
    holder = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHECKING)
    routing_number = models.CharField(max_length=9)
    account_sealed = models.TextField(help_text="The account's number, encrypted.")
    account_end = models.CharField(max_length=4, help_text="Its last digits.")
    call_back = models.CharField(max_length=200, help_text="Whom one has called, at which number known before.")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    usable_on = models.DateField(help_text="The first day on which money goes there.")
    prenoted_on = models.DateField(null=True, help_text="When an entry of nothing was sent to try it.")
    made_by_id = models.BigIntegerField(help_text="Person.")
    made_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True, help_text="Another person.")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_by_id__isnull=False) & ~Q(decided_by_id=F("made_by_id")),
                name="payee_account_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(payee="provider", employer_id=None, family_id=0) & ~Q(tax_id="")
                | Q(payee="member", employer_id__isnull=False, family_id__gt=0, tax_id=""),
                name="payee_account_of_one_payee",
            ),
            models.UniqueConstraint(
                fields=["payee", "tax_id", "employer_id", "family_id"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="payee_account_one_proposed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder} ...{self.account_end}"
