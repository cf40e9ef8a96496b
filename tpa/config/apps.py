from django.apps import AppConfig
from django.core.management.commands import makemigrations
from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand


class ConfigConfig(AppConfig):
    """Listed after pgtrigger, whose autodetector `migrate` must share with `makemigrations`."""

    name = "tpa.config"
    label = "config"

    def ready(self) -> None:
        """django_tenants brings its own `migrate`, which pgtrigger does not know of."""
        MigrateSchemasCommand.autodetector = makemigrations.Command.autodetector
