"""A coverage of a person as a document tells it: in cases, in REST, in a plan's examples."""

from __future__ import annotations

from typing import Any

from tpa.engine.coordination.coverage import ENTITLEMENTS, HOURS, KINDS, RELATIONSHIPS, ROLES, STATUSES, HeldCoverage
from tpa.kernel.document import DocumentError, Section


def read_coverage(section: Section) -> HeldCoverage:
    """A coverage by another plan. Raises DocumentError with the path of its first fault."""
    with section as one:
        kind = one.choice("kind", KINDS, "plan")
        entitlement = one.choice("entitlement", ENTITLEMENTS, "")
        esrd_on = one.day("esrd_on", None)
        if kind != "medicare" and (entitlement or esrd_on is not None):
            raise DocumentError("Only Medicare has entitlement and esrd_on.", where=one.where)
        if entitlement == "esrd" and esrd_on is None:
            raise DocumentError("The first day of the disease's months is wanted.", where=one.at("esrd_on"))
        return HeldCoverage(
            name=one.text("name"),
            kind=kind,
            relationship=one.choice("relationship", RELATIONSHIPS, "self"),
            coordinates=one.flag("coordinates", True),
            entitlement=entitlement,
            esrd_on=esrd_on,
            **read_holding(one),
        )


def read_holding(one: Section) -> dict[str, Any]:
    """What a plan of ours and another plan have in common: who holds the coverage, and how."""
    return {
        "status": one.choice("status", STATUSES, "active"),
        "hours": one.choice("hours", HOURS, "full_time"),
        "starts_on": one.day("starts_on", None),
        "holder": one.text("holder", ""),
        "holder_birth_on": one.day("holder_birth_on", None),
        "role": one.choice("role", ROLES, "parent"),
        "decree": one.flag("decree", False),
        "employees": one.whole("employees", None, least=1),
    }
