"""The TPA's contracts: with employers (ASO), for its own fees, and with stop-loss carriers. Shared schema.

Every row that belongs to one employer carries `employer_id` and is guarded by row-level security. What was agreed is
never edited: a change is a new version (fee schedules, stop-loss contracts) or a new agreement with later dates.
"""

import pghistory
from django.db import models
from django.db.models import F, Q, Value

from tpa.kernel.periods import FOREVER


class Line(models.TextChoices):
    """Lines of coverage, as coverages, fees and stop-loss contracts name them."""

    MEDICAL = "medical", "Medical"
    DENTAL = "dental", "Dental"
    VISION = "vision", "Vision"
    DRUG = "drug", "Prescription drugs"
    STD = "std", "Short-term disability"
    LTD = "ltd", "Long-term disability"
    EXTENDED_HEALTH = "extended_health", "Extended health care"
    LIFE = "life", "Life and AD&D"


@pghistory.track()
class Carrier(models.Model):
    """An insurer or MGU: writes stop-loss contracts and carries carved-out lines."""

    name = models.CharField(max_length=120, unique=True)
    naic_number = models.CharField("NAIC number", max_length=10, blank=True, help_text="Company code in the US.")
    claims_email = models.EmailField(blank=True, help_text="Where notices and filings go.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Broker(models.Model):
    """The employer's broker or consultant."""

    name = models.CharField(max_length=120, unique=True)
    npn = models.CharField("NPN", max_length=10, blank=True, help_text="National producer number.")
    email = models.EmailField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ReviewOrganization(models.Model):
    """An independent review organization under contract: external reviews go to those in force in turn."""

    name = models.CharField(max_length=120, unique=True)
    accreditation = models.CharField(max_length=60, help_text="Who accredits it, and its number there.")
    starts_on = models.DateField()
    ends_before = models.DateField(
        default=FOREVER, help_text="First day on which no more reviews go to it; leave the year 9999 for none."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="review_organization_dates")
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class AsoAgreement(models.Model):
    """The administrative services contract between an employer and the TPA, for its dates."""

    class Funding(models.TextChoices):
        PER_RUN = "per_run", "Requested per payment run, released on receipt"
        IMPREST = "imprest", "Minimum balance, replenished"
        AS_CLEARED = "as_cleared", "Drawn as checks clear"
        LEVEL = "level", "Level funded"
        BUDGETED = "budgeted", "Budgeted monthly deposits"
        ARREARS = "arrears", "Billed in arrears"

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    number = models.CharField(max_length=30, help_text="The number on the signed paper.")
    broker = models.ForeignKey(Broker, models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_before = models.DateField(default=FOREVER, help_text="First day on which it no longer holds.")
    services = models.JSONField(default=list, help_text="What the TPA does, as a list of service codes.")
    funding_model = models.CharField(max_length=12, choices=Funding)
    funding_terms = models.JSONField(
        default=dict,
        blank=True,
        help_text="The model's figures, in the form of engine/funding/terms: minimum balance, deposits, settlement.",
    )
    billing_terms = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        blank=True,
        help_text="How invoices are approved and paid, in the form of engine/billing/terms: due, roll, alone_up_to_cents.",
    )
    pay_before_funded = models.BooleanField(
        default=False,
        help_text="Payments may leave before the employer's money has arrived.",
    )
    late_payment_terms = models.JSONField(
        default=dict,
        blank=True,
        help_text="Interest on claims paid late, in the form of engine/adjudication/interest: none, as a self-funded plan"
        " under ERISA owes it by agreement only.",
    )
    currency = models.CharField(
        max_length=3,
        choices=[("USD", "US dollar"), ("CAD", "Canadian dollar")],
        default="USD",
    )
    signed_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "ASO agreement"
        ordering = ["employer", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["employer", "number"], name="aso_agreement_number"),
            models.UniqueConstraint(fields=["employer", "starts_on"], name="aso_agreement_start"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="aso_agreement_dates"),
        ]

    def __str__(self) -> str:
        return f"ASO agreement {self.number}"


@pghistory.track()
class AgreementLine(models.Model):
    """One line of coverage under an agreement, and who bears its claims."""

    class Bearer(models.TextChoices):
        EMPLOYER = "employer", "Employer (self-funded)"
        INSURER = "insurer", "Insurer (carved out)"

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    agreement = models.ForeignKey(AsoAgreement, models.CASCADE, related_name="lines")
    line = models.CharField(max_length=16, choices=Line)
    bearer = models.CharField(max_length=8, choices=Bearer)
    carrier = models.ForeignKey(Carrier, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "line"], name="agreement_line_once"),
            models.CheckConstraint(
                condition=Q(bearer="insurer", carrier__isnull=False) | Q(bearer="employer", carrier__isnull=True),
                name="agreement_line_insurer_named",
            ),
            models.CheckConstraint(
                condition=~Q(line__in=["life", "extended_health"]) | Q(bearer="insurer"),
                name="agreement_line_unsuitable_carved_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_line_display()}: {self.get_bearer_display()}"


@pghistory.track()
class GroupNumber(models.Model):
    """A number under which an employer is known on cards, enrolment files and claims: one employer's, and no other's."""

    employer = models.ForeignKey("tenants.Employer", models.CASCADE, related_name="+")
    number = models.CharField(max_length=50, help_text="As it stands on the card.")
    plain = models.CharField(
        max_length=50, unique=True, editable=False, help_text="Its letters and digits alone: by them it is compared."
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["employer", "number"]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class FeeSchedule(models.Model):
    """The TPA's own price list for one employer. What it charges stands in its versions."""

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["employer", "name"]
        constraints = [models.UniqueConstraint(fields=["employer"], name="fee_schedule_per_employer")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class FeeScheduleVersion(models.Model):
    """The fees from a date on, until the next published version. Immutable once published."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    schedule = models.ForeignKey(FeeSchedule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_on = models.DateField(help_text="First month that is billed by this version (a first of month).")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    made_by_id = models.BigIntegerField(null=True, blank=True, help_text="User who wrote it.")
    published_by_id = models.BigIntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["schedule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "number"], name="fee_schedule_version_number"),
            models.UniqueConstraint(
                fields=["schedule", "effective_on"],
                condition=Q(state="published"),
                name="fee_schedule_effective_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} v{self.number} from {self.effective_on}"


@pghistory.track()
class Fee(models.Model):
    """One fee of a version: a type of `engine/billing/fees` and its terms."""

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    version = models.ForeignKey(FeeScheduleVersion, models.CASCADE, related_name="fees")
    n = models.PositiveIntegerField("position")
    code = models.CharField("type", max_length=40, help_text="Name of a fee type, for example pepm.")
    label = models.CharField(max_length=80, help_text="How the invoice names it.")
    terms = models.JSONField(help_text="Rates in cents or basis points, as the fee type wants them.")

    class Meta:
        ordering = ["version", "n"]
        constraints = [models.UniqueConstraint(fields=["version", "n"], name="fee_position")]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class StopLossContract(models.Model):
    """A stop-loss contract of one employer with a carrier. Its terms stand in its versions."""

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, help_text="The carrier's policy number.")
    starts_on = models.DateField(help_text="First day of the policy period.")
    ends_before = models.DateField(help_text="First day after the policy period.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "stop-loss contract"
        ordering = ["employer", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "number", "starts_on"],
                name="stop_loss_contract_number",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_before")),
                name="stop_loss_contract_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.number} from {self.starts_on}"


@pghistory.track()
class StopLossContractVersion(models.Model):
    """The terms of a contract, whole, from one save to the next. Never edited: a change is the next number.

    Once claims of the period have begun, a change needs a second person; the database holds that as well.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits for approval"
        APPROVED = "approved", "In force"
        REJECTED = "rejected", "Rejected"

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    contract = models.ForeignKey(StopLossContract, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="The terms, in the form of engine/stoploss/contract.")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    needs_second_person = models.BooleanField(help_text="Claims of the period had begun when it was saved or approved.")
    made_by_id = models.BigIntegerField(help_text="Person who saved it.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why the terms changed.")
    decided_by_id = models.BigIntegerField(null=True, blank=True, help_text="Person who approved or rejected it.")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "stop-loss contract version"
        ordering = ["contract", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="stop_loss_version_number"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by_id__isnull=True) | Q(decided_by_id__isnull=False),
                name="stop_loss_version_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", needs_second_person=True) | ~Q(decided_by_id=F("made_by_id")),
                name="stop_loss_version_maker_is_not_checker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.number}"
