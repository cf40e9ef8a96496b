"""Coverages by other plans as a document tells them, for the members book."""

from typing import Any

from tpa.engine.adjudication.facts import OtherCoverage, OwnCoverage
from tpa.engine.coordination.coverage import HOURS, ROLES, STATUSES
from tpa.engine.coordination.read import read_coverage
from tpa.engine.plan.terms import LINES
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import FOREVER

_MOST_TEXT = 80
_MOST_COVERAGES = 20


def read_other_coverages(document: Any) -> tuple[OwnCoverage, tuple[OtherCoverage, ...]]:
    """The table `own_coverage` and the list `other_coverages`. Raises DocumentError with the place of the first fault."""
    with Section(document) as told:
        rows = told.sections("other_coverages")
        told.value("other_coverages")
        if len(rows) > _MOST_COVERAGES:
            raise DocumentError(f"At most {_MOST_COVERAGES} coverages are wanted.", where=told.at("other_coverages"))
        others: list[OtherCoverage] = []
        for row in rows:
            one = _other(row)
            if (one.held.name, one.line) in [(other.held.name, other.line) for other in others]:
                raise DocumentError("This coverage stands twice.", where=row.at("name"))
            others.append(one)
        own = OwnCoverage()
        if "own_coverage" in told:
            with told.section("own_coverage") as ours:
                own = OwnCoverage(
                    status=ours.choice("status", STATUSES, ""),
                    hours=ours.choice("hours", HOURS, "full_time"),
                    role=ours.choice("role", ROLES, "parent"),
                    decree=ours.flag("decree", False),
                )
        told.value("own_coverage", None)
        return own, tuple(others)


def _other(row: Section) -> OtherCoverage:
    line, ends_before = row.choice("line", LINES, ""), row.day("ends_before", FOREVER)
    held = read_coverage(row)
    for key, text in (("name", held.name), ("holder", held.holder)):
        if len(text) > _MOST_TEXT or not text.isprintable():
            raise DocumentError(f"At most {_MOST_TEXT} printable characters are wanted.", where=row.at(key))
    if held.starts_on is not None and held.starts_on >= ends_before:
        raise DocumentError("starts_on must be before ends_before.", where=row.at("ends_before"))
    return OtherCoverage(held, line, ends_before)
