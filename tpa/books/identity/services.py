"""Entering people, giving and taking roles, issuing keys. Run at the desk: no employer's role can write these tables."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from tenants.scope import desk_scope
from tpa.books.identity.errors import GrantConflict, GrantError
from tpa.books.identity.models import ApiKey, Grant, Reporting, User
from tpa.books.identity.permissions import ACTIONS, PORTAL_ROLES, Role
from tpa.books.identity.selectors import superiors_of
from tpa.infra import clock
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError

KEY_DAYS = 365
"""How long a key lasts where nothing else is asked for."""
_USED_EVERY = timedelta(minutes=1)


def create_user(*, email: str, name: str, password: str | None = None, person_id: int | None = None) -> User:
    """A new login, able to do nothing yet. Without a password it can be entered by reset link or identity provider.

    `person_id` is the id of the same human being's first login. Raises DomainError, and ConflictError where the
    address is known.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise DomainError(f"{email[:80]!r} is not an e-mail address.", where="/email") from error
    user = User(email=email.lower(), name=name, person_id=person_id)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError("There is a login with this e-mail address.", where="/email") from error
    return user


def grant_role(
    *, user: User, role: Role | str, employer_id: int | None = None, authority_cents: int = 0, by: User | None = None
) -> Grant:
    """Give `user` a role for one employer, or (None, desk roles only) for all.

    `by` is None only for the first administrator, made on the command line; nobody gives himself a role. Raises
    GrantError, and GrantConflict where the role is held.
    """
    if role not in set(Role):
        raise GrantError(f"There is no role {role!r}.", where="/role")
    if role in PORTAL_ROLES and employer_id is None:
        raise GrantError(f"{role} is given for one employer.", where="/employer")
    if authority_cents < 0:
        raise GrantError("An authority is not negative.", where="/authority_cents")
    if by is not None and by.person == user.person:
        raise GrantError("Nobody gives himself a role.", remedy="Ask another administrator.")
    try:
        with transaction.atomic():
            grant = Grant.objects.create(
                user=user, role=Role(role), employer_id=employer_id, authority_cents=authority_cents, granted_by=by
            )
    except IntegrityError as error:
        raise GrantConflict(f"{user} holds this role already.") from error
    user.__dict__.pop("held", None)
    return grant


def revoke_grant(*, grant_id: int, by: User | None = None) -> None:
    """Take a role back, from now on. Raises NotFoundError, and GrantConflict where it was taken before."""
    grant = Grant.objects.filter(pk=grant_id).first()
    if grant is None:
        raise NotFoundError("There is no such grant.")
    if not Grant.objects.filter(pk=grant_id, revoked_at=None).update(revoked_at=clock.now(), revoked_by=by):
        raise GrantConflict("This grant was taken back before.")


def set_superior(*, user: User, superior: User | None, by: User | None = None) -> Reporting:
    """From now on the person reports to another one, or (None) to nobody. Raises DomainError for a circle."""
    above = superiors_of(superior.person) if superior else ()
    if superior is not None and user.person in (superior.person, *above):
        raise DomainError(f"{superior} reports to {user}, or is the same person.", where="/superior")
    superior_id = superior.person if superior else None
    return Reporting.objects.create(person_id=user.person, superior_id=superior_id, entered_by=by)


def close_login(*, user_id: int) -> None:
    """Shut a login at once, at every host: the next request of an open session is already refused."""
    if not User.objects.filter(pk=user_id).update(is_active=False):
        raise NotFoundError("There is no such login.")


def issue_key(
    *,
    name: str,
    scopes: Iterable[str],
    employer_id: int | None = None,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once. Without an employer it is the TPA's own.

    `scopes` are actions of the permission table. Raises DomainError for one that is not there.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in ACTIONS]:
        raise DomainError(f"There are no such actions: {', '.join(unknown)}", where="/scopes")
    if not wanted:
        raise DomainError("A key needs at least one action.", where="/scopes")
    if by is not None and (beyond := [scope for scope in wanted if not by.allows(scope, employer_id)]):
        raise DomainError(f"You may not do this yourself: {', '.join(beyond)}", where="/scopes")
    expiry = expires_at or clock.now() + timedelta(days=KEY_DAYS)
    key, text = ApiKey.objects.create_key(
        name=name[:50], scopes=wanted, employer_id=employer_id, expiry_date=expiry, issued_by=by
    )
    return cast(ApiKey, key), text


def revoke_key(*, key_id: str) -> None:
    """The key is worth nothing from now on. Raises NotFoundError."""
    if not ApiKey.objects.filter(pk=key_id).update(revoked=True):
        raise NotFoundError("There is no such key.")


def use_key(*, text: str) -> ApiKey | None:
    """The key in force with this text; None for every other text. Reads at the desk, whatever employer is bound.

    When it was last used is kept to the minute: most calls write nothing.
    """
    with desk_scope():
        try:
            key = cast(ApiKey, ApiKey.objects.get_from_key(text))
        except ApiKey.DoesNotExist:
            return None
        instant = clock.now()
        if key.has_expired:
            return None
        if key.last_used_at is None or instant - key.last_used_at >= _USED_EVERY:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=instant)
        return key
