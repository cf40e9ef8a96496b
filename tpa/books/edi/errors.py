"""Refusals of the edi book."""

from tpa.kernel.errors import ConflictError, DomainError


class EmptyFile(DomainError):
    """A file without a byte."""

    code = "empty_file"
    remedy = "Send the file again."


class ItemResolved(ConflictError):
    """Somebody has resolved this item of the intake queue before."""

    code = "intake_item_resolved"
    remedy = "Look at the claim's state: it may be registered by now."
