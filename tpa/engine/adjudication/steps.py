"""The 24 steps of a claim, each with the rules and modules that take it. The documentation is made from this list."""

from __future__ import annotations

from typing import NamedTuple

from tpa.engine.adjudication.order import ORDER


class ClaimStep(NamedTuple):
    """One step: its name, the rules that take it, and the modules (below `tpa/`) that do what no rule does."""

    name: str
    rules: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


STEPS = (
    ClaimStep("Structure", ("claim.structure",), ("workflows/claim_intake_forms.py",)),
    ClaimStep(
        "Member match: number and birth date, else name, birth date and sex; what contradicts or is near waits for a person",
        ("claim.member",),
        ("workflows/claim_routing.py", "workflows/claim_patients.py"),
    ),
    ClaimStep(
        "Provider match, excluded providers, network and tier on the day of service",
        ("screens.sanction", "screens.network"),
        ("books/providers/selectors.py",),
    ),
    ClaimStep(
        "Duplicate, replacement (frequency 7), void (8)",
        ("screens.duplicate", "screens.suspected_duplicate", "claim.replacement"),
        ("workflows/replacements.py",),
    ),
    ClaimStep(
        "Coverage and plan version of each line on its day of service; unpaid contributions",
        (
            "screens.coverage",
            "screens.vision",
            "screens.contribution",
            "screens.plan_version",
            "screens.dependent_age",
        ),
    ),
    ClaimStep("Timely filing", ("screens.timely_filing",)),
    ClaimStep(
        "Other party: other coverage, Medicare, accident, work-related",
        ("screens.other_party",),
        ("engine/coordination/order.py",),
    ),
    ClaimStep("Authorization: match, units left; deny or penalty", ("screens.authorization",)),
    ClaimStep("Coding edits", ("screens.add_on", "screens.code_pairs", "screens.unit_limits")),
    ClaimStep(
        "Benefit; preventive care, emergencies, surprise bills",
        ("screens.alternate", "screens.benefit"),
        ("engine/adjudication/compiled_tiers.py",),
    ),
    ClaimStep(
        "Exclusions and waiting periods",
        ("screens.exclusion", "screens.noncovered", "screens.waiting_period", "limits.missing_tooth"),
    ),
    ClaimStep(
        "Price: the allowed amount, modifiers, several procedures, lesser of billed",
        (
            "pricing.allowed",
            "claim_pricing.package",
            "claim_pricing.bilateral",
            "claim_pricing.endoscopy",
            "claim_pricing.multiple_procedures",
            "overrides.allowed",
        ),
        ("engine/pricing/order.py",),
    ),
    ClaimStep(
        "Discount and what is not covered: who bears what is above the allowed amount",
        ("pricing.allowed", "pricing.alternate_benefit", "overrides.denied"),
    ),
    ClaimStep(
        "Limits on visits, units, days and dollars",
        (
            "limits.instalments",
            "limits.site_limit",
            "limits.one_of",
            "limits.benefit_limit",
            "limits.allowance",
        ),
    ),
    ClaimStep("Penalty for a missing authorization", ("limits.authorization", "maximums.penalty")),
    ClaimStep(
        "Cost sharing, in the order that the benefit says",
        tuple(name for name in ORDER if name.startswith("cost_share.") and "maintenance" not in name),
    ),
    ClaimStep(
        "Out-of-pocket maximums, of the person and of the family",
        ("cost_share.copay", "cost_share.deductible", "cost_share.coinsurance"),
        ("engine/adjudication/line.py",),
    ),
    ClaimStep("Maximums of what the plan pays", ("maximums.care", "maximums.plan_maximum")),
    ClaimStep(
        "Coordination of benefits",
        ("cost_share.maintenance_of_benefits", "coordination.other_plan"),
        ("engine/coordination/payment.py",),
    ),
    ClaimStep("Payee: the provider, the member, whom a court's order names", ("finish.payee",)),
    ClaimStep(
        "Interest on what is paid late, where the agreement promises it",
        (),
        ("engine/adjudication/interest.py", "workflows/late_interest.py"),
    ),
    ClaimStep("Fund account and stop-loss class of each line", ("finish.stop_loss",), ("engine/journal/accounts.py",)),
    ClaimStep(
        "Rules to wait for a person, authority, audit sample",
        ("finish.review", "finish.review_rules", "finish.audit_sample"),
        ("engine/adjudication/overrides.py",),
    ),
    ClaimStep(
        "Finalise: accumulators, ledger, remittance; a predetermination stops before",
        ("finish.predetermination",),
        ("workflows/booking.py",),
    ),
)
"""In the order of the field; a rule that does two steps' work stands in both."""


def steps_text() -> str:
    """The steps as the documentation shows them."""
    rows = []
    for number, step in enumerate(STEPS, start=1):
        places = ", ".join(f"`{place}`" for place in (*step.rules, *step.modules))
        rows.append(f"{number}. {step.name}: {places}.")
    return "\n".join(rows) + "\n"
