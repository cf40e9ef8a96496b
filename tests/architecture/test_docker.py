"""Image and compose file say what the settings and the process list say."""

import ast
import json
import re
import sys
from importlib import import_module
from typing import Any

import yaml
from django.urls import resolve

from tests.architecture.sources import ROOT
from tpa.infra import processes
from tpa.web.health import livez
from tpa.workflows.demo import processes as demo

DOCKER = ROOT / "docker"
REACHABLE = "--bind=0.0.0.0:8000"
"""In a container the web server listens on the container's network; the demo's listens on the loopback."""
NOT_IN_A_CONTAINER = {"TEST_CLOCK"}


def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, its argument), continuation lines joined, comments dropped."""
    text = re.sub(r"\\\n\s*", "", (DOCKER / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def names_in_settings() -> set[str]:
    """Every environment variable that the settings read."""
    tree = ast.parse((ROOT / "tpa" / "config" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_compose_gives_the_application_exactly_the_names_that_its_settings_read() -> None:
    services = compose()["services"]
    for service in ("migrate", "web", "worker", "beat"):
        assert set(services[service]["environment"]) == names_in_settings() - NOT_IN_A_CONTAINER, service


def test_the_example_environment_holds_exactly_what_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    offered = re.findall(r"^(\w+)=(.*)$", (DOCKER / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, _ in offered} == asked
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", (DOCKER / "compose.yaml").read_text()))
    assert {name: value for name, value in offered if value} == defaults


def test_compose_runs_the_processes_of_the_installation() -> None:
    services = compose()["services"]
    assert tuple(services["migrate"]["command"]) == processes.MIGRATE
    assert tuple(services["web"]["command"]) == (*processes.WEB, REACHABLE)
    assert tuple(services["worker"]["command"]) == processes.WORKER
    assert tuple(services["beat"]["command"]) == processes.BEAT
    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


def test_the_demo_runs_the_same_processes_on_the_loopback() -> None:
    services = compose()["services"]
    for name, command in demo.commands(8000).items():
        inside = [part for part in services[name]["command"] if part != REACHABLE]
        assert command == [sys.executable, "-m", *inside, *(["--bind=127.0.0.1:8000"] if name == "web" else [])]


def test_the_processes_name_entries_that_exist() -> None:
    module, attribute = processes.WEB[1].split(":")
    assert callable(getattr(import_module(module), attribute))
    for command in (processes.WORKER, processes.BEAT):
        (name,) = [part.removeprefix("--app=") for part in command if part.startswith("--app=")]
        assert import_module(name).app.main == "tpa"


def test_nothing_starts_before_the_migration_is_done() -> None:
    services = compose()["services"]
    for service in ("web", "worker", "beat"):
        assert services[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[service]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_only_the_web_server_is_reachable_from_outside() -> None:
    assert {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service} == {
        "web": ["8000:8000"]
    }


def test_the_web_servers_health_is_asked_at_an_address_that_exists() -> None:
    asked = compose()["services"]["web"]["healthcheck"]["test"][-1]
    (address,) = re.findall(r"8000(/\w+)'", asked)
    assert resolve(address, urlconf="tpa.config.urls_public").func is livez
    compile(asked, "healthcheck", "exec")


def test_no_secret_has_a_default() -> None:
    text = (DOCKER / "compose.yaml").read_text()
    secrets = {name for name in re.findall(r"\$\{(\w+)", text) if re.search("KEY|PASSWORD", name)}
    assert secrets == {
        "SECRET_KEY",
        "MEMBER_HASH_KEY",
        "BANK_ACCOUNT_KEY",
        "TPA_DATABASE_PASSWORD",
        "POSTGRES_PASSWORD",
        "VALKEY_PASSWORD",
    }
    for name in secrets:
        assert re.findall(rf"\$\{{{name}(.*?)\}}", text) == [":?"] * text.count(f"${{{name}")


def test_the_database_of_compose_is_set_like_the_embedded_one() -> None:
    options = compose()["services"]["postgres"]["command"][2::2]
    assert options == ["max_connections=200", "max_locks_per_transaction=1024", "jit=off", "timezone=UTC"]
    role = (DOCKER / "postgres" / "application_role.sh").read_text()
    assert "LOGIN CREATEROLE CREATEDB NOSUPERUSER" in role


def test_the_image_runs_the_web_server_as_an_ordinary_user() -> None:
    steps = dockerfile()
    users = [argument for instruction, argument in steps if instruction == "USER"]
    assert users == ["tpa"]
    assert steps.index(("USER", "tpa")) > max(index for index, step in enumerate(steps) if step[0] in ("RUN", "COPY"))
    assert json.loads(dict(steps)["CMD"]) == [*processes.WEB, REACHABLE]


def test_the_image_takes_packages_by_hash_and_only_those_of_the_runtime() -> None:
    runs = [argument for instruction, argument in dockerfile() if instruction == "RUN"]
    installs = [run for run in runs if "pip install" in run]
    assert [run.split()[-1] for run in installs] == ["/runtime.txt", "/compile.txt"]
    assert all("--require-hashes" in run for run in installs)
    steps = dockerfile()
    image = steps[max(n for n, step in enumerate(steps) if step[0] == "FROM") :]
    taken = [argument for instruction, argument in image if instruction == "COPY" and "--from" in argument]
    assert taken == ["--from=packages /venv /venv", "--from=engine /app/*.so ./", "--from=engine /app/tpa ./tpa"]


def test_every_image_is_pinned_to_a_major_version() -> None:
    images = [argument.split()[0] for instruction, argument in dockerfile() if instruction == "FROM"]
    services = compose()["services"]
    images += [services[name]["image"] for name in ("postgres", "valkey")]
    assert images == ["python:3.13-slim-bookworm"] * 3 + ["postgres:18-bookworm", "valkey/valkey:9-bookworm"]


def test_the_image_holds_what_it_copies_and_no_more() -> None:
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        argument.split()[0]
        for instruction, argument in dockerfile()
        if instruction == "COPY" and "--from" not in argument
    }
    assert ignored[0] == "*"
    assert copied == allowed
    assert [path for path in sorted(allowed) if not (ROOT / path).exists()] == []
