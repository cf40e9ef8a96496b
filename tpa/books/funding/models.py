"""What the employer is asked for, and what it has paid. Tenant schema.

One invoice per month. A final invoice is never changed, the database refuses it; whatever was wrong comes as a credit
or a line of a later invoice.
"""

from django.db import models
from django.db.models import F, Q

# Django finds models in this module alone; those of requests, bank and settlements stand in files of their own.
from tpa.books.funding import bank_models as bank_models
from tpa.books.funding import request_models as request_models
from tpa.books.funding import settlement_models as settlement_models

_TWO_PERSONS = (
    Q(state__in=("draft", "reviewed"))
    | Q(total_cents__range=(-F("alone_up_to_cents"), F("alone_up_to_cents")))
    | Q(reviewed_by_id__isnull=False, approved_by_id__isnull=False) & ~Q(approved_by_id=F("reviewed_by_id"))
)
"""A large invoice: one person has reviewed it, another one approved."""


class FundingInvoice(models.Model):
    """The month's invoice: fees, stop-loss premium, claims, credits, and what was still open."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEWED = "reviewed", "Reviewed"
        APPROVED = "approved", "Approved"
        FINAL = "final", "Final"

    month = models.DateField(unique=True, help_text="First day of the month that is billed.")
    number = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    currency = models.CharField(max_length=3, default="USD")
    due_on = models.DateField()
    fees_cents = models.BigIntegerField(help_text="The TPA's fees.")
    premium_cents = models.BigIntegerField(help_text="Stop-loss and other premium passed on to carriers.")
    taxes_cents = models.BigIntegerField(db_default=0, default=0, help_text="Taxes on fees, claims and premium.")
    claims_cents = models.BigIntegerField(help_text="Claims decided and to be paid.")
    credits_cents = models.BigIntegerField(help_text="Credits, as a positive number; they reduce the total.")
    total_cents = models.BigIntegerField(
        help_text="This month: fees + premium + taxes + claims - credits. Equals the ledger's entry."
    )
    prior_balance_cents = models.BigIntegerField(
        help_text="Open from earlier invoices; negative where the employer is ahead."
    )
    amount_due_cents = models.BigIntegerField(help_text="Total + prior balance.")
    agreement_id = models.BigIntegerField(help_text="ASO agreement in force.")
    fee_schedule_version_id = models.BigIntegerField(null=True, blank=True)
    stop_loss_version_id = models.BigIntegerField(null=True, blank=True)
    basis = models.JSONField(help_text="The census and the claim figures that the lines were computed from.")
    alone_up_to_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Beyond this total, by the agreement, two persons are needed."
    )
    drafted_at = models.DateTimeField()
    reviewed_by_id = models.BigIntegerField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_by_id = models.BigIntegerField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    finalised_by_id = models.BigIntegerField(null=True, blank=True)
    finalised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total_cents=models.F("fees_cents")
                    + models.F("premium_cents")
                    + models.F("taxes_cents")
                    + models.F("claims_cents")
                    - models.F("credits_cents")
                ),
                name="invoice_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(amount_due_cents=models.F("total_cents") + models.F("prior_balance_cents")),
                name="invoice_amount_due_adds_up",
            ),
            models.CheckConstraint(condition=_TWO_PERSONS, name="invoice_reviewer_is_not_approver"),
        ]

    @property
    def needs_second_person(self) -> bool:
        """Whether who reviewed it may not approve it."""
        return abs(self.total_cents) > self.alone_up_to_cents

    def __str__(self) -> str:
        return self.number


class FundingInvoiceLine(models.Model):
    """One line of an invoice, with the rows that it was computed from."""

    class Kind(models.TextChoices):
        FEE = "fee", "Fee"
        PREMIUM = "premium", "Premium"
        TAX = "tax", "Tax"
        CLAIMS = "claims", "Claims"
        CREDIT = "credit", "Credit"

    invoice = models.ForeignKey(FundingInvoice, models.CASCADE, related_name="lines")
    n = models.PositiveIntegerField("position")
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(
        max_length=40,
        help_text="Fee type, premium, line of coverage, or kind of credit.",
    )
    month = models.DateField(help_text="Month that the line is for: this one, or an earlier one that it corrects.")
    description = models.CharField(max_length=200)
    quantity = models.BigIntegerField(null=True, blank=True)
    rate = models.CharField(max_length=40, blank=True, help_text="As printed: 32.00, 3.5 %.")
    cents = models.BigIntegerField(help_text="Negative for a credit.")
    basis = models.JSONField(default=dict, help_text="Why: the rows and figures behind the amount.")

    class Meta:
        ordering = ["invoice", "n"]
        constraints = [models.UniqueConstraint(fields=["invoice", "n"], name="invoice_line_position")]

    def __str__(self) -> str:
        return self.description


class InvoiceRoster(models.Model):
    """Whom an invoice counted: subscribers' coverage as the books had it when it was drafted.

    The next invoice compares it with the books of its own day, and restates the months that changed.
    """

    invoice = models.OneToOneField(FundingInvoice, models.CASCADE, primary_key=True, related_name="roster")
    starts_on = models.DateField(help_text="First month that the rows are complete for.")
    rows = models.JSONField(
        help_text="[[subscriber, line of coverage, tier, starts on, ends before, dependent or 0], ...]"
    )

    def __str__(self) -> str:
        return f"roster of {self.invoice_id}"


class BilledDecision(models.Model):
    """A claim's decision that an invoice asks money for, and whose figures its fees look at: each on one invoice."""

    decision_id = models.BigIntegerField(primary_key=True)
    invoice = models.ForeignKey(FundingInvoice, models.CASCADE, related_name="decisions")
    place = models.CharField(
        max_length=2, default="", db_default="", help_text="State or province whose taxes it bears; empty: the situs."
    )

    def __str__(self) -> str:
        return f"decision {self.decision_id}"


class Figure(models.Model):
    """Something that a fee is reckoned on and no book counts: notices sent, accounts, a measured result.

    The latest row of a month and name counts; a row is never edited.
    """

    month = models.DateField(help_text="First day of the month.")
    name = models.CharField(max_length=40, help_text="As the fee types name it: cobra_notices, financial_accuracy.")
    value = models.BigIntegerField(help_text="A count, or a result in basis points.")
    note = models.CharField(max_length=200, blank=True, help_text="Where it is from.")
    recorded_by_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["month", "name", "id"]
        indexes = [models.Index(fields=["month", "name"], name="figure_month_name")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.name}: {self.value}"


class InvoiceSending(models.Model):
    """A final invoice that was sent, to whom; once or again."""

    invoice = models.ForeignKey(FundingInvoice, models.PROTECT, related_name="sendings")
    recipient = models.CharField(max_length=200, help_text="An address, or the portal.")
    sha256 = models.CharField(max_length=64, help_text="Of the PDF that went out.")
    sent_by_id = models.BigIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["sent_at", "id"]

    def __str__(self) -> str:
        return f"{self.invoice_id} to {self.recipient}"


class Dispute(models.Model):
    """A line of a final invoice that the employer does not accept, until somebody answers."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "The line stands"
        CREDITED = "credited", "Given back by a credit"

    line = models.ForeignKey(FundingInvoiceLine, models.PROTECT, related_name="disputes")
    reason = models.CharField(max_length=400)
    raised_by = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    credit = models.ForeignKey("Credit", models.PROTECT, null=True, blank=True, related_name="+")
    answered_by_id = models.BigIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(outcome=""), name="dispute_one_open_a_line"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="dispute_answered_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="credited", credit__isnull=False) | (~Q(outcome="credited") & Q(credit=None)),
                name="dispute_credited_by_a_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute of line {self.line_id}"


class Deposit(models.Model):
    """Money received from the employer: into the claims fund, or for an invoice."""

    class Purpose(models.TextChoices):
        FUND = "fund", "Claims fund"
        INVOICE = "invoice", "Invoice payment"
        SETTLEMENT = "settle", "Deficit of a settled year"

    purpose = models.CharField(max_length=8, choices=Purpose)
    received_on = models.DateField()
    cents = models.BigIntegerField()
    reference = models.CharField(
        max_length=60,
        unique=True,
        help_text="The bank's reference; the same one is recorded once.",
    )
    invoice = models.ForeignKey(FundingInvoice, models.PROTECT, null=True, blank=True, related_name="payments")
    recorded_by_id = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_on", "-id"]
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="deposit_is_positive")]

    def __str__(self) -> str:
        return self.reference


class Credit(models.Model):
    """Something that the next invoice gives back. It stands on exactly one invoice."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", "Correction of an earlier invoice"
        STOP_LOSS = "stop_loss", "Stop-loss reimbursement"
        REFUND = "refund", "Provider refund"
        REBATE = "rebate", "Drug rebate"
        SUBROGATION = "subrogation", "Subrogation recovery"
        SURPLUS = "surplus", "Surplus of a settled year"

    class Against(models.TextChoices):
        FEE = "fee", "The TPA's fees"
        PREMIUM = "premium", "A carrier's premium"
        FUND = "fund", "Money that is in the fund"

    kind = models.CharField(max_length=12, choices=Kind)
    against = models.CharField(max_length=7, choices=Against, help_text="Who bears it.")
    code = models.CharField(max_length=40, blank=True, help_text="The fee type or premium that is given back.")
    cents = models.BigIntegerField()
    description = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, unique=True, help_text="The same reference is granted once.")
    corrects = models.ForeignKey(
        FundingInvoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )
    granted_on = models.DateField(help_text="It goes on the invoice of this month, or of a later one.")
    granted_by_id = models.BigIntegerField(null=True, blank=True)
    granted_at = models.DateTimeField()
    invoice = models.ForeignKey(FundingInvoice, models.PROTECT, null=True, blank=True, related_name="credits")

    class Meta:
        ordering = ["granted_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="credit_is_positive"),
            models.CheckConstraint(
                condition=Q(kind="correction", corrects__isnull=False, against__in=["fee", "premium"])
                | (~Q(kind="correction") & Q(corrects__isnull=True, against="fund")),
                name="credit_correction_names_its_invoice",
            ),
        ]

    def __str__(self) -> str:
        return self.description
