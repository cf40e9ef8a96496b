"""What the plan pays where another one has paid before it: the plan's method, on the line as decided so far."""

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.accumulators.counter import Counter
from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.line import OTHER_PLAN, LineWork
from tpa.engine.adjudication.relief import give_back, relieve, reopen
from tpa.engine.adjudication.rule import Rule
from tpa.engine.coordination.payment import Coordinated, Normal, coordinate
from tpa.engine.plan.terms_coordination import Counts, Method
from tpa.kernel.money import format_amount


def coordinate_line(work: LineWork) -> None:
    """Give the member back what the other plan has paid for, and move the rest of the other plan's effect out (OA-23)."""
    terms, prior = work.share.coordination, work.prior
    if terms is None or prior is None:
        return
    normal_cents = work.open_cents
    normal = Normal(
        work.line.charge_cents,
        work.allowed_cents,
        normal_cents,
        work.member_cents,
        work.claim.form == "institutional",
    )
    saved_cents = _saved(work) if terms.method is Method.SAVINGS_BANK else 0
    found = _within_maximums(work, coordinate(terms, normal, prior, saved_cents=saved_cents))
    inputs = (
        ("method", terms.method.value),
        ("normal_cents", normal_cents),
        ("allowable_cents", found.allowable_cents),
        ("prior_paid_cents", prior.paid_cents),
        ("pays_cents", found.pays_cents),
    )
    reopen(work, OTHER_PLAN, "CO", "45", found.raised_cents, terms.clause, inputs)
    back = work.member_cents - found.member_cents
    is_counted = terms.counts is Counts.NORMAL and terms.method is not Method.MAINTENANCE_OF_BENEFITS
    relieve(work, OTHER_PLAN, back, terms.clause, inputs, uncounted=not is_counted)
    work.move(OTHER_PLAN, "OA", "23", work.open_cents - found.pays_cents, terms.clause, inputs)
    for counter in _maximums(work):
        if found.pays_cents < normal_cents:
            give_back(work, counter, normal_cents - found.pays_cents)
        elif found.pays_cents > normal_cents:
            work.fill(counter, found.pays_cents - normal_cents)
    if found.saved_cents:
        counter, member_id, day = work.plan.savings, work.person.member_id, work.line.from_on
        entry = AccumulatorEntry(member_id, counter.code, counter.key_on(day), found.saved_cents, work.line.number)
        work.work.entries.append(entry)


def _maximums(work: LineWork) -> list[Counter]:
    """The counters of what the plan pays at most."""
    asked = (held.counter_for(work.line, work.claim) for held in work.share.paid_limits)
    return [counter for counter in asked if counter is not None]


def _within_maximums(work: LineWork, found: Coordinated) -> Coordinated:
    """What the savings bank adds stops at the plan's maximums, as every payment of the plan does."""
    more = found.pays_cents - work.open_cents
    counters = _maximums(work)
    if more <= 0 or not counters:
        return found
    cut = max(0, more - min(work.left(counter) for counter in counters))
    return found._replace(
        pays_cents=found.pays_cents - cut,
        member_cents=min(found.member_cents + cut, work.member_cents),
        saved_cents=found.saved_cents + cut,
    )


def _saved(work: LineWork) -> int:
    """What the savings bank holds for the person in the plan year of the line."""
    counter, day = work.plan.savings, work.line.from_on
    key_on = counter.key_on(day)
    filed = sum(one.amount for one in work.work.entries if one.code == counter.code and one.period_on == key_on)
    return max(0, filed + counter.used(work.work.family.balances, work.person.member_id, day))


def _coordinates(share: CompiledShare) -> bool:
    return share.coordination is not None


def _told(move: Move) -> tuple[str, str]:
    """What of the other plan's effect the move is: less for the member, a smaller discount, or what is settled by it."""
    operator = (
        "{method}: alone the plan would pay {normal_cents}; allowable {allowable_cents}, paid before {prior_paid_cents};"
        " the plan pays {pays_cents}."
    )
    if move.group == "CO":
        back = format_amount(-move.cents)
        return (
            operator,
            f"Your other plan allows more for this service than your plan does: the discount is {back} less.",
        )
    prior_cents = int(dict(move.inputs)["prior_paid_cents"])
    if not prior_cents:
        less = "." if move.group == "PR" else ": {cents} of the charge is settled by that."
        return operator, f"Your other plan pays nothing for this, and does not leave it to you{less}"
    if move.group == "PR":
        return operator, "Your other plan has paid {prior_paid_cents}, so your own share is less."
    besides = "{pays_cents}" if dict(move.inputs)["pays_cents"] else "nothing"
    if move.cents > prior_cents:
        return operator, (
            "Your other plan has paid {prior_paid_cents}. By that and by its own terms {cents} of the charge is settled;"
            f" besides, your plan pays {besides}."
        )
    return operator, f"Your other plan has paid {{prior_paid_cents}}. Besides, your plan pays {besides}."


RULE = Rule(
    "After another plan the plan pays by its method of coordination.",
    coordinate_line,
    told=_told,
    wanted=_coordinates,
)
