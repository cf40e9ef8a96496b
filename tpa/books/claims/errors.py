"""Refusals of the claims book."""

from tpa.kernel.errors import ConflictError


class PendResolved(ConflictError):
    """Somebody has resolved this pend before."""

    code = "pend_resolved"
    remedy = "Look at the claim again: it may be decided by now."
