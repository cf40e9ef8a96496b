"""The refusal: an expected "no" that says what is wrong and what to do.

An *outcome* (denial, pend, X12 issue) is a value, not an exception. A *broken invariant* is an `InvariantError`,
is never caught, and stops the batch. Everything that a caller can put right is a `DomainError`.
"""

from __future__ import annotations


class DomainError(Exception):
    """A refusal. The web answers it with a 4xx problem document."""

    code = "refused"
    status = 422
    remedy = ""

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        """Position of the fault: a JSON pointer, a segment position, a row number."""
        if remedy:
            self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}"


class NotFoundError(DomainError):
    """The thing does not exist, or not for this caller: the two are never told apart."""

    code = "not_found"
    status = 404


class ConflictError(DomainError):
    """The thing is not in a state in which this can be done."""

    code = "conflict"
    status = 409


class SecondPersonError(ConflictError):
    """One person, whatever the login, may not do both."""

    code = "second_person"
    remedy = "Another person has to do this: not another login of the same one, and no program."


class InvariantError(AssertionError):
    """Something that must always hold does not. Never caught: the transaction is lost, the books stay right."""


def must(condition: bool, message: str) -> None:
    """Stop with InvariantError unless `condition` holds; stays on in production."""
    if not condition:
        raise InvariantError(message)
