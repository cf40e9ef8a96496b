"""Claims as they came, what was decided about them, and what waits. Tenant schema.

Claims, lines, decisions and decision lines are immutable: written by COPY, never edited, never deleted. What changes
its state has a row of its own: `Work` (to be decided), `Pend` (waits for a person). The hot tables carry no foreign
key constraints; the workflow that writes them holds the family's lock.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tpa.books.claims.examining import Appeal as Appeal
from tpa.books.claims.examining import AppealNote as AppealNote
from tpa.books.claims.examining import ClockStep as ClockStep
from tpa.books.claims.examining import Override as Override
from tpa.books.claims.examining import PayerAnswer as PayerAnswer
from tpa.books.claims.subrogating import RecoveredPart as RecoveredPart
from tpa.books.claims.subrogating import SubrogationCase as SubrogationCase
from tpa.books.claims.subrogating import SubrogationLine as SubrogationLine
from tpa.books.claims.subrogating import SubrogationRecovery as SubrogationRecovery
from tpa.books.claims.subrogating import SubrogationSettlement as SubrogationSettlement


class Form(models.TextChoices):
    """The kind of claim form, as the engine names it."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"
    DENTAL = "dental"
    DRUG = "drug"


class Claim(models.Model):
    """A claim of one member. `(source, source_ref)` names it at its origin: registering it twice makes one row."""

    class Source(models.TextChoices):
        X12 = "x12", "837 file"
        REST = "rest", "REST"
        INTAKE = "intake", "Intake queue"
        PLAN = "plan", "Instalment of a treatment"

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=6, choices=Source)
    source_ref = models.CharField(max_length=300, help_text="File id and position in it, or the idempotency key.")
    file_id = models.BigIntegerField(null=True, help_text="The file in the edi book that holds the raw bytes.")
    form = models.CharField(max_length=13, choices=Form)
    family_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    received_at = models.DateTimeField()
    received_on = models.DateField(help_text="The day of receipt in the employer's time zone; clocks count from it.")
    service_on = models.DateField(help_text="First day of service of all lines.")
    charge_cents = models.BigIntegerField()
    patient_control_number = models.CharField(max_length=50, blank=True)
    provider_tax_id = models.CharField(max_length=20, blank=True)
    provider_npi = models.CharField(max_length=20, blank=True)
    provider_name = models.CharField(max_length=120, blank=True)
    specialty = models.CharField(max_length=20, blank=True)
    frequency = models.CharField(max_length=1, default="1", help_text="1 original, 7 replacement, 8 void.")
    original_reference = models.CharField(max_length=50, blank=True)
    facility_code = models.CharField(max_length=3, blank=True)
    admitted_on = models.DateField(null=True)
    related_causes = ArrayField(models.CharField(max_length=3), default=list)
    other_payers = models.JSONField(default=list, help_text="[[name, paid_cents, responsibility], ...]")
    assigned = models.BooleanField(default=True, help_text="Benefits are assigned: the provider is paid.")
    diagnoses = ArrayField(models.CharField(max_length=10), default=list)
    drg = models.CharField("DRG", max_length=4, blank=True, help_text="Diagnosis-related group of a stay.")
    zip_code = models.CharField("ZIP code", max_length=5, blank=True, help_text="Where the service was given.")
    repriced_cents = models.BigIntegerField(null=True, help_text="The price that a repricer put on the whole claim.")
    accident_on = models.DateField(null=True)
    dental = models.JSONField(null=True, help_text="What only a dental claim says; books.claims.dental has its form.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "source_ref"], name="claim_once_by_source"),)
        indexes = (models.Index(fields=["family_id", "id"], name="claim_family"),)

    def __str__(self) -> str:
        return f"claim {self.id}"


class ClaimLine(models.Model):
    """One line of a claim, as it came."""

    pk = models.CompositePrimaryKey("claim_id", "number")
    claim = models.ForeignKey(Claim, models.DO_NOTHING, related_name="lines", db_constraint=False, db_index=False)
    number = models.SmallIntegerField()
    member_id = models.BigIntegerField()
    from_on = models.DateField()
    through_on = models.DateField(help_text="Last day of service, included.")
    charge_cents = models.BigIntegerField()
    procedure = models.CharField(max_length=20, blank=True)
    modifiers = ArrayField(models.CharField(max_length=4), default=list)
    revenue_code = models.CharField(max_length=4, blank=True)
    place = models.CharField(max_length=3, blank=True)
    units_milli = models.BigIntegerField(default=1000, help_text="Thousandths of a unit.")
    diagnoses = ArrayField(models.CharField(max_length=10), default=list)
    tooth = models.CharField(max_length=3, blank=True)
    surfaces = models.CharField(max_length=5, blank=True)
    authorization = models.CharField(max_length=50, blank=True)
    repriced_cents = models.BigIntegerField(null=True)
    emergency = models.BooleanField(default=False)
    control_number = models.CharField(max_length=50, blank=True, help_text="The provider's number of the line.")
    area = models.CharField(max_length=2, blank=True, help_text="Of the mouth: arch or quadrant, as SV304 codes it.")
    placed_before_on = models.DateField(null=True, help_text="When the prosthesis that this one replaces was placed.")
    noncovered_cents = models.BigIntegerField(
        default=0, db_default=0, help_text="Billed by the provider itself as not covered."
    )

    class Meta:
        # What else happened to this member on this day: duplicates, and visits that share a copay.
        indexes = (models.Index(fields=["member_id", "from_on"], name="claim_line_member_day"),)

    def __str__(self) -> str:
        return f"claim {self.claim_id} line {self.number}"


class Work(models.Model):
    """A claim to be decided. The row goes in the transaction that decides or pends the claim."""

    claim_id = models.BigIntegerField(primary_key=True)
    family_id = models.BigIntegerField()
    version = models.SmallIntegerField(default=1, help_text="The number that the decision takes among the claim's.")
    received_at = models.DateTimeField()
    queued_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "work"
        indexes = (models.Index(fields=["family_id", "received_at", "claim_id"], name="work_family_order"),)

    def __str__(self) -> str:
        return f"claim {self.claim_id}"


class Decision(models.Model):
    """Version n of what was decided about a claim, as number `family_seq` of its family.

    A reversal is a decision too: outcome `reversed`, the amounts of the one it takes back with the sign turned.
    So sums over decisions are right without looking at versions. The live decision is the last one not reversed.
    A new version, and a claim that replaces another, keep the place of what they correct: they see the accumulators
    and the history of the live decisions before that place, so that a correction shifts nobody in the family's order.
    """

    class Outcome(models.TextChoices):
        PAID = "paid", "Paid"
        DENIED = "denied", "Denied"
        REVERSED = "reversed", "Reversed"
        ESTIMATE = "estimate", "Estimate"

    id = models.BigAutoField(primary_key=True)
    claim_id = models.BigIntegerField()
    version = models.SmallIntegerField()
    family_id = models.BigIntegerField()
    family_seq = models.IntegerField()
    place = models.IntegerField(
        null=True,
        help_text="The family's number whose place in the order this decision takes; null where it is its own.",
    )
    member_id = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    specialty = models.CharField(max_length=20, blank=True, help_text="Of the provider, as known at the decision.")
    network = models.CharField(max_length=40, blank=True, help_text="Its network tier then; empty: in none.")
    price_list_id = models.BigIntegerField(null=True, help_text="Its price list then, 0: none; null where not noted.")
    payee = models.CharField(
        max_length=8,
        default="provider",
        db_default="provider",
        help_text="Who is paid: provider, member, or whom a court's order names.",
    )
    charge_cents = models.BigIntegerField()
    allowed_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    member_responsibility_cents = models.BigIntegerField()
    decided_at = models.DateTimeField(help_text="Facts are as known at this instant.")
    decided_on = models.DateField(help_text="The day in the employer's time zone: the ledger's effective day.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["claim_id", "version"], name="decision_version"),
            models.UniqueConstraint(fields=["family_id", "family_seq"], name="decision_family_seq"),
        )

    def __str__(self) -> str:
        return f"claim {self.claim_id} version {self.version}: {self.outcome}"


class DecisionLine(models.Model):
    """One line decided: charge = paid + the sum of its moves.

    `moves` is the engine's JSON, kept as text so that a replay can be compared byte for byte:
    [[rule, group, carc, cents, clause, [[name, value], ...]], ...] in the order of the calculation.
    """

    pk = models.CompositePrimaryKey("decision_id", "number")
    decision = models.ForeignKey(Decision, models.DO_NOTHING, related_name="lines", db_constraint=False, db_index=False)
    number = models.SmallIntegerField(help_text="The claim's line number.")
    service_on = models.DateField()
    plan_version_id = models.BigIntegerField(help_text="0 where no plan covered the line.")
    line_of_coverage = models.CharField(max_length=10, blank=True)
    benefit = models.CharField(max_length=80, blank=True)
    stop_loss = models.CharField(
        max_length=8,
        blank=True,
        default="",
        db_default="",
        help_text="As what stop-loss counts it; empty: its line of coverage.",
    )
    tier = models.CharField(max_length=40, blank=True, help_text="Network tier of the plan document.")
    denied = models.BooleanField()
    charge_cents = models.BigIntegerField()
    allowed_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    deductible_cents = models.BigIntegerField()
    copay_cents = models.BigIntegerField()
    coinsurance_cents = models.BigIntegerField()
    member_responsibility_cents = models.BigIntegerField()
    moves = models.TextField()

    @property
    def stop_loss_class(self) -> str:
        """The line of coverage as which stop-loss counts it, or `none`."""
        return self.stop_loss or self.line_of_coverage

    def __str__(self) -> str:
        return f"decision {self.decision_id} line {self.number}"


class Treatment(models.Model):
    """An orthodontic treatment whose later instalments fall due one after the other, each as a claim of its own.

    What they are, the moves of the treatment's live decision say. A treatment whose decision is reversed has none.
    """

    claim_id = models.BigIntegerField()
    line_number = models.SmallIntegerField()
    family_id = models.BigIntegerField()
    next_due_on = models.DateField(null=True, help_text="None where all are issued, or the coverage has ended.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["claim_id", "line_number"], name="treatment_once"),)
        indexes = (models.Index(fields=["next_due_on"], name="treatment_due"),)

    def __str__(self) -> str:
        return f"claim {self.claim_id} line {self.line_number}"


class Pend(models.Model):
    """A claim that waits for a person. One open row a claim; `reasons` holds all, the columns the first."""

    class Resolution(models.TextChoices):
        RELEASED = "released", "Released: decide again"
        NAMED = "named", "The claim that it corrects was named: decide again"
        CLOSED = "closed", "Closed: the claim was replaced or taken back"
        RESOLVED = "resolved", "What it waited for has come: decide again"
        MOVED = "moved", "Handed to another queue"

    claim_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    queue = models.CharField(max_length=40)
    detail = models.CharField(max_length=400, blank=True)
    reasons = models.JSONField(help_text="[[code, queue, line_number, detail], ...]")
    raised_at = models.DateTimeField()
    due_on = models.DateField(help_text="The last day for the decision, as the claim's legal clock stands.")
    resolved_at = models.DateTimeField(null=True)
    resolved_by_id = models.BigIntegerField(null=True)
    resolution = models.CharField(max_length=10, choices=Resolution, blank=True)
    note = models.CharField(max_length=400, blank=True)
    original_id = models.BigIntegerField(null=True, help_text="The claim that this one corrects, as a person named it.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["claim_id"], condition=Q(resolved_at=None), name="pend_one_open_a_claim"),
        )
        indexes = (models.Index(fields=["claim_id"], name="pend_claim"),)

    def __str__(self) -> str:
        return f"claim {self.claim_id}: {self.code}"


class Closing(models.Model):
    """A claim that needs no decision any more, and why. For ever: a claim that was taken back comes as a new one."""

    class Why(models.TextChoices):
        REPLACED = "replaced", "Replaced by a later claim"
        VOIDED = "voided", "Taken back"
        VOID = "void", "Takes back an earlier claim"

    claim_id = models.BigIntegerField(primary_key=True)
    why = models.CharField(max_length=8, choices=Why)
    by_claim_id = models.BigIntegerField(null=True, help_text="The claim that replaced it or took it back.")
    reason = models.CharField(max_length=400, blank=True)
    closed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["by_claim_id"], name="closing_by_claim"),)

    def __str__(self) -> str:
        return f"claim {self.claim_id}: {self.why}"


class Correction(models.Model):
    """A change of mind, shown before it is made: which families' decisions would come out otherwise, and what of it.

    The preview is signed over all that it shows; it is applied only as long as deciding again gives the same.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", "Claims decided again"
        VOID = "void", "Claims taken back"
        RIPPLE = "ripple", "Later claims of a family"
        SELECTION = "selection", "A selection of claims"

    class State(models.TextChoices):
        PREPARING = "preparing", "Being computed"
        PREVIEWED = "previewed", "To be applied or parked"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        PARKED = "parked", "Parked: left as it was decided"
        STALE = "stale", "Overtaken: nothing was applied"

    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.PREPARING)
    why = models.CharField(max_length=20, help_text="Code of the reason.")
    note = models.CharField(max_length=400, blank=True)
    selection = models.JSONField(default=dict, help_text="What a selection selects by.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    made_by_id = models.BigIntegerField(null=True, help_text="The person, whatever the login.")
    signature = models.CharField(max_length=64, blank=True)
    families_count = models.IntegerField(default=0)
    changes_count = models.IntegerField(default=0)
    payee_cents = models.BigIntegerField(default=0, help_text="What payees get more, or less.")
    gross_cents = models.BigIntegerField(default=0, help_text="The same, every claim's without its sign.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_note = models.CharField(max_length=400, blank=True)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"correction {self.pk}: {self.kind}"


class CorrectedFamily(models.Model):
    """The part of a correction that concerns one family; applied whole or not at all."""

    pk = models.CompositePrimaryKey("correction_id", "family_id")
    correction = models.ForeignKey(Correction, models.CASCADE, related_name="families", db_index=False)
    family_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=Correction.State, default=Correction.State.PREVIEWED)
    claim_ids = ArrayField(models.BigIntegerField(), help_text="The claims that were named; the others follow.")
    shown = models.JSONField(help_text="Changes, accumulators and stop-loss effect; see workflows.corrections.")

    def __str__(self) -> str:
        return f"{self.correction_id}: family {self.family_id}"


class Totals(models.Model):
    """What one transaction added to one figure of one month: dashboards read sums of these, never of claims.

    Measures: received (by day of receipt), pended, released, decided, denied, charge, allowed, paid,
    member_responsibility (by day of decision). `workflows.totals` folds the rows of a figure into one now and then.
    """

    month = models.DateField(help_text="First day of the month.")
    measure = models.CharField(max_length=24)
    line_of_coverage = models.CharField(max_length=10, blank=True)
    cents = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "totals"
        indexes = (models.Index(fields=["month", "measure"], name="totals_month_measure"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.measure} {self.line_of_coverage}"
