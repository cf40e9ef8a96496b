"""Files that partners send and get, kept byte for byte, and the index that routes a claim to its employer. Shared schema.

Rows of one employer carry it and are guarded by row-level security; a clearinghouse's 837 holds claims of many
employers and belongs to the TPA.
"""

from django.db import models
from django.db.models import Q


class TradingPartner(models.Model):
    """Who sends files: a clearinghouse, or an employer's enrolment vendor. Known by its interchange sender id."""

    name = models.CharField(max_length=120)
    sender_qualifier = models.CharField(max_length=2, default="ZZ")
    sender_id = models.CharField(max_length=15)
    employer_id = models.BigIntegerField(null=True, blank=True, help_text="Set for a partner of one employer only.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["sender_qualifier", "sender_id"], name="trading_partner_sender"),
        )

    def __str__(self) -> str:
        return self.name


class InboundFile(models.Model):
    """A file as it came in. The bytes lie in `FileChunk`; `counts` and `issues` say what became of them."""

    class Kind(models.TextChoices):
        CLAIMS = "837", "837 claims"
        ENROLMENT = "834", "834 enrolment"
        CSV = "csv", "CSV enrolment"

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    kind = models.CharField(max_length=4, choices=Kind)
    name = models.CharField(max_length=200, blank=True)
    employer_id = models.BigIntegerField(null=True, blank=True, help_text="Empty for a file of many employers.")
    sender_id = models.CharField(max_length=50, blank=True)
    control_number = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64)
    byte_count = models.BigIntegerField()
    received_at = models.DateTimeField(help_text="When the last byte was stored. Legal clocks start here.")
    received_by = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    is_test = models.BooleanField(
        default=False, db_default=False, help_text="ISA15 is T: it is read and answered, and nothing of it is booked."
    )
    read_count = models.IntegerField(default=0, help_text="Claims or members read so far.")
    seen_at = models.DateTimeField(help_text="When somebody last worked on it.")
    counts = models.JSONField(default=dict, help_text="claims, registered, queued, refused, tested; or members.")
    issues = models.JSONField(
        default=list, help_text="The first thousand findings, each {code, message, where, level}."
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["employer_id", "sender_id", "control_number", "sha256"],
                name="inbound_file_once",
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=["state"], condition=Q(state="received"), name="inbound_file_open"),)

    def __str__(self) -> str:
        return self.name or f"file {self.id}"


class FileChunk(models.Model):
    """A stretch of a file's bytes: 200 MB are never held in memory at once."""

    file = models.ForeignKey(InboundFile, models.CASCADE, related_name="chunks", db_index=False)
    employer_id = models.BigIntegerField(null=True, blank=True)
    n = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["file", "n"], name="file_chunk_position"),)


class Acknowledgement(models.Model):
    """What goes back to the sender for a file. Bytes once made stay."""

    class Kind(models.TextChoices):
        TA1 = "TA1", "TA1 interchange acknowledgement"
        A999 = "999", "999 implementation acknowledgement"
        A277CA = "277CA", "277CA claim acknowledgement"

    file = models.ForeignKey(InboundFile, models.CASCADE, related_name="acknowledgements", db_index=False)
    employer_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=5, choices=Kind)
    n = models.IntegerField(default=1, help_text="Several interchanges in a file have an answer each.")
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("file", "kind", "n")
        constraints = (models.UniqueConstraint(fields=["file", "kind", "n"], name="acknowledgement_once"),)

    def __str__(self) -> str:
        return f"{self.kind} for file {self.file_id}"


class MemberKey(models.Model):
    """Keyed hash of (group number, member or subscriber number, birth date) -> employer, family and member.

    No names and no numbers in clear. A second hash without the group number serves claims that state none. `mark` and
    `sex` are what a claim must not contradict.
    """

    digest = models.CharField(max_length=32)
    employer_id = models.BigIntegerField()
    family_id = models.BigIntegerField()
    member_id = models.BigIntegerField()
    mark = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="Keyed hashes of the first name."
    )
    sex = models.CharField(max_length=1, blank=True, default="", db_default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["digest", "employer_id", "member_id"], name="member_key_once"),)

    def __str__(self) -> str:
        return f"{self.digest[:8]} -> {self.employer_id}"


class IntakeItem(models.Model):
    """A claim that found no employer or member, or more than one. A person says whose it is."""

    class Reason(models.TextChoices):
        NONE = "none", "Nobody has this group, member number and birth date"
        SEVERAL = "several", "Several people have this member number and birth date"
        NAME = "name", "Who has this number and birth date has another first name or sex"
        BIRTH = "birth", "Who has this number and name has another birth date"
        NUMBER = "number", "Who has this name and birth date has another number"
        CLOSED = "closed", "The employer is not open for work"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ASSIGNED = "assigned", "Assigned"
        DISCARDED = "discarded", "Discarded"

    source_ref = models.CharField(max_length=100, unique=True)
    file = models.ForeignKey(InboundFile, models.PROTECT, null=True, related_name="intake_items")
    employer_id = models.BigIntegerField(
        null=True, blank=True, help_text="Known where all candidates are of one employer."
    )
    reason = models.CharField(max_length=8, choices=Reason)
    detail = models.CharField(max_length=200, blank=True)
    claim = models.JSONField(help_text="The claim as read, in the shape of the REST API.")
    candidates = models.JSONField(default=list, help_text="[[employer_id, family_id, member_id], ...]")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    received_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by_id = models.BigIntegerField(null=True, blank=True)
    claim_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["state"], condition=Q(state="open"), name="intake_item_open"),)

    def __str__(self) -> str:
        return f"{self.reason}: {self.source_ref}"


class BankLayout(models.Model):
    """A bank's form of positive pay files, as the TPA has loaded it. Loaded again under its name it is a new row; it holds."""

    name = models.CharField(max_length=30)
    text = models.TextField(help_text="TOML, as engine.paying.positive_pay reads it.")
    loaded_by_id = models.BigIntegerField(null=True, help_text="Person; none: a program.")
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class AchFile(models.Model):
    """An ACH file that an employer's payments wrote: the how manieth of its day between one originator and one bank.

    A bank takes two files with the same mark (file ID modifier) for one that was sent twice, whoever's employees they pay.
    """

    destination = models.CharField(max_length=9, help_text="The bank's routing number (immediate destination).")
    origin = models.CharField(max_length=10, help_text="The originator's number (immediate origin).")
    created_on = models.DateField(help_text="As the file's header says.")
    nth = models.IntegerField(help_text="0 for the first of the day.")
    employer_id = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["destination", "origin", "created_on", "nth"], name="ach_file_one_mark_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.origin} to {self.destination} on {self.created_on}: {self.nth}"
