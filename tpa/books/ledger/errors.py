"""Refusals of the ledger."""

from tpa.kernel.errors import ConflictError


class AlreadyPosted(ConflictError):
    """The event is in the books; posting it again would double it."""

    code = "already_posted"
    remedy = "Nothing is to be done: the event counts once."
