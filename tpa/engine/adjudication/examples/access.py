"""The authorizations of an example."""

from __future__ import annotations

from collections.abc import Mapping

from tpa.engine.adjudication.facts import Authorization
from tpa.engine.plan.terms_values import patterns
from tpa.kernel.document import DocumentError, Section

_THOUSAND = 1000


def read_authorizations(section: Section, names: Mapping[str, int]) -> dict[int, tuple[Authorization, ...]]:
    """By member. `names` are the people's, the first one's is meant where none is named."""
    found: dict[int, tuple[Authorization, ...]] = {}
    for n, row in enumerate(section.sections("authorizations"), start=1):
        with row as one:
            member_id = names[one.choice("person", tuple(names), next(iter(names)))]
            units = one.whole("units", None, least=0, most=100_000)
            known = Authorization(
                authorization_id=n,
                number=one.text("number"),
                member_id=member_id,
                starts_on=one.day("starts_on"),
                ends_before=one.day("ends_before"),
                codes=patterns(one, "codes"),
                provider=one.text("provider", ""),
                units_milli=None if units is None else units * _THOUSAND,
            )
            if known.starts_on >= known.ends_before:
                raise DocumentError("starts_on must be before ends_before.", where=one.at("ends_before"))
        found[member_id] = (*found.get(member_id, ()), known)
    return found
