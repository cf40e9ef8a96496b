"""Shared rows that keep the machinery honest: intents, jobs, answers already given, work queues, the schedule.

A row with an `employer_id` is guarded by row-level security; null is the TPA's own.
"""

from django.db import models

from tpa.infra import clock


class OutboxEvent(models.Model):
    """Something that happened in an employer's books and that shared tables have yet to hear of."""

    employer_id = models.BigIntegerField()
    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    created_at = models.DateTimeField(default=clock.now)
    attempts = models.SmallIntegerField(default=0)
    parked_reason = models.TextField(blank=True, default="")
    """Why it was put aside after too many attempts; empty while it waits for its turn."""

    class Meta:
        indexes = [models.Index(fields=("topic", "id"), condition=models.Q(parked_reason=""), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"


class Job(models.Model):
    """A piece of work that somebody waits for, with its progress."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    employer_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=100, null=True, blank=True)
    """What makes the job unique among its kind and employer, such as the month; null where it may be run at will."""
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done_count = models.BigIntegerField(default=0)
    total_count = models.BigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True, default="")
    log = models.TextField(blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    requested_by = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=("employer_id", "-id"), name="job_of_employer")]
        constraints = [
            models.UniqueConstraint(
                fields=("employer_id", "kind", "key"),
                condition=models.Q(key__isnull=False),
                nulls_distinct=False,
                name="job_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class IdempotencyKey(models.Model):
    """The answer that a caller's request with this key got; written in the transaction of its effect."""

    employer_id = models.BigIntegerField(null=True, blank=True)
    caller = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.TextField(null=True, help_text="As JSON.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("employer_id", "caller", "key"), nulls_distinct=False, name="key_once")
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class WorkItem(models.Model):
    """One thing that waits for a person, across all employers: a projection, fed by the outbox."""

    employer_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    """What waits: `pend`, `intake`, ..."""
    queue = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    """The key of the thing in its own book."""
    title = models.CharField(max_length=200)
    amount_cents = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    taken_by = models.BigIntegerField(null=True)
    """The user who works on it."""
    clock = models.CharField(max_length=20, blank=True, default="")
    """Where the due day is a legal deadline: what it is the deadline of."""
    due_at = models.DateTimeField(null=True)
    """The last instant, where the law counts hours."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=("employer_id", "kind", "subject_id"), name="work_item_once")]
        indexes = [
            models.Index(fields=("due_on", "id"), condition=~models.Q(clock=""), name="work_item_clock"),
            models.Index(fields=("queue", "due_on", "id"), condition=models.Q(taken_by=None), name="work_item_next"),
            models.Index(fields=("queue", "due_on", "id"), name="work_item_queue"),
        ]

    def __str__(self) -> str:
        return self.title


class DayCount(models.Model):
    """How many of something happened for an employer on a day: a projection, fed by the outbox."""

    employer_id = models.BigIntegerField()
    day = models.DateField()
    measure = models.CharField(max_length=20)
    """`received`, `decided`, `pended`."""
    count = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("employer_id", "day", "measure"), name="day_count_once")]
        indexes = [models.Index(fields=("day",), name="day_count_day")]

    def __str__(self) -> str:
        return f"{self.count} {self.measure} on {self.day}"


class BoardInvoice(models.Model):
    """Where an employer's invoice of a month stands, for the desk's invoice run: a projection, fed by the outbox."""

    employer_id = models.BigIntegerField()
    invoice_id = models.BigIntegerField()
    number = models.CharField(max_length=30)
    month = models.DateField()
    state = models.CharField(max_length=8)
    """As the invoice's own, and `sent`."""
    currency = models.CharField(max_length=3)
    total_cents = models.BigIntegerField()
    before_cents = models.BigIntegerField(null=True)
    """The total of the invoice before it; none: it is the first."""
    share_bp = models.BigIntegerField(null=True)
    """How far it is from the one before, as a part of that, in basis points, without a sign."""
    causes = models.JSONField(default=dict)
    """Why it is another one than before: cause -> cents; they add up to the difference."""
    second_person = models.BooleanField(default=False)
    """Who reviews it may not approve it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=("employer_id", "month"), name="board_invoice_once")]
        indexes = [models.Index(fields=("month", "-share_bp"), name="board_invoice_month")]

    def __str__(self) -> str:
        return self.number


class BrokerPay(models.Model):
    """What a final invoice gives a broker under one fee, over all employers: a projection, fed by the outbox."""

    employer_id = models.BigIntegerField()
    invoice_id = models.BigIntegerField()
    month = models.DateField()
    """The invoice's; corrections of earlier months are in it."""
    broker = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    """`commission`, `override`, `bonus`."""
    fee = models.CharField(max_length=80)
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("employer_id", "invoice_id", "broker", "kind", "fee"), name="broker_pay_once"
            )
        ]
        indexes = [models.Index(fields=("month",), name="broker_pay_month")]

    def __str__(self) -> str:
        return f"{self.broker} {self.month:%Y-%m}"


class Tick(models.Model):
    """The last time slot in which a periodic task was started, and the last sign of life of the workers."""

    name = models.CharField(max_length=80, primary_key=True)
    slot = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name
