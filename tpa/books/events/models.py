"""Events, endpoints and deliveries, of one employer each and guarded by row-level security."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tpa.infra import clock


class Event(models.Model):
    """Something that happened in an employer's books. Its key is that of the outbox's event, so it is written once."""

    id = models.BigIntegerField(primary_key=True)
    employer_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    data = models.JSONField()
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["employer_id", "-id"], name="event_of_employer"),
            models.Index(fields=["occurred_at"], name="event_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Endpoint(models.Model):
    """Where an employer's events are sent.

    No secret is stored: it follows from the installation's key, the row and `secret_number`.
    """

    employer_id = models.BigIntegerField()
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=40), blank=True, help_text="Empty: all types.")
    secret_number = models.IntegerField(default=1)
    rotated_at = models.DateTimeField(null=True, help_text="For a day after it the secret before signs as well.")
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event on its way to one endpoint, with how the last attempt went."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    employer_id = models.BigIntegerField()
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempt_count = models.IntegerField(default=0)
    since = models.DateTimeField(help_text="From here the three days of retries count; a redelivery begins anew.")
    next_at = models.DateTimeField(help_text="When it is tried next; while it is being tried, when it may be again.")
    tried_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True, help_text="The HTTP status of the last answer; null: none came.")
    answer = models.CharField(max_length=1000, blank=True, help_text="The answer's beginning, or why none came.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),)
        indexes = (
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
        )

    def __str__(self) -> str:
        return f"event {self.event_id} to endpoint {self.endpoint_id}"
