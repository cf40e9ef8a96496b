from django.apps import AppConfig
from django.core.management.commands import makemigrations
from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

from tpa.config.celery import app


class ConfigConfig(AppConfig):
    """Listed after pgtrigger, whose autodetector `migrate` must share with `makemigrations`."""

    name = "tpa.config"
    label = "config"

    def ready(self) -> None:
        """Make our Celery the one that tasks belong to; tell django_tenants' own `migrate` of pgtrigger."""
        app.set_default()
        MigrateSchemasCommand.autodetector = makemigrations.Command.autodetector
