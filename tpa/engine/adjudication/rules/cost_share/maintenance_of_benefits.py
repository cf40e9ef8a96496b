"""Maintenance of benefits: what another plan has paid comes off before the member's share is worked out (R-A17)."""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.coordination.payment import subject_cents
from tpa.engine.plan.terms_coordination import Method

NAME = "cost_share.maintenance_of_benefits"


def take_prior_payment(work: LineWork) -> None:
    """Move out what the other plan has paid; the deductible, copay and coinsurance are taken on the rest."""
    terms, prior = work.share.coordination, work.prior
    if terms is None or prior is None:
        return
    subject = min(work.open_cents, subject_cents(work.allowed_cents, prior))
    inputs = (
        ("allowed_cents", work.allowed_cents),
        ("prior_paid_cents", prior.paid_cents),
        ("subject_cents", subject),
    )
    work.move(NAME, "OA", "23", work.open_cents - subject, terms.clause, inputs)


def _maintains(share: CompiledShare) -> bool:
    return share.coordination is not None and share.coordination.method is Method.MAINTENANCE_OF_BENEFITS


RULE = Rule(
    "With maintenance of benefits the member's share is taken on what another plan has left.",
    take_prior_payment,
    operator="Allowed {allowed_cents}, paid before {prior_paid_cents}: cost is shared on {subject_cents}.",
    member="Your other plan has paid {prior_paid_cents}; your share is worked out on {subject_cents}.",
    wanted=_maintains,
)
