"""Test databases: a template with two provisioned employers is built once for a state of the migrations, then copied."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from tenants import directory
from tenants.services import provision_employer
from tpa.books.plans import selectors as plans
from tpa.books.providers import selectors as providers
from tpa.books.stoploss import selectors as stoploss
from tpa.workflows.group_numbers import add_group_number

ROOT = Path(__file__).parents[1]
TEMPLATE_PREFIX = "tpa_tests_"
EMPLOYERS = (("acme", "Acme Tools"), ("umbra", "Umbra Foods"))
GROUPS = {"acme": ("G1", "GRP"), "umbra": ("G2",)}
_BUILD_LOCK = 0x7_E57
_CLONE = "CREATE DATABASE {} TEMPLATE {}"


def make_test_database(name: str) -> None:
    """A fresh database `name`, copied from the template; every connection of this process goes there afterwards."""
    with _maintenance() as server:
        template = _template(server)
        _drop(server, name)
        server.execute(sql.SQL(_CLONE).format(sql.Identifier(name), sql.Identifier(template)))
    go_to_database(name)


def make_template() -> None:
    """Build the template, so that no test has to wait for it; `make test` does it beside the lint."""
    with _maintenance() as server:
        _template(server)


def drop_test_database(name: str) -> None:
    """Close this process's connections and drop the database."""
    go_to_database("postgres")
    with _maintenance() as server:
        _drop(server, name)


def go_to_database(name: str) -> None:
    """Point Django's connection settings at another database of the same server, for every thread."""
    connection.close()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    directory.forget()
    # A process knows one database all its life, and keeps what never changes there; here the same keys come again.
    for kept in (plans._terms, providers._kept, stoploss._kept):
        kept.clear()


def _template(server: psycopg.Connection) -> str:
    """The name of the template, built where it is not there; others wait until this process is done with `server`."""
    server.execute("SELECT pg_advisory_lock(%s)", [_BUILD_LOCK])
    template = TEMPLATE_PREFIX + _state_of_migrations()
    if not _exists(server, template):
        _build(server, template)
    return template


def _build(server: psycopg.Connection, template: str) -> None:
    for (old,) in server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
        [TEMPLATE_PREFIX],
    ):
        _drop(server, old)
    unfinished = f"making_{template}"
    _drop(server, unfinished)
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    go_to_database(unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    for code, name in EMPLOYERS:
        employer = provision_employer(code=code, name=name, situs="OH")
        for number in GROUPS[code]:
            add_group_number(employer_id=employer.pk, number=number)
    go_to_database("postgres")
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
    )


def _state_of_migrations() -> str:
    """A digest of everything that the template is made of: migrations, their SQL, provisioning, installed versions."""
    digest = hashlib.sha256(settings.TPA_HOST.encode())
    files = [
        *ROOT.glob("tpa/**/migrations/*.py"),
        *ROOT.glob("tpa/**/*.sql"),
        *ROOT.glob("tenants/**/*.py"),
    ]
    files += [
        *ROOT.glob("requirements/runtime.txt"),
        ROOT / "tpa/infra/append_only.py",
        ROOT / "tests/databases.py",
    ]
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:20]


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """The server's own database, outside Django."""
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"],
        port=at["PORT"],
        user=at["USER"],
        password=at["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        yield server


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        server.execute(drop + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        # FORCE may not end an autovacuum worker, which is the superuser's, and then ends nobody; a plain DROP sends it away.
        ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = session_user"
        server.execute(ours, [name])
        server.execute(drop)


def database_url(name: str) -> str:
    """The address of a database on the same server, for a process that a test starts."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"


def worker_database(base: str) -> str:
    """This process's own database name (xdist runs several)."""
    return f"test_{base}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def who() -> tuple[str, str]:
    """Role and search path of this thread's connection, as the server sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, replace(current_setting('search_path'), '\"', '')")
        return cursor.fetchone()
