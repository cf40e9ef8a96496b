"""Where payees' money goes: bank accounts, and addresses for checks, of providers and of members. Shared schema.

A provider, who is paid for many employers, is the TPA's row and has no employer; a member's belongs to one, and row-level
security shows it to that employer alone. An employer's role writes nothing. That another person approves, that a change
waits, that a state never goes back, the database itself holds (`migrations/0009_payee_account_guards`, `0011_...`).
"""

from django.db import models
from django.db.models import F, Q

from tpa.engine.paying.address import MailingAddress


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


class PayeeAddress(models.Model):
    """Where a payee's checks are mailed. A change is a new row, which another person approves; none is ever edited.

    The first address that claims (837) give of a provider is used; another one that they give later is only heard: who
    has called the provider back enters it.
    """

    class Payee(models.TextChoices):
        PROVIDER = "provider", "Provider"
        MEMBER = "member", "Member"
        ORDERED = "ordered", "Named by a court's order"

    class State(models.TextChoices):
        HEARD = "heard", "Given by a claim, not used"
        PROPOSED = "proposed", "To be approved"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"

    employer_id = models.BigIntegerField(null=True, help_text="Whose member's it is; none: a provider's.")
    payee = models.CharField(max_length=8, choices=Payee)
    tax_id = models.CharField(max_length=20, blank=True, help_text="Of a provider; of one without, its NPI.")
    family_id = models.BigIntegerField(default=0, help_text="Of a member, in the employer's books; 0 for a provider.")
    name = models.CharField(max_length=80, blank=True, help_text="Of whom an order names.")
    line_1 = models.CharField(max_length=60)
    line_2 = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=60)
    region = models.CharField(max_length=20, blank=True, help_text="State or province.")
    postal_code = models.CharField(max_length=15, blank=True)
    country = models.CharField(max_length=40, default="US")
    heard_in_id = models.BigIntegerField(null=True, help_text="The claims file that gives it.")
    call_back = models.CharField(
        max_length=200, blank=True, help_text="Whom one has called, at which number known before."
    )
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    usable_on = models.DateField(help_text="The first day on which checks go there.")
    made_by_id = models.BigIntegerField(null=True, help_text="Person; none: a claims file.")
    made_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True, help_text="Another person.")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(decided_by_id__isnull=False, made_by_id__isnull=False) & ~Q(decided_by_id=F("made_by_id"))
                | Q(made_by_id=None, payee="provider", heard_in_id__isnull=False),
                name="payee_address_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(payee="provider", employer_id=None, family_id=0, name="") & ~Q(tax_id="")
                | Q(payee="member", employer_id__isnull=False, family_id__gt=0, tax_id="", name="")
                | Q(payee="ordered", employer_id__isnull=False, family_id__gt=0, tax_id="") & ~Q(name=""),
                name="payee_address_of_one_payee",
            ),
            models.UniqueConstraint(
                fields=["payee", "tax_id", "employer_id", "family_id", "name"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="payee_address_one_proposed",
            ),
            models.UniqueConstraint(
                fields=["tax_id"], condition=Q(state="approved", made_by_id=None), name="payee_address_one_first"
            ),
            models.UniqueConstraint(
                fields=["tax_id", "line_1", "line_2", "city", "region", "postal_code", "country"],
                condition=Q(heard_in_id__isnull=False),
                name="payee_address_heard_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_1}, {self.city}"

    @property
    def address(self) -> MailingAddress:
        """The parts together."""
        return MailingAddress(self.line_1, self.line_2, self.city, self.region, self.postal_code, self.country)
