"""Plans of an employer and their versions. A version is a document; once published it never changes."""

from django.db import models


class Line(models.TextChoices):
    """Lines of coverage: what a plan pays for."""

    MEDICAL = "medical"
    DENTAL = "dental"
    VISION = "vision"
    DRUG = "drug"
    STD = "std", "short-term disability"


class Plan(models.Model):
    """One benefit plan, as the enrolment files name it by `code`."""

    code = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=200)
    line = models.CharField(max_length=10, choices=Line)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanVersion(models.Model):
    """A plan's terms from `effective_on` on, until a later version takes its place. The format: plans/README.md."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_on = models.DateField()
    document = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=200)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list, blank=True)
    """What the checks said at publishing: a list of {code, severity, path, message, remedy}."""

    class Meta:
        ordering = ("plan_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("plan", "number"), name="plan_version_number"),
            models.CheckConstraint(
                name="plan_version_published_has_instant",
                condition=models.Q(state="draft", published_at=None)
                | models.Q(state="published", published_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan.code} version {self.number} from {self.effective_on}"

    @property
    def is_published(self) -> bool:
        """Whether claims may be decided by it; then it is immutable."""
        return self.state == self.State.PUBLISHED


class WhatIf(models.Model):
    """A question: what would the claims of some days have cost under this document? Nothing of the new decisions is kept,
    only their sums, once the job is done.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="+")
    document = models.JSONField(help_text="The version's document when the question was asked.")
    starts_on = models.DateField()
    ends_before = models.DateField()
    job_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    result = models.JSONField(null=True, blank=True)
    members = models.JSONField(null=True, blank=True)
    """The sums by member: apart from the result, because not everybody who sees that may see persons."""

    class Meta:
        constraints = (
            models.CheckConstraint(name="what_if_span", condition=models.Q(starts_on__lt=models.F("ends_before"))),
        )

    def __str__(self) -> str:
        return f"{self.version} from {self.starts_on} to before {self.ends_before}"
