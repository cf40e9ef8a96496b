"""Refusals about people, roles and keys."""

from tpa.kernel.errors import ConflictError, DomainError


class ForbiddenError(DomainError):
    """The caller is known, but may not do this here."""

    code = "forbidden"
    status = 403


class GrantError(DomainError):
    """A role that cannot be given like this."""

    code = "grant"


class GrantConflict(ConflictError):
    """The role is held already, or no longer."""

    code = "grant_conflict"
