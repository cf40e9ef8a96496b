"""Refusals about employers. They carry the same fields as the house's own: code, status, message, where, remedy."""


class EmployerError(Exception):
    """Something that the caller asked for cannot be done, and why."""

    code = "refused"
    status = 422
    where = ""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class EmployerNotFound(EmployerError):
    """There is no such employer."""

    code = "not_found"
    status = 404


class EmployerConflict(EmployerError):
    """The employer is not in a state in which this can be done."""

    code = "conflict"
    status = 409
