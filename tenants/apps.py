from django.apps import AppConfig
from django.core.checks import Tags, register
from django_tenants.signals import schema_migrated

from tenants import checks, rights


class TenantsConfig(AppConfig):
    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks; renew the roles' rights after every migration of a schema."""
        register(checks.disjoint_schemas, Tags.models)
        schema_migrated.connect(rights.after_migration, dispatch_uid="tenants.rights")
