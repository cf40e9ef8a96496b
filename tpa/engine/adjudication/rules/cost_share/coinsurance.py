"""The member's rate of what is still open."""

from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_share import Way
from tpa.kernel.money import portion

NAME = "cost_share.coinsurance"


def take_coinsurance(work: LineWork, way: Way) -> None:
    """Take the member's percentage of the rest, within the least and the most that a line may cost."""
    share = work.share
    rate_bp, clause = work.rate or (way.coinsurance_bp, share.share.clause)
    subject_cents = work.open_cents
    wanted = max(portion(subject_cents, rate_bp), way.coinsurance_least_cents)
    inputs: tuple[tuple[str, int | str], ...] = (("rate_bp", rate_bp), ("subject_cents", subject_cents))
    if way.coinsurance_least_cents:
        inputs = (*inputs, ("least_cents", way.coinsurance_least_cents))
    if way.coinsurance_most_cents is not None:
        wanted = min(wanted, way.coinsurance_most_cents)
        inputs = (*inputs, ("most_cents", way.coinsurance_most_cents))
    if wanted:
        work.coinsurance_cents += work.member_pays(NAME, "2", wanted, share.coinsurance, clause, inputs)


def _told(move: Move) -> tuple[str, str]:
    """Where the least or the most decided, the text says so: the rate alone would not come to it."""
    inputs = {name: int(value) for name, value in move.inputs if isinstance(value, int)}
    by_rate = portion(inputs["subject_cents"], inputs["rate_bp"])
    more = ""
    if by_rate < inputs.get("least_cents", 0):
        more = ", {least_cents} at least"
    elif "most_cents" in inputs and by_rate > inputs["most_cents"]:
        more = ", {most_cents} at most"
    return (
        f"Coinsurance of {{rate_bp}} on {{subject_cents}}{more}.",
        f"Your share is {{rate_bp}} of {{subject_cents}}{more}.",
    )


RULE = Rule(
    "The member pays a percentage of the rest.",
    take_coinsurance,
    told=_told,
    after=("first_amount", "first_visits"),
    may_be_set_aside=True,
)
