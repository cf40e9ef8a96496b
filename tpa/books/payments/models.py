"""Payments of decided claims: runs, what each payee gets, what each payee owes back. Tenant schema.

Money is never edited: a payment goes from state to state by events, a void frees its claims to be paid again. The
database itself refuses that a decision is settled twice, that a run is released by its maker, that it is released for
another sum than its payments come to, and that a payment of a run that is not released is issued (the migrations).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tpa.engine.paying import states
from tpa.engine.paying.address import MailingAddress


class PayingTerms(models.Model):
    """How the employer's claims are paid: out of which account, up to what amount by one person, and what becomes of
    money that nobody claims. Never edited: the latest approved row holds.
    """

    class Unclaimed(models.TextChoices):
        PLAN = "plan", "Falls back to the plan"
        STATE = "state", "Goes to the state"

    bank_name = models.CharField(max_length=60)
    routing_number = models.CharField(max_length=9)
    account_sealed = models.TextField(help_text="The account's number, encrypted.")
    account_end = models.CharField(max_length=4, help_text="Its last digits.")
    account_key = models.CharField(max_length=32, help_text="Keyed hash of routing number and number.")
    company_id = models.CharField(max_length=10, help_text="The originator's number in ACH files: 1 and the EIN.")
    fraction = models.CharField(
        max_length=20, blank=True, db_default="", help_text="The bank's fractional number, as it stands on its checks."
    )
    first_check_number = models.BigIntegerField(default=1001)
    layout = models.CharField(max_length=30, help_text="The bank's form of positive pay files.")
    alone_up_to_cents = models.BigIntegerField(help_text="A run up to this amount needs no second person.")
    recoup_after_days = models.IntegerField(default=0, help_text="Overpayments are set off after so many days.")
    stale_after_days = models.IntegerField(default=180)
    unclaimed_after_days = models.IntegerField(default=365, help_text="From issue; then the money is not waited for.")
    unclaimed_to = models.CharField(max_length=5, choices=Unclaimed, default=Unclaimed.PLAN)
    made_by_id = models.BigIntegerField(help_text="Person.")
    made_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField(null=True, help_text="Another person.")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by_id=None) | ~Q(approved_by_id=F("made_by_id")),
                name="paying_terms_maker_is_not_checker",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bank_name} ...{self.account_end}"


_TWO_PERSONS = (
    Q(paid_cents__lte=F("alone_up_to_cents"))
    | Q(state__in=("proposed", "cancelled"))
    | Q(approved_by_id__isnull=False)
    & ~Q(approved_by_id=F("proposed_by_id"))
    & (
        Q(state="approved", released_by_id=None)
        | Q(state="released", released_by_id__isnull=False)
        & ~Q(released_by_id=F("proposed_by_id"))
        & (Q(proposed_by_id__isnull=False) | ~Q(released_by_id=F("approved_by_id")))
    )
)
"""Of a large run: who proposed it neither approves nor releases it; proposed by a program, two persons do."""


class PaymentRun(models.Model):
    """One run: what was to be paid, what was paid, what had to wait for money. One at a time is open."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "To be approved"
        APPROVED = "approved", "To be released"
        RELEASED = "released", "Released"
        CANCELLED = "cancelled", "Cancelled"

    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    run_on = models.DateField()
    started_at = models.DateTimeField()
    available_cents = models.BigIntegerField(help_text="The employer's unused deposits before the run.")
    paid_count = models.IntegerField(default=0, help_text="Claims for which money is paid.")
    paid_cents = models.BigIntegerField(default=0, help_text="What leaves, after what is set off.")
    held_count = models.IntegerField(default=0)
    held_cents = models.BigIntegerField(default=0)
    unmailed_count = models.IntegerField(
        default=0, db_default=0, help_text="Claims held because no address is known for the check."
    )
    unmailed_cents = models.BigIntegerField(default=0, db_default=0)
    offset_cents = models.BigIntegerField(default=0, help_text="What payees owed back and was set off.")
    alone_up_to_cents = models.BigIntegerField(default=0, help_text="Beyond it two persons are needed.")
    proposed_by_id = models.BigIntegerField(null=True, help_text="Person; none: a program or the clock.")
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    ended_note = models.CharField(max_length=400, blank=True, help_text="Why it was cancelled.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=Q(state__in=("proposed", "approved")), name="payment_run_one_open"
            ),
            models.CheckConstraint(
                condition=_TWO_PERSONS,
                name="payment_run_maker_is_not_checker",
            ),
        )

    def __str__(self) -> str:
        return f"run {self.id} of {self.run_on}"

    @property
    def needs_second_person(self) -> bool:
        """Whether it is too large for one person."""
        return self.paid_cents > self.alone_up_to_cents


class Payment(models.Model):
    """What one payee gets by one run: a check, a transfer, or nothing but a remittance that says why.

    `amount_cents` is its claims with their interest, plus what it carries on, less the balances that it takes.
    """

    class Payee(models.TextChoices):
        PROVIDER = "provider", "Provider"
        MEMBER = "member", "Member"
        ORDERED = "ordered", "Named by a court's order"

    class Method(models.TextChoices):
        CHECK = states.CHECK, "Check"
        ACH = states.ACH, "Bank transfer"
        ZERO = states.ZERO, "Nothing to pay"
        ADVICE = states.ADVICE, "Issued by another party"
        LETTER = states.LETTER, "Asked back by letter"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(PaymentRun, models.PROTECT, null=True, related_name="payments")
    payee = models.CharField(max_length=8, choices=Payee)
    payee_tax_id = models.CharField(max_length=20, blank=True)
    payee_npi = models.CharField(max_length=20, blank=True)
    payee_name = models.CharField(max_length=120, blank=True)
    family_id = models.BigIntegerField(default=0, help_text="Of a member who is paid; 0 for a provider.")
    method = models.CharField(max_length=6, choices=Method)
    account_id = models.BigIntegerField(
        null=True, help_text="Of a transfer: the payee's account, in the shared schema."
    )
    mail_to = models.JSONField(
        null=True, help_text="Of a check or letter: where it goes, as it was when it was proposed."
    )
    terms = models.ForeignKey(PayingTerms, models.PROTECT, null=True, related_name="payments")
    account_key = models.CharField(max_length=32, blank=True, help_text="Of the account that it is paid from.")
    number = models.CharField(max_length=30, blank=True, help_text="The check's number, or the transfer's trace.")
    amount_cents = models.BigIntegerField()
    amounts = models.JSONField(
        help_text="[[line of coverage or interest, cents], ...] of the amount; '' is what was set off."
    )
    issued_on = models.DateField(null=True)
    state = models.CharField(max_length=9, default="proposed")
    reissue_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="reissued_as")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, method__in=("check", "ach", "advice"))
                | Q(amount_cents=0, method__in=("zero", "letter")),
                name="payment_amount_fits_method",
            ),
            models.UniqueConstraint(
                fields=["account_key", "number"], condition=~Q(number=""), name="payment_number_once_an_account"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=False) | Q(state__in=("proposed", "cancelled")),
                name="payment_issued_on_a_day",
            ),
        )
        indexes = (models.Index(fields=["payee_tax_id", "issued_on"], name="payment_payee"),)

    def __str__(self) -> str:
        return f"payment {self.id}"

    @property
    def address(self) -> MailingAddress | None:
        """Where the check goes; None for what is not mailed."""
        return MailingAddress(**self.mail_to) if self.mail_to else None

    @property
    def shown_state(self) -> str:
        """As pages name it: a check that is stale was not cashed."""
        return "not_cashed" if self.state == "stale" else self.state


class ClaimPayment(models.Model):
    """What a payment pays for one decision; below zero: what it takes back. One that stands a decision, ever."""

    id = models.BigAutoField(primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="claims")
    decision_id = models.BigIntegerField()
    claim_id = models.BigIntegerField()
    amount_cents = models.BigIntegerField()
    interest_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Paid besides because the claim is paid late; below zero: taken back."
    )
    days_late = models.IntegerField(default=0, db_default=0)
    is_funded = models.BooleanField(default=False, help_text="The money was set aside before.")
    issued_on = models.DateField(null=True, help_text="The paid date of stop-loss contracts; none while proposed.")
    voided_on = models.DateField(null=True, help_text="From then on the decision is to be settled anew.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["decision_id"], condition=Q(voided_on=None), name="claim_payment_once_a_decision"
            ),
        )
        indexes = (models.Index(fields=["claim_id"], name="claim_payment_claim"),)

    def __str__(self) -> str:
        return f"decision {self.decision_id} in payment {self.payment_id}"


class CarriedBalance(models.Model):
    """What a payee still owes after a payment: set off by a later one, or sent back by the payee; never both."""

    class Code(models.TextChoices):
        FORWARD = "FB", "Carried to the next payment"
        WITHHELD = "WO", "Withheld after a time"
        LETTER = "LT", "Asked for by letter"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="carried")
    code = models.CharField(max_length=2, choices=Code)
    claim_id = models.BigIntegerField(null=True)
    cents = models.BigIntegerField()
    due_on = models.DateField(null=True, help_text="Set off from this day on; none: asked for by letter.")
    taken_by = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="taken")
    refunded_on = models.DateField(null=True)
    refund_reference = models.CharField(max_length=60, blank=True)
    told_by = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        related_name="told",
        help_text="The payment whose 835 acknowledges the refund (PLB 72).",
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(cents__gt=0), name="carried_balance_is_positive"),
            models.CheckConstraint(
                condition=Q(taken_by=None) | Q(refunded_on=None), name="carried_balance_recovered_once"
            ),
            models.CheckConstraint(
                condition=~Q(code="LT") | Q(taken_by=None), name="carried_balance_letter_is_not_set_off"
            ),
            models.UniqueConstraint(
                fields=["refund_reference"], condition=~Q(refund_reference=""), name="carried_balance_refund_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.cents} of payment {self.payment_id}"


class PaymentEvent(models.Model):
    """A step in a payment's life: it came into a state, or its check was printed."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=9, help_text="The state that it came into, or printed.")
    on = models.DateField()
    recorded_at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True, help_text="Person; none: a program or the clock.")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"payment {self.payment_id} {self.kind} on {self.on}"


class PaymentFile(models.Model):
    """A file that went out, or will: remittances, transfers, checks for the bank. Its bytes as they were made."""

    class Kind(models.TextChoices):
        REMITTANCE = "835", "Remittance advice (835)"
        TRANSFERS = "ach", "Transfers (NACHA)"
        CHECKS = "checks", "Checks issued and voided (positive pay)"
        PAPER = "paper", "Checks to be printed"
        PRENOTES = "trials", "Prenotes: transfers of nothing that try accounts (NACHA)"

    kind = models.CharField(max_length=6, choices=Kind)
    run = models.ForeignKey(PaymentRun, models.PROTECT, null=True, related_name="files")
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, help_text="Of the bytes at release; asked for again at sending.")
    total_cents = models.BigIntegerField()
    payment_ids = ArrayField(models.BigIntegerField(), default=list)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Prenote(models.Model):
    """A transfer of nothing that tries a payee's account before money goes there."""

    file = models.ForeignKey(PaymentFile, models.PROTECT, related_name="prenotes")
    account_id = models.BigIntegerField(unique=True, help_text="The payee's account, in the shared schema.")
    trace = models.CharField(max_length=15, unique=True)

    def __str__(self) -> str:
        return f"prenote {self.trace}"


class TaxReport(models.Model):
    """What a form 1099 reported of a provider's year. A correction is a row of its own; the latest holds."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", "Original"
        CORRECTED = "corrected", "Corrected"

    year = models.IntegerField()
    tax_id = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True)
    payments_count = models.IntegerField()
    paid_cents = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    reported_at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True, help_text="Person; none: a program.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["year", "tax_id"], condition=Q(kind="original"), name="tax_report_one_original"
            ),
        )

    def __str__(self) -> str:
        return f"1099 of {self.tax_id} for {self.year}"
