"""The people of an employer's plans, what covers them and since when we know it.

Coverage is bitemporal: `starts_on`/`ends_before` say when it holds, `recorded_at`/`superseded_at` when the books said
so. A row is never edited but for its end of being known; the current rows are those without `superseded_at`.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from tpa.books.plans.models import Line
from tpa.kernel.periods import FOREVER


class Family(models.Model):
    """A subscriber and the dependents. Claims are decided one family at a time, in the order of `next_seq`."""

    subscriber_number = models.CharField(max_length=50)
    next_seq = models.BigIntegerField(default=1)
    """The number that the family's next decision takes (under a lock of this row)."""

    class Meta:
        verbose_name_plural = "families"
        constraints = (models.UniqueConstraint(fields=("subscriber_number",), name="family_subscriber_once"),)

    def __str__(self) -> str:
        return self.subscriber_number


class Load(models.Model):
    """One file of enrolment, one entry at the desk, or the undoing of either: staged, looked at, applied as a whole."""

    class Format(models.TextChoices):
        X12 = "834"
        CSV = "csv"
        ENTRY = "entry"
        UNDO = "undo"

    class Scope(models.TextChoices):
        FULL = "full", "everybody; who is not named has ended"
        CHANGE = "change", "changes alone"

    class State(models.TextChoices):
        STAGED = "staged", "staged"
        APPLIED = "applied", "applied"
        UNDONE = "undone", "undone"
        REJECTED = "rejected", "rejected"
        TESTED = "tested", "of a test file, which is never applied"

    file_id = models.BigIntegerField(null=True, blank=True)
    """The file in the edi book that holds the raw bytes."""
    name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, choices=Format)
    scope = models.CharField(max_length=10, choices=Scope)
    state = models.CharField(max_length=10, choices=State, default=State.STAGED)
    effective_on = models.DateField()
    """First day without coverage for those whom a full file no longer names."""
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)
    preview = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    """Fingerprint of the intended changes: what is applied is what was looked at."""
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=200, blank=True)
    confirmed_terminations = models.BooleanField(default=False)
    skipped_errors = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undoes = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="undone_load",
    )

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name or f"{self.get_format_display()} of {self.received_at:%Y-%m-%d}"


class Member(models.Model):
    """A subscriber or a dependent. Changes of the person are kept in `LoadChange`."""

    class Relationship(models.TextChoices):
        SELF = "self"
        SPOUSE = "spouse"
        CHILD = "child"
        OTHER = "other"

    class Sex(models.TextChoices):
        FEMALE = "F"
        MALE = "M"
        UNKNOWN = "U"

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="members")
    member_number = models.CharField(max_length=50)
    group_number = models.CharField(max_length=50, blank=True)
    relationship = models.CharField(max_length=10, choices=Relationship)
    last_name = models.CharField(max_length=80)
    first_name = models.CharField(max_length=80, blank=True)
    middle_name = models.CharField(max_length=80, blank=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    disabled = models.BooleanField(default=False)
    """A child who stays covered beyond the age limit."""
    address_1 = models.CharField(max_length=120, blank=True)
    address_2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=3, blank=True)
    mail_1 = models.CharField(max_length=120, blank=True, default="", db_default="")
    """Where letters and checks go, where that is not the home; empty: there."""
    mail_2 = models.CharField(max_length=120, blank=True, default="", db_default="")
    mail_city = models.CharField(max_length=80, blank=True, default="", db_default="")
    mail_state = models.CharField(max_length=20, blank=True, default="", db_default="")
    mail_postal_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    mail_country = models.CharField(max_length=3, blank=True, default="", db_default="")
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    """Set while the load that brought the person stands undone."""

    class Meta:
        ordering = ("family_id", "id")
        constraints = (
            models.UniqueConstraint(fields=("member_number",), name="member_number_once"),
            models.UniqueConstraint(
                fields=("family",),
                name="one_subscriber_a_family",
                condition=Q(relationship="self", withdrawn_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_number} {self.last_name}"


class Coverage(models.Model):
    """A member's days in a plan of one line at a tier, as the books knew it from `recorded_at` to `superseded_at`."""

    class Tier(models.TextChoices):
        EMPLOYEE = "EE", "employee"
        SPOUSE = "ES", "employee and spouse"
        CHILDREN = "EC", "employee and children"
        FAMILY = "EF", "family"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="coverages", db_index=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.CharField(max_length=10, choices=Line)
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.CharField(max_length=2, choices=Tier)
    starts_on = models.DateField()
    ends_before = models.DateField(default=FOREVER)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")
    superseded_load = models.ForeignKey(Load, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "coverages"
        indexes = (
            models.Index(fields=("family",), name="coverage_family"),
            models.Index(fields=("recorded_at",), name="coverage_recorded"),
        )
        constraints = (
            models.CheckConstraint(name="coverage_has_days", condition=Q(starts_on__lt=F("ends_before"))),
            models.CheckConstraint(
                name="coverage_superseded_by_load",
                condition=Q(superseded_at=None, superseded_load=None)
                | Q(superseded_at__gte=F("recorded_at"), superseded_load__isnull=False),
            ),
            ExclusionConstraint(
                name="coverage_one_plan_a_day",
                expressions=[
                    ("member", "="),
                    ("line", "="),
                    (Func("starts_on", "ends_before", function="daterange"), "&&"),
                ],
                condition=Q(superseded_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} {self.line} {self.starts_on}"


class Authorization(models.Model):
    """A service authorized for a member before it is given. A change adds a row; units used stay with `root_id`."""

    root_id = models.BigIntegerField()
    """The key of the first row of this number: the units that claims use up are counted under it."""
    number = models.CharField(max_length=50)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="authorizations")
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_on = models.DateField()
    ends_before = models.DateField()
    codes = ArrayField(models.CharField(max_length=20), default=list)
    """Patterns of procedure or revenue codes; empty: every service."""
    provider = models.CharField(max_length=20, blank=True)
    """Tax id or NPI; empty: every provider."""
    units_milli = models.BigIntegerField(null=True, blank=True)
    """Thousandths of a unit; None: as many as are given."""
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("family",), name="authorization_family"),)
        constraints = (
            models.CheckConstraint(name="authorization_has_days", condition=Q(starts_on__lt=F("ends_before"))),
            models.UniqueConstraint(
                fields=("member", "number"), condition=Q(superseded_at=None), name="authorization_number_once"
            ),
        )

    def __str__(self) -> str:
        return self.number


class LoadRow(models.Model):
    """One row of a load as read: a person, or a person's coverage of one line, with what is wrong with it."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="rows", db_index=False)
    n = models.PositiveIntegerField()
    row = models.JSONField()
    problems = models.JSONField(default=list)
    """A list of {code, message, severity} in the order found; a row with an error is never applied."""

    class Meta:
        ordering = ("load_id", "n")
        constraints = (models.UniqueConstraint(fields=("load", "n"), name="load_row_position"),)


class LoadChange(models.Model):
    """What a load did to one person, or to one person's coverage of one line. Append-only.

    `before` and `after` hold the person's fields that changed, or the line's segments as lists of
    [starts_on, ends_before, plan_id, tier], or all coverages of the person by other plans (`snapshot.elsewhere_as_json`).
    """

    class Kind(models.TextChoices):
        MEMBER_ADDED = "member_added"
        MEMBER_CHANGED = "member_changed"
        MEMBER_WITHDRAWN = "member_withdrawn"
        ADDED = "added", "coverage added"
        REINSTATED = "reinstated", "coverage continued or begun again"
        CHANGED = "changed", "other plan or tier"
        TERMINATED = "terminated", "coverage ended"
        OTHER_COVERAGES = "other_coverages", "coverages by other plans"

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="changes")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="changes")
    line = models.CharField(max_length=10, choices=Line, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("load_id", "id")


class OtherCoverage(models.Model):
    """A member's coverage by another plan, as the books knew it from `recorded_at` to `superseded_at`: who pays first?

    The words are the engine's (`engine.coordination.coverage`). `our_...` say of this plan's coverage of the member what
    the order of benefits asks beside it; the rows of a member that are known together agree in them.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="other_coverages", db_index=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    line = models.CharField(max_length=10, blank=True, help_text="Line of coverage; empty for every one.")
    kind = models.CharField(max_length=20, default="plan")
    relationship = models.CharField(max_length=10, default="self")
    status = models.CharField(max_length=12, default="active")
    hours = models.CharField(max_length=10, default="full_time")
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(default=FOREVER)
    coordinates = models.BooleanField(default=True)
    holder = models.CharField(max_length=80, blank=True)
    holder_birth_on = models.DateField(null=True, blank=True)
    role = models.CharField(max_length=20, default="parent")
    decree = models.BooleanField(default=False)
    employees = models.IntegerField(null=True, blank=True)
    entitlement = models.CharField(max_length=10, blank=True)
    esrd_on = models.DateField(null=True, blank=True)
    our_status = models.CharField(max_length=12, blank=True)
    our_hours = models.CharField(max_length=10, default="full_time")
    our_role = models.CharField(max_length=20, default="parent")
    our_decree = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True, blank=True)
    load = models.ForeignKey(Load, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The load that stated it; None: it was told for the member alone."""
    superseded_load = models.ForeignKey(Load, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("member_id", "id")
        indexes = (models.Index(fields=("family",), name="other_coverage_family"),)
        constraints = (
            models.UniqueConstraint(
                fields=("member", "name", "line"), name="other_coverage_once", condition=Q(superseded_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} {self.name}"


class Contribution(models.Model):
    """Contributions for a member's coverage are paid for the days before `paid_until`: the grace period of COBRA.

    As the books knew it from `recorded_at` to `superseded_at`; a member without a row owes nothing.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="contributions", db_index=False)
    line = models.CharField(max_length=10, choices=Line, blank=True, help_text="Line of coverage; empty for every one.")
    paid_until = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("member_id", "id")
        indexes = (models.Index(fields=("member",), name="contribution_member"),)
        constraints = (
            models.UniqueConstraint(
                fields=("member", "line"), condition=Q(superseded_at=None), name="contribution_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} until {self.paid_until}"


class PayeeOrder(models.Model):
    """A court's order: what would be paid to the member goes to somebody else, as known from `recorded_at` on."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="payee_orders", db_index=False)
    pay_to = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("member_id", "id")
        indexes = (models.Index(fields=("member",), name="payee_order_member"),)
        constraints = (
            models.UniqueConstraint(fields=("member",), condition=Q(superseded_at=None), name="payee_order_once"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} to {self.pay_to}"
