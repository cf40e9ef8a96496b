"""What makes an installation unsafe: refused when a process starts, or when the database is migrated."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

OLDEST_SERVER = 160_000

_SERVER = """
SELECT current_setting('server_version_num')::int, current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'), rolcreaterole OR rolsuper
FROM pg_roles WHERE rolname = session_user"""


def refuse_unsafe_settings() -> None:
    """Raise ImproperlyConfigured where an installation that others can reach is not closed. Run by every process."""
    if settings.TPA_HOST == "localhost":
        return
    faults = []
    if settings.SECRET_KEY == settings.DEVELOPMENT_KEY or len(settings.SECRET_KEY) < 50:
        faults.append("SECRET_KEY must be a secret of its own, 50 characters or more")
    if settings.DEBUG:
        faults.append("DEBUG must be off")
    if not settings.HTTPS:
        faults.append("HTTPS must be on")
    if faults:
        raise ImproperlyConfigured(f"{settings.TPA_HOST} cannot be served like this: {'; '.join(faults)}.")


def sound_server(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A server that may lose what it has acknowledged, or cannot hold employers apart, is an error."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SERVER)
        version, fsync, full_pages, commit, makes_roles = cursor.fetchone()
    faults = {
        "config.E001": version < OLDEST_SERVER and "PostgreSQL is older than 16.",
        "config.E002": fsync != "on" and "fsync is off: a crash would lose money that was acknowledged.",
        "config.E003": full_pages != "on" and "full_page_writes is off: a crash may tear pages.",
        "config.E004": commit == "off" and "synchronous_commit is off: a crash would lose what was acknowledged.",
        "config.E005": not makes_roles and "The login role needs CREATEROLE: every employer has a role of its own.",
    }
    return [Error(text, id=code) for code, text in faults.items() if text]
