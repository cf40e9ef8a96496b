"""Is the coverage paid for on the day of service?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule


def ask_contribution(work: LineWork) -> None:
    """Pend a service in the grace period: who continues a coverage (COBRA) may still pay for it, or lose it."""
    until = work.coverage.paid_until
    if until is not None and work.line.from_on >= until:
        work.pend("contribution_unpaid", "eligibility", f"paid until {until}")


RULE = Rule(
    "A service in a time for which the contribution is not paid yet waits until it is, or the coverage ends.",
    ask_contribution,
    after=("vision",),
)
