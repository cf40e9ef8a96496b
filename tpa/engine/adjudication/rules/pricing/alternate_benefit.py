"""What is the dearer service above the one as which it is paid?"""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.prices import price_alone
from tpa.engine.adjudication.rule import Rule

NAME = "pricing.alternate_benefit"


def price_alternate(work: LineWork) -> None:
    """Move the difference between the two allowed fees to the member, in the network too (R-B05).

    The allowed amount stays that of the service itself. The difference counts to no deductible and no maximum. Where the
    other service is not cheaper there is none.
    """
    if work.alternate is None:
        return
    one, cheaper = work.alternate
    fee_cents = price_alone(work, cheaper)
    if fee_cents is None:
        # An examiner who settled this without a price has the service paid as itself.
        work.pend("no_price", "pricing", cheaper.procedure)
    elif fee_cents < work.open_cents:
        inputs = (("code", cheaper.procedure), ("fee_cents", fee_cents), ("allowed_cents", work.allowed_cents))
        work.move(NAME, "PR", "169", work.open_cents - fee_cents, one.clause, inputs)


def _has_alternates(share: CompiledShare) -> bool:
    return share.dental is not None and bool(share.dental.alternates)


RULE = Rule(
    "The member bears what the dearer service is above the cheaper one as which it is paid.",
    price_alternate,
    operator="Paid as {code} at {fee_cents}, of {allowed_cents} allowed for the service itself.",
    member="Your plan pays for a less expensive service ({fee_cents}); the difference is {cents}.",
    after=("allowed",),
    wanted=_has_alternates,
)
