"""What the stop-loss book refuses, and what to do about it."""

from tpa.kernel.errors import ConflictError, DomainError


class WatchError(DomainError):
    """Somebody cannot be watched so."""

    code = "watch"


class FilingError(DomainError):
    """Nothing can be filed, or not this."""

    code = "filing"


class FilingStateError(ConflictError):
    """A filing in this state cannot take that step."""

    code = "filing_state"


class OffsetError(DomainError):
    """A recovery or rebate that cannot be taken in."""

    code = "offset"


class TransferError(DomainError):
    """What somebody accumulated elsewhere cannot be taken in."""

    code = "transfer"
