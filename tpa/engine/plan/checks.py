"""What a plan document is examined for before it may be published.

An error keeps the version a draft; a warning is shown and kept. The plan's own example claims are run by
`tpa.engine.adjudication.examples.play`.
"""

from __future__ import annotations

from datetime import date

from tpa.engine.plan.checks_law import check_law
from tpa.engine.plan.checks_structure import Finding, check_structure
from tpa.engine.plan.terms import PlanTerms

__all__ = ["Finding", "check_plan"]


def check_plan(terms: PlanTerms, effective_on: date) -> list[Finding]:
    """All findings of a version that takes effect on `effective_on`, errors first; none means that nothing is wrong."""
    findings = [*check_structure(terms), *check_law(terms, effective_on)]
    return sorted(findings, key=lambda finding: finding.severity != "error")
