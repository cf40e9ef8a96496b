"""Is the claim drawn for an audit before it is paid?"""

from hashlib import sha256

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import BASIS_POINTS


def draw_sample(work: ClaimWork) -> None:
    """Pend so much of all claims, by the claim's number: drawn again, the sample is the same, whoever draws it."""
    sample_bp = max((plan.terms.control.audit_sample_bp for plan in work.plans), default=0)
    if sample_bp and lot(work.claim.claim_id) < sample_bp:
        work.pend("audit_sample", "audit", "drawn at random")


def lot(claim_id: int) -> int:
    """The claim's lot, 0 to 9,999: evenly spread, and nothing that anybody can choose."""
    return int.from_bytes(sha256(str(claim_id).encode()).digest()[:8]) % BASIS_POINTS


RULE = Rule(
    "A part of the claims, drawn by their numbers, is audited before it is paid.", draw_sample, after=("review_rules",)
)
