"""The employer is the tenant: one schema, one database role, one portal host."""

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.base import ModelState
from django.db.models.functions import Concat
from django_tenants.models import DomainMixin, TenantMixin


@pghistory.track()
class Employer(TenantMixin):
    """A self-funding employer. Its books lie in the schema `t_<id>` and belong to the database role of the same name."""

    class State(models.TextChoices):
        PROVISIONING = "provisioning"
        ACTIVE = "active"
        SUSPENDED = "suspended"

    auto_create_schema = False

    code = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9-]{1,38}[a-z0-9]\Z",
                "Small letters, digits and inner hyphens.",
            )
        ],
        help_text="Short name; the portal's host is this, a dot, and the TPA's host.",
    )
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=40, default="America/New_York")
    situs = models.CharField(
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", "Two capital letters.")],
        help_text="State or province whose law holds for its plan and its stop-loss contracts, such as OH.",
    )
    state = models.CharField(max_length=20, choices=State, default=State.PROVISIONING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="employer_schema_is_server_made",
                condition=models.Q(schema_name=Concat(models.Value("t_"), "id", output_field=models.CharField())),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def __copy__(self) -> "Employer":
        """A row of its own, as copying any row gives; this one is copied several times a request."""
        twin = Employer.__new__(Employer)
        twin.__dict__.update(self.__dict__)
        twin._state = ModelState()
        twin._state.db, twin._state.adding = self._state.db, self._state.adding
        return twin

    @property
    def database_role(self) -> str:
        """The PostgreSQL role that may touch this employer's schema and no other."""
        return self.schema_name

    @property
    def is_open(self) -> bool:
        """Whether its portal, its API and its work are open."""
        return self.state == self.State.ACTIVE


class Domain(DomainMixin):
    """A host name at which an employer's portal answers."""
