"""The JSON Schema of case files says what the parser says: every file is valid, every key is known to both."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.cases.__main__ import case_files
from tpa.engine.cases.read import read_document
from tpa.engine.plan import parse_plan, read_toml
from tpa.kernel.document import Section
from tpa.kernel.errors import DomainError

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE / "case.schema.json").read_text(encoding="utf-8"))
DEFS = SCHEMA["$defs"]
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
VARIANTS = {"price_step": "method", "fee": "fee"}
"""Definition of a table whose form one of its keys decides -> that key."""
TEMPLATES = sorted(str(one) for one in files("tpa.books.plans").joinpath("templates").iterdir() if one.is_file())
PLAN_FILES = [
    *(file for file in TEMPLATES if file.endswith(".toml")),
    *map(str, sorted({*HERE.rglob("*.toml")} - {*case_files(HERE)})),
]


def as_json(text: str) -> Any:
    """The JSON form of a TOML text: days and decimals are texts."""
    document = read_toml(text)
    return json.loads(json.dumps(document, default=lambda one: one.isoformat() if isinstance(one, date) else str(one)))


def all_documents() -> dict[str, dict[str, Any]]:
    """Every case file with its plan inside; every plan beside them in a file of its own."""
    found = {}
    for file in case_files(HERE):
        document = as_json(file.read_text(encoding="utf-8"))
        if "plan_file" in document:
            document["plan"] = as_json((file.parent / document.pop("plan_file")).read_text(encoding="utf-8"))
        found[str(file)] = document
    for name in PLAN_FILES:
        found[name] = {"source": "Own", "plan": as_json(Path(name).read_text(encoding="utf-8"))}
    return found


DOCUMENTS = all_documents()


def tables(value: Any, schema: Any, where: str, name: str = "") -> Iterator[tuple[str, str]]:
    """(name of its definition, JSON pointer) of every table in a document whose keys the schema knows."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from tables(value, DEFS[name], where, name)
    elif name in VARIANTS:
        yield from tables(value, {"$ref": f"#/$defs/{name}_{value[VARIANTS[name]]}"}, where)
    elif "anyOf" in schema and "properties" not in schema and isinstance(value, dict):
        fitting = (one for one in schema["anyOf"] if VALIDATOR.evolve(schema=one | {"$defs": DEFS}).is_valid(value))
        yield from tables(value, next(fitting, {}), where)
    elif "if" in schema:
        fits = jsonschema.Draft202012Validator(schema["if"]).is_valid(value)
        yield from tables(value, schema["then" if fits else "else"], where)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from tables(one, schema.get("items", {}), f"{where}/{n}")
    elif isinstance(value, dict):
        if "properties" in schema:
            yield name, where
        for key, one in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                yield from tables(one, inner, f"{where}/{key}")


def places() -> dict[str, tuple[str, str]]:
    """Of each definition of a table the first place where it occurs: (file, JSON pointer)."""
    found: dict[str, tuple[str, str]] = {}
    for file, document in DOCUMENTS.items():
        for name, where in tables(document, SCHEMA, ""):
            if not where.startswith("/plan/examples"):
                found.setdefault(name, (file, where))
    return found


PLACES = places()


def read(document: dict[str, Any]) -> None:
    """Read a document as the runner does; a plan alone as the book does."""
    if "plan" in document:
        compile_plan(parse_plan(document["plan"]))
    if "plan" not in document or "cases" in document:
        read_document("case", document, str)


def is_valid(document: dict[str, Any]) -> bool:
    """Whether the schema takes a document; of a plan alone, whether its part for plans does."""
    return not faults_of(document)


def faults_of(document: dict[str, Any]) -> list[str]:
    """What the schema has against it."""
    alone = document.keys() == {"source", "plan"}
    validator = VALIDATOR.evolve(schema={"$ref": "#/$defs/plan", "$defs": DEFS}) if alone else VALIDATOR
    found = validator.iter_errors(document["plan"] if alone else document)
    return [f"{list(fault.absolute_path)}: {fault.message}" for fault in found]


def table_at(document: Any, where: str) -> Any:
    """The table at a JSON pointer."""
    for part in where.split("/")[1:]:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: Path(file).stem)
def test_every_file_is_valid(file: str) -> None:
    assert faults_of(DOCUMENTS[file]) == []


def test_every_table_of_the_schema_occurs() -> None:
    tables_known = {name for name, one in DEFS.items() if "properties" in one and name not in VARIANTS}
    assert tables_known - PLACES.keys() == set()


@pytest.mark.parametrize("name", PLACES)
def test_a_made_up_key_is_refused_by_schema_and_parser(name: str) -> None:
    file, where = PLACES[name]
    document = copy.deepcopy(DOCUMENTS[file])
    read(document)
    table_at(document, where)["made_up"] = 1
    assert not is_valid(document)
    with pytest.raises(DomainError, match="made_up"):
        read(document)


def test_schema_and_parser_know_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[str]] = {}
    seen: dict[str, set[str]] = {}

    def note(section: Section) -> None:
        seen.setdefault(section.where, set()).update(section._asked)

    monkeypatch.setattr(Section, "refuse_unknown", note)
    for document in DOCUMENTS.values():
        for above, inner in (("/plan", document.get("plan")), ("", document)):
            seen.clear()
            if above and inner:
                compile_plan(parse_plan(inner))
            elif "cases" in document or "plan" not in document:
                read_document("case", document, str)
            for name, where in tables(document, SCHEMA, ""):
                is_plan = where.startswith("/plan")
                if is_plan == bool(above) and where.removeprefix(above) in seen:
                    asked.setdefault(name, set()).update(seen[where.removeprefix(above)])
    known = {name: set(DEFS[name]["properties"]) for name in asked if name}
    assert {name: keys for name, keys in asked.items() if name} == known
    # A plan's own keys stand at the same empty pointer; plan_file was put in place of the plan above.
    assert asked[""] - set(DEFS["plan"]["properties"]) == set(SCHEMA["properties"]) - {"plan_file"}
