"""What the reason codes of adjustments (CARC) ask for: a remark code (RARC) beside them, and the groups they may stand in.

Taken from the code lists' own usage notes, which the CORE 360 rule of uniform use builds on. Values only; the texts of the
lists are their publishers'.
"""

from __future__ import annotations

from collections.abc import Collection

NEEDS_REMARK = frozenset(
    ("16", "96", "129", "148", "226", "227", "234", "237", "250", "251", "252", "267", "A1")
)  # fmt: skip
"""Reasons that never stand alone."""

ONLY_IN = {
    "18": ("OA", "CO"), "23": ("OA",), "45": ("CO", "PR"), "85": ("PR",), "209": ("OA",), "253": ("CO",), "275": ("PR",),
}  # fmt: skip
"""Reason -> the groups that it may stand in; others stand in any."""

GENERAL_REMARK = {
    "16": "MA130", "148": "N706", "226": "N706", "227": "N706", "234": "N20", "250": "N705", "251": "N705", "252": "N706",
}  # fmt: skip
"""Reason -> the remark that goes with it where nothing closer is known."""
_PLAN_DOCUMENT = "N130"
"""The benefit documents say it: for every other reason that needs a remark."""


def remark_for(carc: str) -> str:
    """The general remark of a reason; "" where it needs none."""
    return GENERAL_REMARK.get(carc, _PLAN_DOCUMENT) if carc in NEEDS_REMARK else ""


def fault_of(group: str, carc: str) -> str:
    """What is wrong with a reason in a group, in words; "" where nothing is."""
    groups = ONLY_IN.get(carc, (group,))
    return "" if group in groups else f"reason {carc} stands in {' or '.join(groups)}, not in {group}"


def unremarked(carcs: Collection[str], remarks: Collection[str]) -> list[str]:
    """Those of a line's reasons that need a remark, where it has none."""
    return [] if remarks else sorted(NEEDS_REMARK.intersection(carcs))
