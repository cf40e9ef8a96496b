"""Who may enter, and for which employer: users, grants of roles, API keys. Shared; no employer's role can read them."""

from functools import cache
from typing import Any, ClassVar, NamedTuple, cast

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager

from tenants.models import Employer
from tpa.books.identity.permissions import (
    ADMIN_APPS,
    DESK_ROLES,
    PORTAL_ROLES,
    Role,
    roles_for,
)
from tpa.infra import clock
from tpa.infra.postgres.prepared import columns_of, prepared, split_row


class Held(NamedTuple):
    """A role in force: for one employer, or (None) for all."""

    employer_id: int | None
    role: Role
    authority_cents: int


class UserManager(BaseUserManager["User"]):
    """People are made by `services.create_user`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """E-mail addresses are compared without regard to case."""
        return self.get(email__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A login. Two logins of one human being carry the same `person_id`: four eyes are two persons, not two logins."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    person_id = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The first login's id, where there are several.",
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def person(self) -> int:
        """The human being behind the login."""
        return self.person_id or self.pk

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Every grant in force; read once per request."""
        rows = self.grants.filter(revoked_at=None).values_list("employer_id", "role", "authority_cents")
        return tuple(Held(employer_id, Role(role), cents) for employer_id, role, cents in rows)

    def roles_at(self, employer_id: int | None) -> frozenset[Role]:
        """The roles that count for an employer; for None, the desk's roles that count for all."""
        return frozenset(h.role for h in self.held if h.employer_id is None or h.employer_id == employer_id)

    def allows(self, action: str, employer_id: int | None) -> bool:
        """Whether a role held for that employer (None: for all) may do `action`."""
        return self.is_active and not self.roles_at(employer_id).isdisjoint(roles_for(action))

    def counts_at(self, employer_id: int | None) -> bool:
        """Whether the login counts at that employer's portal; None is the TPA's desk."""
        if employer_id is None:
            return self.is_active and any(h.role in DESK_ROLES for h in self.held)
        return self.is_active and not self.roles_at(employer_id).isdisjoint(PORTAL_ROLES)

    def authority_cents(self, employer_id: int | None) -> int:
        """The highest amount that this person may decide or release alone for that employer."""
        return max(
            (h.authority_cents for h in self.held if h.employer_id in (None, employer_id)),
            default=0,
        )

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens at all."""
        return self.counts_at(None)

    @property
    def is_superuser(self) -> bool:
        """The TPA's administrator, for all employers."""
        return self.is_active and Role.TPA_ADMIN in self.roles_at(None)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's `app.verb_model`, asked by the admin: everybody at the desk sees, the app's action changes."""
        app, _, rest = perm.partition(".")
        if self.is_superuser:
            return True
        if not self.is_staff or app not in ADMIN_APPS or app == "identity":
            return False
        return rest.startswith("view_") or self.allows(ADMIN_APPS[app], None)

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        """All of them."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin shows the app."""
        return self.has_perm(f"{app_label}.view_")


@pghistory.track()
class Grant(models.Model):
    """A role given to a user for one employer, or for all. Never deleted: revoked, by somebody, at an instant."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    employer = models.ForeignKey(Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value.replace("_", " ")) for role in Role],
    )
    authority_cents = models.BigIntegerField(default=0, help_text="May decide or release alone up to this amount.")
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "employer", "role"],
                condition=models.Q(revoked_at=None),
                nulls_distinct=False,
                name="grant_once",
            ),
            models.CheckConstraint(
                condition=models.Q(employer__isnull=False)
                | ~models.Q(role__in=sorted(role.value for role in PORTAL_ROLES)),
                name="grant_portal_role_for_one_employer",
            ),
            models.CheckConstraint(
                condition=models.Q(authority_cents__gte=0),
                name="grant_authority_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} for {self.employer or 'all employers'}"


class Reporting(models.Model):
    """To whom a person reports (None: to nobody here). Rows are added; of a person's the latest counts."""

    person_id = models.BigIntegerField()
    superior_id = models.BigIntegerField(null=True, help_text="The person, whatever the login.")
    entered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "reporting lines"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(superior_id=None) | ~models.Q(superior_id=models.F("person_id")),
                name="reporting_to_another",
            )
        ]
        indexes = [models.Index(fields=["person_id", "-id"], name="reporting_latest")]

    def __str__(self) -> str:
        return f"{self.person_id} reports to {self.superior_id or 'nobody'}"


class ApiKeyManager(APIKeyManager):
    """Keys read `tpa_live_<prefix>.<secret>`; only the prefix and a hash are kept."""

    MARK = "tpa_live_"

    def assign_key(self, obj: AbstractAPIKey) -> str:
        """The text to be shown once."""
        return self.MARK + super().assign_key(obj)

    def get_from_key(self, key: str) -> AbstractAPIKey:
        """The usable key of that text. Raises DoesNotExist."""
        if not key.startswith(self.MARK):
            raise ApiKey.DoesNotExist("not a key of this installation")
        text = key.removeprefix(self.MARK)
        for row in prepared(_by_prefix(), [text.partition(".")[0]]):
            (found,) = split_row(row, ApiKey)
            if found.is_valid(text):
                return cast(AbstractAPIKey, found)
        raise ApiKey.DoesNotExist("not a key of this installation")


@cache
def _by_prefix() -> str:
    return f"SELECT {columns_of(ApiKey, 'k')} FROM identity_apikey AS k WHERE k.prefix = %s AND NOT k.revoked"


class ApiKey(AbstractAPIKey):
    """A program's credential, for one employer, or (None) for the TPA, which then names an employer with every call."""

    employer = models.ForeignKey(Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.CharField(max_length=40), help_text="Actions of the permission table.")
    issued_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ApiKeyManager] = ApiKeyManager()
    is_active = is_authenticated = True
    is_anonymous = is_staff = False

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"

    def is_valid(self, key: str) -> bool:
        """Whether the text is this key's."""
        return super().is_valid(key.removeprefix(ApiKeyManager.MARK))

    def allows(self, action: str, employer_id: int | None) -> bool:
        """Whether the key may do `action` for that employer; an employer's key never for another or for all."""
        roles_for(action)
        return action in self.scopes and (self.employer_id is None or self.employer_id == employer_id)
