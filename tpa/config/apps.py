from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.management.commands import makemigrations
from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

from tpa.config import checks
from tpa.config.celery import app


class ConfigConfig(AppConfig):
    """Listed after pgtrigger, whose autodetector `migrate` must share with `makemigrations`."""

    name = "tpa.config"
    label = "config"

    def ready(self) -> None:
        """Stop where the settings are unsafe; make our Celery the one that tasks belong to."""
        checks.refuse_unsafe_settings()
        register(checks.sound_server, Tags.database)
        app.set_default()
        MigrateSchemasCommand.autodetector = makemigrations.Command.autodetector
