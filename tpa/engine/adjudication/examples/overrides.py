"""The overrides of an example's claim."""

from __future__ import annotations

import re

from tpa.engine.adjudication.order import settable
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section

_DENIED_AS = re.compile(r"(CO|PR|OA|PI)-([A-Z]?\d{1,3})\Z", re.ASCII)


def read_overrides(section: Section, lines_count: int) -> tuple[Override, ...]:
    """What a person has decided otherwise, in the order written; each says one of `set_aside`, `allow` and `deny`."""
    return tuple(_read(row, n, lines_count) for n, row in enumerate(section.sections("overrides"), start=1))


def _read(section: Section, n: int, lines_count: int) -> Override:
    with section as one:
        line = one.whole("line", 1, least=1, most=lines_count)
        reason = one.text("reason", "example")
        rule = one.choice("set_aside", settable(), "")
        cents = amount(one, "allow", None)
        denied = one.text("deny", "")
        if (bool(rule), cents is not None, bool(denied)).count(True) != 1:
            raise DocumentError("An override says one of set_aside, allow and deny.", where=one.where)
        if rule:
            return Override(n, line, OverrideKind.SET_ASIDE, reason, rule)
        if cents is not None:
            return Override(n, line, OverrideKind.ALLOW, reason, cents=cents)
        match = _DENIED_AS.match(denied)
        if match is None:
            raise DocumentError('A group and a code are wanted: "CO-50".', where=one.at("deny"))
        return Override(n, line, OverrideKind.DENY, reason, group=match[1], carc=match[2])
