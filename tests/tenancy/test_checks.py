"""An unsafe installation does not start; a table in two places is found."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps

from tenants.checks import disjoint_schemas
from tpa.books.audit.models import AuditEvent
from tpa.books.identity.models import User
from tpa.config.checks import refuse_unsafe_settings, sound_server

SECRET = "s3cret-" * 10


def test_the_installation_as_it_stands_has_no_fault(db):
    assert [message for message in run_checks(databases=["default"]) if message.is_serious()] == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"SECRET_KEY": "development-only-key-that-no-reachable-installation-may-use"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": True}, "DEBUG must be off"),
        ({"HTTPS": False}, "HTTPS must be on"),
    ],
)
def test_a_reachable_host_starts_only_closed(settings, changes, fault):
    safe = {"TPA_HOST": "tpa.example", "SECRET_KEY": SECRET, "DEBUG": False, "HTTPS": True}
    for name, value in {**safe, **changes}.items():
        setattr(settings, name, value)
    if fault is None:
        refuse_unsafe_settings()
    else:
        with pytest.raises(ImproperlyConfigured, match=fault):
            refuse_unsafe_settings()


def test_a_server_that_forgets_what_it_acknowledged_is_refused(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert [message.id for message in sound_server(databases=["default"])] == ["config.E004"]


def test_an_app_in_both_lists_is_found(settings):
    settings.SHARED_APPS = [*settings.SHARED_APPS, "tpa.books.audit"]
    assert "tenants.E001" in [message.id for message in disjoint_schemas(app_configs=None)]


@isolate_apps("tpa.books.audit", "tpa.books.identity")
def test_a_table_in_both_places_and_a_key_that_crosses_are_found(monkeypatch):
    class Twin(models.Model):
        class Meta:
            app_label = "audit"
            db_table = "identity_user"

    class Crossing(models.Model):
        user = models.ForeignKey(User, on_delete=models.PROTECT)

        class Meta:
            app_label = "audit"

    monkeypatch.setattr("tenants.checks.apps.get_models", lambda: [User, AuditEvent, Twin, Crossing])
    assert [(message.id, message.obj) for message in disjoint_schemas(app_configs=None)] == [
        ("tenants.E002", Twin),
        ("tenants.E003", Crossing),
    ]
