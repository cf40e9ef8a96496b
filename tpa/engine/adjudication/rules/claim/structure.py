"""Can the claim be decided at all: has it lines, amounts of zero or more, days in order and past?"""

from tpa.engine.adjudication.line import ClaimWork
from tpa.engine.adjudication.rule import Rule


def check_structure(work: ClaimWork) -> None:
    """Pend a claim that is no whole claim."""
    lines, received_on = work.claim.lines, work.claim.received_on
    if not lines:
        work.pend("no_lines", "review")
    numbers = [line.number for line in lines]
    if len(set(numbers)) != len(numbers):
        work.pend("line_numbers", "review", "two lines have one number")
    for line in lines:
        if line.charge_cents < 0 or line.units_milli <= 0:
            work.pend("negative", "review", "a charge below zero, or no units", line.number)
        if line.through_on < line.from_on:
            work.pend("dates", "review", f"{line.through_on} is before {line.from_on}", line.number)
        if line.through_on > received_on and not work.claim.predetermination:
            detail = f"service up to {line.through_on}, received on {received_on}"
            work.pend("service_after_receipt", "review", detail, line.number)


RULE = Rule(
    "A claim has lines, charges of zero or more, days in order, and tells of service that has been.",
    check_structure,
    after=("member",),
)
