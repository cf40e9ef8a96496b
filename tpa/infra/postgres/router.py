"""Which tables a connection may speak of."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django_tenants.routers import TenantSyncRouter

from tpa.infra.postgres.base import PUBLIC
from tpa.kernel.errors import InvariantError


class UnboundError(InvariantError):
    """An employer's table was asked for on a connection that is bound to no employer."""


class EmployerRouter(TenantSyncRouter):
    """django_tenants' router, and a refusal of an employer's tables where no employer is bound."""

    def db_for_read(self, model: type, **hints: Any) -> None:
        """Refuse, or leave the choice of the database to Django."""
        if connection.schema_name == PUBLIC and is_tenant_table(model._meta.app_label):
            raise UnboundError(f"{model._meta.label} belongs to an employer: work inside employer_scope(...)")

    db_for_write = db_for_read


def is_tenant_table(app_label: str) -> bool:
    """Whether the app's tables lie in the employers' schemas."""
    return apps.get_app_config(app_label).name in settings.TENANT_APPS
