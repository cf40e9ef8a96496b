"""Who may do what, and for whom. These read at the desk whatever employer is bound."""

from tenants.models import Employer
from tenants.scope import desk_scope
from tpa.books.identity.errors import ForbiddenError
from tpa.books.identity.models import ApiKey, Reporting, User
from tpa.books.identity.permissions import DESK_ROLES
from tpa.kernel.errors import ConflictError, NotFoundError

Principal = User | ApiKey
"""Who calls: a person or a program."""


def may(principal: Principal, action: str, employer: Employer | int | None) -> bool:
    """Whether the caller may do `action` for that employer; None asks for the TPA as a whole."""
    employer_id = employer.pk if isinstance(employer, Employer) else employer
    with desk_scope():
        return bool(principal.is_authenticated) and principal.allows(action, employer_id)


def require(principal: Principal, action: str, employer: Employer | int | None) -> None:
    """Raise ForbiddenError unless the caller may."""
    if not may(principal, action, employer):
        raise ForbiddenError(f"You may not do this here ({action}).", remedy="Ask the administrator for the role.")


def employer_ids_for(principal: Principal, action: str) -> list[int] | None:
    """The employers for which the caller may do `action`; None means all of them."""
    with desk_scope():
        if principal.allows(action, None):
            return None
        if isinstance(principal, ApiKey):
            own_id = principal.employer_id
            return [own_id] if own_id is not None and principal.allows(action, own_id) else []
        own = {held.employer_id for held in principal.held if held.employer_id is not None}
        return sorted(employer_id for employer_id in own if principal.allows(action, employer_id))


def require_two_persons(maker: User, checker: User) -> None:
    """Raise ConflictError where both are the same human being, with whatever login."""
    if maker.person == checker.person:
        raise ConflictError("A second person has to approve this.", remedy="Ask a colleague.")


def superiors_of(person_id: int) -> tuple[int, ...]:
    """The persons to whom somebody reports, the nearest first, up to the top."""
    found: list[int] = []
    with desk_scope():
        while (above := _superior(found[-1] if found else person_id)) is not None and above not in (person_id, *found):
            found.append(above)
    return tuple(found)


def _superior(person_id: int) -> int | None:
    rows = Reporting.objects.filter(person_id=person_id).order_by("-id")
    return rows.values_list("superior_id", flat=True).first()


def desk_people() -> list[User]:
    """Everybody with a role at the desk, by name."""
    with desk_scope():
        roles = [role.value for role in DESK_ROLES]
        people = User.objects.filter(is_active=True, grants__revoked_at=None, grants__role__in=roles)
        return list(people.distinct().order_by("name"))


def colleague(email: str, employer_id: int) -> User:
    """Somebody at the desk who works queues for the employer. Raises NotFoundError."""
    found = next((one for one in desk_people() if one.email == email.strip().lower()), None)
    if found is None or not may(found, "queues.work", employer_id):
        raise NotFoundError("Nobody of that address works for this employer.")
    return found
