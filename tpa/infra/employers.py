"""The employer for whom work is done: bound to the connection, and open for work."""

from tenants.models import Employer
from tenants.scope import current_employer
from tpa.kernel.errors import ConflictError, must


class EmployerClosedError(ConflictError):
    """The employer is suspended, or not ready yet: its books are read, nothing is written."""

    code = "employer_closed"
    remedy = "Wait until the employer is open."


def require_open(employer: Employer) -> Employer:
    """The employer, if its books may be written. Raises EmployerClosedError."""
    if not employer.is_open:
        raise EmployerClosedError(f"The employer is {employer.state}.")
    return employer


def bound_employer() -> Employer:
    """The employer whose books are read, open or not. InvariantError at the desk."""
    employer = current_employer()
    must(employer is not None, "an employer's books are read and written inside employer_scope")
    assert employer is not None
    return employer


def open_employer() -> Employer:
    """The employer whose books are open to be written. InvariantError at the desk, EmployerClosedError where closed."""
    return require_open(bound_employer())
