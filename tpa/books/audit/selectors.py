"""Reading the trail."""

from django.db.models import QuerySet

from tpa.books.audit.models import AuditEvent


def trail(subject_kind: str, subject_id: int) -> QuerySet[AuditEvent]:
    """What was done to one thing, the latest first."""
    return AuditEvent.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("-id")


def acts() -> QuerySet[AuditEvent]:
    """Everything that was done for the bound employer, the latest first."""
    return AuditEvent.objects.order_by("-id")
