"""System checks on the division between the shared schema and the employers'."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error


def disjoint_schemas(*, app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """No table may stand both in public and in the employers' schemas, and no key may lead from one to the other.

    A table missing in an employer's schema is read from public without a word, so a name in both would hide a fault.
    """
    both = sorted(set(settings.SHARED_APPS) & set(settings.TENANT_APPS))
    found: list[CheckMessage] = [
        Error(
            f"The app {name} is both shared and per employer.",
            hint="Choose one.",
            id="tenants.E001",
        )
        for name in both
    ]
    shared = {model._meta.db_table: model for model in apps.get_models() if not _per_employer(model)}
    for model in apps.get_models():
        if not _per_employer(model):
            continue
        if model._meta.db_table in shared:
            found.append(
                Error(
                    f"The table {model._meta.db_table} is also a shared one.",
                    obj=model,
                    id="tenants.E002",
                )
            )
        found += [
            Error(
                f"{model._meta.label}.{field.name} is a foreign key from an employer's table to a shared one.",
                hint="Keep the shared row's id in a plain column.",
                obj=model,
                id="tenants.E003",
            )
            for field in model._meta.local_fields
            if field.remote_field and field.db_constraint and not _per_employer(field.remote_field.model)
        ]
    return found


def _per_employer(model: Any) -> bool:
    return apps.get_app_config(model._meta.app_label).name in settings.TENANT_APPS
