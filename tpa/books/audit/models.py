"""Who did what to what, why, and how it was before and after. Per employer, append-only."""

from django.db import models


class AuditEvent(models.Model):
    """One act of a person or a program."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    """`user:7`, `key:<prefix>`, `system`."""
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    reason = models.TextField(default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=40, default="")

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_of_subject")]

    def __str__(self) -> str:
        return f"{self.action} of {self.subject_kind} {self.subject_id} by {self.actor}"
