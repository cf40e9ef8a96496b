"""What keeps a server from starting, in one sentence, with its cure."""

from tpa.kernel.errors import DomainError


class CannotStart(DomainError):
    """A server cannot run here. `remedy` says what to do about it."""

    code = "cannot_start"
    status = 500


class Unfit(CannotStart):
    """This program does not run here; another one may."""
