"""The member's rate of what is still open."""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import portion

NAME = "cost_share.coinsurance"


def take_coinsurance(work: LineWork) -> None:
    """Take the member's percentage of the rest."""
    share = work.share
    rate_bp, subject_cents = share.share.coinsurance_bp, work.open_cents
    wanted = portion(subject_cents, rate_bp)
    if wanted:
        inputs = (("rate_bp", rate_bp), ("subject_cents", subject_cents))
        work.coinsurance_cents += work.member_pays(NAME, "2", wanted, share.coinsurance, share.share.clause, inputs)


RULE = Rule(
    "The member pays a percentage of the rest.",
    take_coinsurance,
    operator="Coinsurance of {rate_bp} on {subject_cents}.",
    member="Your share is {rate_bp} of {subject_cents}.",
    after=("first_visits",),
)
