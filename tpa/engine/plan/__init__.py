"""What a plan promises: `parse_plan` turns its document into PlanTerms, and refuses what it does not know."""

from tpa.engine.plan.parse import parse_plan
from tpa.engine.plan.terms import PlanError, PlanTerms
from tpa.kernel.document_text import read_toml

__all__ = ["PlanError", "PlanTerms", "parse_plan", "read_toml"]
