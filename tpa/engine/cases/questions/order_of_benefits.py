"""Which of a person's coverages pays first, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.cases.question import Answer, Kind
from tpa.engine.coordination.coverage import Patient
from tpa.engine.coordination.order import COUNTRIES, order_benefits
from tpa.engine.coordination.read import read_coverage
from tpa.kernel.document import DocumentError, Section


def solve(row: Section) -> Mapping[str, Answer]:
    """`order`: the coverages' names, `primary` and `secondary` the first two, `rules`: why each stands before the next."""
    coverages = [read_coverage(one) for one in row.sections("coverages")]
    names = [one.name for one in coverages]
    if len(coverages) < 2 or len(set(names)) < len(names):
        raise DocumentError("Two coverages or more are wanted, each with a name of its own.", where=row.at("coverages"))
    ranked = order_benefits(
        coverages,
        Patient(row.day("birth_on", None)),
        on=row.day("on"),
        country=row.choice("country", tuple(COUNTRIES), "US"),
    )
    return {
        "order": tuple(one.coverage.name for one in ranked),
        "primary": ranked[0].coverage.name,
        "secondary": ranked[1].coverage.name,
        "rule": ranked[0].rule,
        "rules": tuple(dict.fromkeys(one.rule for one in ranked[:-1])),
    }


KIND = Kind("Who pays first.", solve)
