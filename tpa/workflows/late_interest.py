"""Interest on claims that are paid late, where the agreement promises it: step 21 of a claim, reckoned when money leaves.

Prompt-pay laws do not bind a self-funded plan under ERISA; so nothing is owed unless the ASO agreement says so.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from tpa.books.claims.clocks import complete_on
from tpa.books.payments import selectors as payments
from tpa.engine.adjudication.interest import Interest, Paid, Promise, interest_of
from tpa.engine.paying.planning import Payable
from tpa.infra.employers import open_employer


def with_interest(waiting: Sequence[Payable], promise: Promise | None, *, on: date) -> list[Payable]:
    """The same, with what their claims earn if they are paid on that day. Four queries, none without a promise.

    A claim's interest goes with the last of its decisions that wait. Inside employer_scope.
    """
    sums: dict[int, int] = {}
    for one in waiting:
        sums[one.claim_id] = sums.get(one.claim_id, 0) + one.cents
    due = interest_due(sums, promise, on=on)
    found = list(waiting)
    for n in range(len(found) - 1, -1, -1):
        interest = due.pop(found[n].claim_id, None)
        if interest is not None:
            found[n] = found[n]._replace(interest_cents=interest.cents, days_late=interest.days_late)
    return found


def interest_due(paying: Mapping[int, int], promise: Promise | None, *, on: date) -> dict[int, Interest]:
    """Claim -> what it earns besides these cents on that day, less what it has got; without those that earn nothing."""
    if promise is None or not paying:
        return {}
    employer = open_employer()
    before = payments.paid_before(paying)
    complete = complete_on(paying, employer.time_zone)
    found = {}
    for claim_id, cents in paying.items():
        earlier = before.get(claim_id, payments.Earlier([], 0))
        paid = [*(Paid(*one) for one in earlier.paid), Paid(on, cents)]
        clean_on = complete[claim_id]
        whole = interest_of(paid, sum(one.cents for one in paid), clean_on, promise.on(clean_on))
        if owed := whole.cents - earlier.interest_cents:
            found[claim_id] = Interest(whole.days_late, owed)
    return found
