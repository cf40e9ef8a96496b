"""Refusals of the ledger."""

from tpa.kernel.errors import ConflictError


class AlreadyPosted(ConflictError):
    """The event is in the books; posting it again would double it."""

    code = "already_posted"
    remedy = "Nothing is to be done: the event counts once."


class MonthClosedError(ConflictError):
    """The entry falls in a month that is closed."""

    code = "month_closed"
    remedy = "Date it in an open month, or have the month reopened by somebody else than who closed it."


class CloseError(ConflictError):
    """The month cannot be closed or reopened so."""

    code = "month_close"
