"""Does the provider itself bill the charge as not covered?"""

from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.kernel.money import format_amount


def deny_noncovered(work: LineWork) -> None:
    """Deny what is billed as not covered. Where that is a part of the charge a person says what the rest is worth."""
    line = work.line
    if not line.noncovered_cents:
        return
    if line.noncovered_cents >= line.charge_cents:
        work.deny("screens.noncovered", "PR", "96", "", (("charge_cents", line.charge_cents),))
    else:
        of_charge = f"{format_amount(line.noncovered_cents)} of {format_amount(line.charge_cents)}"
        work.pend("noncovered_part", "pricing", of_charge)


RULE = Rule(
    "What the provider bills as not covered is not paid.",
    deny_noncovered,
    operator="The provider bills {charge_cents} as not covered.",
    member="Your provider bills {charge_cents} for this as not covered by a plan.",
    after=("exclusion",),
    may_be_set_aside=True,
)
