"""From a case file (TOML) to its plan and its cases. What does not fit is a CaseError naming file and place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.examples.read import Example, read_example
from tpa.engine.cases.lines import line_of
from tpa.engine.cases.question import Question, kinds, read_question
from tpa.engine.plan import PlanError, PlanTerms, parse_plan, read_toml
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import FOREVER

KINDS = kinds()
YEARS = range(1900, 2200)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


class CaseError(DomainError):
    """A case file cannot be read."""

    code = "case"


class Case(NamedTuple):
    """One case: an example of the plan language, the plan that decides it, and where its answer is from."""

    file: str
    source: str
    terms: PlanTerms
    example: Example

    @property
    def name(self) -> str:
        """What it shows."""
        return self.example.name


def read_cases(file: str, text: str, read_other: Callable[[str], str]) -> list[Case | Question]:
    """The cases and questions of a file. `read_other` gives the text of a path that the file names, relative to it.

    Raises CaseError: `where` is the file, the message holds the line and place of each fault in it.
    """
    try:
        document = read_toml(text)
    except DomainError as fault:
        raise CaseError(f"{fault} {fault.remedy}".rstrip(), where=file) from fault
    try:
        return read_document(file, document, read_other)
    except PlanError as fault:
        told = "\n".join(_told(text, one, "/plan") for one in fault.faults)
        raise CaseError(told, where=file) from fault
    except DomainError as fault:
        raise case_error(file, text, fault) from fault


def case_error(file: str, text: str, fault: DomainError) -> CaseError:
    """A fault in a document as that of a file of this text."""
    return CaseError(_told(text, fault), where=file)


def read_document(file: str, values: Mapping[str, Any], read_other: Callable[[str], str]) -> list[Case | Question]:
    """The same of a document that is read already. Raises DomainError with the JSON pointer of the fault."""
    _refuse_far_days(values)
    with Section(values) as document:
        source = document.text("source")
        questions = [
            read_question(file, source, kind, row) for key, kind in KINDS.items() for row in document.sections(key)
        ]
        if questions and "cases" not in document:
            document.value("cases", None)
            return [*questions]
        plan, terms = _plan(document, read_other)
        document.sections("cases")
        rows = document.value("cases")
        if not rows:
            raise DocumentError("A file needs at least one case.", where="/cases")
        return [*(_case(file, source, row, f"/cases/{n}", terms, plan) for n, row in enumerate(rows)), *questions]


def _refuse_far_days(value: Any, where: str = "") -> None:
    """No calendar can be reckoned with at its ends; only what never ends may end there."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not (key == "ends_before" and str(one) == str(FOREVER)):
                _refuse_far_days(one, f"{where}/{key}")
    elif isinstance(value, list):
        for n, one in enumerate(value):
            _refuse_far_days(one, f"{where}/{n}")
    elif (isinstance(value, date) or _DAY.match(str(value))) and int(str(value)[:4]) not in YEARS:
        raise DocumentError(f"A day of the years {YEARS[0]} to {YEARS[-1]} is wanted.", where=where)


def _told(text: str, fault: DomainError, above: str = "") -> str:
    """A fault with the line of its key in the text, or of the nearest table around it."""
    where = above + fault.where
    line = line_of(text, where)
    place = ", ".join(part for part in (f"line {line}" if line else "", where) if part)
    return f"{place or '/'}: {fault.message} {fault.remedy}".rstrip()


def _plan(document: Section, read_other: Callable[[str], str]) -> tuple[Mapping[str, Any], PlanTerms]:
    """The plan document and its terms."""
    if ("plan" in document) == ("plan_file" in document):
        raise DocumentError("Either the table plan or the text plan_file is wanted.", where="/plan")
    if "plan_file" not in document:
        return document.value("plan"), _terms(document.value("plan"))
    name = document.text("plan_file")
    try:
        text = read_other(name)
    except DomainError as fault:
        raise DocumentError(fault.message, where="/plan_file") from fault
    try:
        values = read_toml(text)
    except DomainError as fault:
        raise DocumentError(f"{name}: {fault.message}", where="/plan_file", remedy=fault.remedy) from fault
    try:
        return values, _terms(values)
    except PlanError as fault:
        told = "\n".join(f"{name}: {_told(text, one)}" for one in fault.faults)
        raise DocumentError(told, where="/plan_file") from fault


def _terms(plan: Mapping[str, Any]) -> PlanTerms:
    terms = parse_plan(plan)
    compile_plan(terms)
    return terms


def _case(
    file: str, source: str, row: Mapping[str, Any], where: str, terms: PlanTerms, plan: Mapping[str, Any]
) -> Case:
    example = read_example(row, where, terms, plan)
    if not example.expects:
        raise DocumentError("The case expects nothing, so it could not fail.", where=where)
    return Case(file, row.get("source", source), terms, example)
