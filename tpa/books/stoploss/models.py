"""What the stop-loss carrier is told and owes. Tenant schema.

Exposure is not stored: it is computed from the decisions whenever it is asked for. Stored is what was done about it.
"""

from django.db import models
from django.db.models import Q


class StopLossNotice(models.Model):
    """The carrier is due a notice of a person, employee or certificate (0: the group), and why.

    A share of the deductible was reached, a diagnosis of the contract's list was billed, a stay in hospital was long, or a
    person opened it by hand.
    """

    class Reason(models.TextChoices):
        SHARE = "share", "Share of the deductible"
        DIAGNOSIS = "diagnosis", "Diagnosis"
        CONFINEMENT = "confinement", "Stay in hospital"
        WATCH = "watch", "Watched"

    contract_id = models.BigIntegerField(help_text="Stop-loss contract.")
    contract_version_id = models.BigIntegerField(help_text="Version by which it was found.")
    unit_id = models.BigIntegerField(help_text="Member or family, as the contract counts.")
    reason = models.CharField(max_length=11, choices=Reason, default=Reason.SHARE)
    threshold_bp = models.IntegerField(help_text="Share of the deductible that was reached, in basis points; else 0.")
    detail = models.CharField(
        max_length=60, blank=True, help_text="The diagnosis, the days of the stay, or why somebody opened it."
    )
    due_on = models.DateField(null=True, blank=True, help_text="Day by which the contract wants it told.")
    deductible_cents = models.BigIntegerField(help_text="The unit's deductible: specific, or its laser.")
    eligible_cents = models.BigIntegerField(help_text="Eligible amount when it was found.")
    basis = models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")
    found_at = models.DateTimeField()
    opened_by = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Who opened it; empty: found by the sweep."
    )
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the carrier was told.")
    sent_by = models.CharField(max_length=200, blank=True, help_text="Who told it.")

    class Meta:
        verbose_name = "stop-loss notice"
        ordering = ["-found_at", "unit_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "unit_id", "reason", "threshold_bp"],
                name="stop_loss_notice_once",
            ),
        ]

    def __str__(self) -> str:
        if self.reason == self.Reason.SHARE:
            return f"{self.threshold_bp // 100} % of the deductible"
        return f"{self.get_reason_display()} {self.detail}"


class Kind(models.TextChoices):
    """The two covers."""

    SPECIFIC = "specific", "Specific"
    AGGREGATE = "aggregate", "Aggregate"


class Receivable(models.Model):
    """A change of what the carrier owes under a contract. The sum of a unit's rows is what is owed for it today.

    Append-only. Each row is one entry in the ledger; a reversed decision makes a negative one.
    """

    Kind = Kind

    contract_id = models.BigIntegerField()
    contract_version_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    unit_id = models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")
    number = models.PositiveIntegerField(help_text="Position in the unit's history.")
    cents = models.BigIntegerField(help_text="Change against what was owed before.")
    owed_cents = models.BigIntegerField(help_text="Owed for the unit after this row.")
    eligible_cents = models.BigIntegerField(help_text="Eligible amount that it follows from.")
    basis = models.JSONField(help_text="Decision ids and what each adds, in the order of payment.")
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["contract_id", "kind", "unit_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "kind", "unit_id", "number"],
                name="stop_loss_receivable_number",
            ),
            models.CheckConstraint(condition=~Q(cents=0), name="stop_loss_receivable_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} #{self.number}"


class Filing(models.Model):
    """A claim for reimbursement, as it is sent to the carrier: one unit, or the group. Append-only; its state is its
    last event's. A further filing asks for what has come since the one before it.
    """

    contract_id = models.BigIntegerField()
    contract_version_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    unit_id = models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")
    number = models.PositiveIntegerField(help_text="First filing of the unit, second ...")
    as_of = models.DateField(help_text="What was paid by this day is in it.")
    eligible_cents = models.BigIntegerField(help_text="What the plan paid and counts.")
    requested_cents = models.BigIntegerField(help_text="Asked for by this filing.")
    ahead_from_cents = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Of an advance: the reimbursement that was owed or asked for before, from which on it asks ahead of payment.",
    )
    document = models.JSONField(help_text="The packet: form, lines, proofs, checklist.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the packet's JSON.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "kind", "unit_id", "number"], name="stop_loss_filing_number"
            ),
            models.CheckConstraint(condition=Q(requested_cents__gt=0), name="stop_loss_filing_asks_for_something"),
        ]

    @property
    def is_advance(self) -> bool:
        """Whether it asks ahead of payment: the claims wait for this money."""
        return self.ahead_from_cents is not None

    @property
    def file_name(self) -> str:
        """How the packet's files are called, without an ending."""
        return f"stop-loss-{self.kind}-{self.number}-{self.pk}"

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {'advance' if self.is_advance else 'filing'} {self.number}"


class FilingEvent(models.Model):
    """What happened to a filing, when, and by whom. Append-only. `cents`: accepted, received or paid back."""

    class State(models.TextChoices):
        FILED = "filed", "Filed"
        QUERIED = "queried", "Carrier has asked"
        ANSWERED = "answered", "Answered"
        APPROVED = "approved", "Approved"
        PART = "part", "Approved in part"
        DENIED = "denied", "Denied"
        APPEALED = "appealed", "Appealed"
        RECEIVED = "received", "Received"
        POSTED = "posted", "Posted"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="events")
    state = models.CharField(max_length=8, choices=State)
    on = models.DateField(help_text="The day on which it happened.")
    cents = models.BigIntegerField(null=True, blank=True)
    reference = models.CharField(max_length=60, blank=True, help_text="The bank's, or the carrier's claim number.")
    note = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["filing", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "reference"], condition=Q(state="received"), name="stop_loss_received_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(cents__gt=0), name="stop_loss_received_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filing}: {self.state}"


class Overpayment(models.Model):
    """A change of what the employer owes a carrier because it paid too much: found (positive), or paid back (negative).

    Append-only. The sum of a cover's rows is owed today; the sum of a unit's, of what came for that unit.
    """

    contract_id = models.BigIntegerField(null=True, blank=True, help_text="Empty: made before this was kept.")
    kind = models.CharField(max_length=9, choices=Kind)
    unit_id = models.BigIntegerField(null=True, blank=True, help_text="Member or family; 0 for the aggregate.")
    cents = models.BigIntegerField()
    on = models.DateField()
    paid_back = models.BooleanField(default=False)
    reference = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "contract_id", "unit_id"],
                condition=Q(paid_back=True),
                nulls_distinct=False,
                name="stop_loss_paid_back_once_of_unit",
            ),
            models.CheckConstraint(condition=~Q(cents=0), name="stop_loss_overpayment_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cents}"


class RefusalTakenBack(models.Model):
    """A change of what of the carrier's refusals is taken back, because less is owed for the unit than was asked for.

    Append-only. The sum of a unit's rows is taken back today; below zero: the refusal stands again.
    """

    contract_id = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    unit_id = models.BigIntegerField(help_text="Member or family; 0 for the aggregate.")
    cents = models.BigIntegerField()
    on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "refusal taken back"
        verbose_name_plural = "refusals taken back"
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(cents=0), name="stop_loss_taken_back_changes_something")]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id} {self.cents}"


class Offset(models.Model):
    """What came back of claims that were paid: a rebate, a subrogation recovery, a refund outside a claim's versions, a check
    that nobody cashed.

    Append-only. It lowers the month of `paid_on`, when what it takes back was paid, and counts from `known_on`.
    """

    class Kind(models.TextChoices):
        REBATE = "rebate", "Rebate"
        SUBROGATION = "subrogation", "Subrogation"
        REFUND = "refund", "Refund"
        FORFEITED = "forfeited", "Check that fell back to the plan"

    kind = models.CharField(max_length=11, choices=Kind)
    reference = models.CharField(max_length=60, unique=True, help_text="Counts once.")
    line = models.CharField(max_length=10, help_text="Line of coverage.")
    member_id = models.BigIntegerField(default=0, help_text="0: nobody in particular, as with many rebates.")
    family_id = models.BigIntegerField(default=0)
    claim_id = models.BigIntegerField(default=0)
    cents = models.BigIntegerField(help_text="What came back.")
    incurred_on = models.DateField()
    paid_on = models.DateField()
    known_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="stop_loss_offset_positive")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Transfer(models.Model):
    """What a person accumulated under another group, another employer's plan or an earlier group number, and brings along.

    Append-only: what was told too much is taken off by a negative row. It meets the person's specific deductible under
    the contract from `known_on`; another plan has paid it.
    """

    contract_id = models.BigIntegerField(help_text="Stop-loss contract that lets it go on.")
    member_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    cents = models.BigIntegerField(help_text="Eligible there; negative: a correction.")
    from_group = models.CharField(max_length=60, help_text="Name or number of the other group.")
    as_of = models.DateField(help_text="The day up to which the other group has paid it.")
    document = models.CharField(max_length=120, help_text="What proves it, such as the other carrier's statement.")
    reference = models.CharField(max_length=60, unique=True, help_text="The source's own id. Counts once.")
    known_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = "transferred accumulation"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(cents=0), name="stop_loss_transfer_changes_something")]

    def __str__(self) -> str:
        return f"{self.from_group} {self.reference}"


class QuoteWhatIf(models.Model):
    """What would the last months have cost under a quote? Its terms, the question's days, and the answer once there is one."""

    name = models.CharField(max_length=80)
    document = models.JSONField(help_text="The quote, in the form of engine/stoploss/contract_read.")
    starts_on = models.DateField()
    ends_before = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    job_id = models.BigIntegerField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        verbose_name = "stop-loss what-if"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
