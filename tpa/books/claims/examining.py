"""What people do about claims: override, ask for information, hear appeals. Models of the claims book beside `models`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Override(models.Model):
    """What an examiner decides otherwise on lines of a claim. In force it is a fact of the claim.

    Without orders it approves a claim that waits (`release`), as the rules decide it. Above the proposer's authority a
    second person approves it; that it is another one the database holds, too.
    """

    claim_id = models.BigIntegerField()
    orders = models.JSONField(help_text="[[line_number, kind, rule, cents, group, carc], ...]")
    why = models.CharField(max_length=20, help_text="Code of the reason.")
    note = models.CharField(max_length=400)
    appeal_id = models.BigIntegerField(null=True, help_text="The appeal that it follows from.")
    release = models.JSONField(
        null=True,
        help_text="The pend that it lets go: [pend, claim that it corrects or null, whether it stands alone].",
    )
    amount_cents = models.BigIntegerField(help_text="What payees get otherwise by it, each claim's without its sign.")
    authority_cents = models.BigIntegerField(help_text="What the proposer may decide alone.")
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField(help_text="The person.")
    proposed_by = models.CharField(max_length=200)
    approved_by_id = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    in_force_at = models.DateTimeField(null=True)
    correction_id = models.BigIntegerField(null=True, help_text="The correction that it has led to.")
    ended_at = models.DateTimeField(null=True, help_text="Refused, or taken back.")
    ended_by_id = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(in_force_at=None) | Q(amount_cents__lte=F("authority_cents")) | ~Q(approved_by_id=None),
                name="override_within_authority",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id=None) | ~Q(approved_by_id=F("proposed_by_id")), name="override_four_eyes"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gte=0, authority_cents__gte=0), name="override_amounts"),
        )
        indexes = (models.Index(fields=["claim_id"], name="override_claim"),)
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"override {self.pk} of claim {self.claim_id}"

    @property
    def state(self) -> str:
        """`proposed`, `in_force`, `refused` or `taken_back`."""
        if self.in_force_at is None:
            return "proposed" if self.ended_at is None else "refused"
        return "in_force" if self.ended_at is None else "taken_back"


class PayerAnswer(models.Model):
    """What another plan has answered to a claim after it came: a fact of the claim from `recorded_at` on.

    The latest answer of a payer takes the place of what the claim, or an earlier answer, says of it. Never edited.
    """

    claim_id = models.BigIntegerField()
    payer = models.JSONField(help_text="One payer in the form of the claim's other payers.")
    note = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = (models.Index(fields=["claim_id"], name="payer_answer_claim"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.payer[0]} to claim {self.claim_id}"


class ClockStep(models.Model):
    """What moves the legal clock of a claim. The day of `at` in the employer's time zone counts, as `on`."""

    class Kind(models.TextChoices):
        CLASSIFIED = "classified", "Taken as"
        REQUESTED = "requested", "Information asked of the claimant"
        SUPPLIED = "supplied", "Information came"
        EXTENDED = "extended", "Extension told"
        MISFILED = "misfiled", "Not filed by the plan's procedures"
        TOLD = "told", "Claimant told how to file"
        REFILED = "refiled", "Filed anew"
        REDUCED = "reduced", "Claimant told that the treatment ends early"
        NOTIFIED = "notified", "Claimant told of the decision"

    claim_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(
        max_length=12, blank=True, help_text="As what the claim is taken: the engine's clocks.claim."
    )
    at = models.DateTimeField(help_text="When it was sent, or came.")
    on = models.DateField()
    ends_at = models.DateTimeField(
        null=True,
        help_text="When a treatment ends: as it was approved (taken as ongoing), or earlier (reduced); or the claimant's time.",
    )
    detail = models.CharField(max_length=400)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = (models.Index(fields=["claim_id"], name="clock_step_claim"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"claim {self.claim_id}: {self.kind} on {self.on}"


class Appeal(models.Model):
    """An appeal against a decision, at one level; or a request for external review. Decided once, by somebody new to it."""

    class Stage(models.TextChoices):
        FIRST = "first", "First level"
        SECOND = "second", "Second level"
        EXTERNAL = "external", "External review"

    class Filer(models.TextChoices):
        MEMBER = "member", "Member"
        REPRESENTATIVE = "representative", "Representative of the member"
        PROVIDER = "provider", "Provider for the member"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "Upheld: the decision stands"
        REVERSED = "reversed", "Reversed"
        PARTLY = "partly", "Reversed in part"
        WITHDRAWN = "withdrawn", "Withdrawn"
        NOT_ELIGIBLE = "not_eligible", "Not eligible for external review"

    claim_id = models.BigIntegerField()
    decision_id = models.BigIntegerField(help_text="The decision that is appealed.")
    member_id = models.BigIntegerField()
    stage = models.CharField(max_length=8, choices=Stage)
    levels_count = models.SmallIntegerField(help_text="Levels of the plan when it came.")
    kind = models.CharField(max_length=12, help_text="As the engine's clocks.claim names claims.")
    filed_by = models.CharField(max_length=14, choices=Filer)
    grounds = models.CharField(max_length=2000)
    notified_on = models.DateField(help_text="When the claimant was told of what is appealed.")
    last_on = models.DateField(help_text="The last day on which it could come.")
    late_reason = models.CharField(max_length=400, blank=True, help_text="Why it is taken although it came later.")
    received_at = models.DateTimeField()
    received_on = models.DateField()
    preliminary_on = models.DateField(null=True, help_text="External: the last day of the preliminary review.")
    exhausted_by = models.CharField(
        max_length=20,
        blank=True,
        db_default="",
        help_text="External, before the plan's own levels are over: what makes it so.",
    )
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True)
    extended_on = models.DateField(null=True)
    extension_reason = models.CharField(max_length=400, blank=True)
    paused_until_on = models.DateField(null=True, help_text="The claimant may answer until then; time stands still.")
    reviewer = models.CharField(max_length=120, blank=True, help_text="External: the independent review organization.")
    assigned_at = models.DateTimeField(null=True, help_text="When it was given to the organization, in turn.")
    file_by_on = models.DateField(null=True, help_text="External: until when the organization gets the plan's file.")
    barred_ids = ArrayField(models.BigIntegerField(), help_text="Persons who took part in what was decided before.")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    rationale = models.CharField(max_length=2000, blank=True)
    correction_id = models.BigIntegerField(null=True, help_text="A preview of the claim decided again.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["claim_id", "decision_id", "stage"],
                condition=~Q(outcome__in=["withdrawn", "not_eligible"]),
                name="appeal_once",
            ),
            models.UniqueConstraint(
                fields=["claim_id"],
                condition=Q(decided_at=None) & ~Q(stage="external"),
                name="appeal_one_open_at_the_plan",
            ),
            models.UniqueConstraint(
                fields=["claim_id"], condition=Q(decided_at=None, stage="external"), name="appeal_one_open_outside"
            ),
        )
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"appeal {self.pk} of claim {self.claim_id}"


class AppealNote(models.Model):
    """What was said, sent or received in an appeal."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        DOCUMENT = "document", "Document received"
        SHARED = "shared", "Evidence shared with the claimant"
        ANSWERED = "answered", "Claimant answered"
        SENT = "sent", "File sent to the review organization"
        ASSIGNED = "assigned", "Review organization, in turn"

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=2000)
    reference = models.CharField(max_length=200, blank=True, help_text="Where the document is kept.")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} of appeal {self.appeal_id}"
