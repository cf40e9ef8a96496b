"""How far a member and his family have come with deductibles and out-of-pocket maximums, once a claim was decided.

So an explanation shows why nothing is owed any more, too, where no amount moves that could say it.
"""

from collections.abc import Collection
from typing import Any

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims.models import Decision, DecisionLine
from tpa.books.members import selectors as members
from tpa.engine.accumulators.balances import FAMILY, Balances
from tpa.engine.accumulators.counter import Counter, deductible_counter, out_of_pocket_counter
from tpa.engine.plan.terms import PlanTerms
from tpa.kernel.money import format_amount

DEDUCTIBLE, OUT_OF_POCKET = "deductible", "out-of-pocket maximum"
EMPLOYEE_ONLY = "EE"


def standing_after(
    decision: Decision, member_id: int, lines: Collection[DecisionLine], terms: dict[int, PlanTerms]
) -> list[dict[str, Any]]:
    """What was used of each deductible and maximum that the lines' tiers have, of the member and of the family, in cents.

    Of lines of two plan years, or of two versions of a plan, each by its own. Two queries, and one more a version.
    """
    before = {decision.family_id: decision.family_seq + 1}
    held = accumulators.balances([decision.family_id], before=before).get(decision.family_id)
    balances = Balances(held.rows if held else [])
    found = []
    for key, version in terms.items():
        own = [line for line in lines if line.plan_version_id == key]
        day, tiers = max(line.service_on for line in own), {line.tier for line in own}
        covered = members.coverage_on(day, known_at=decision.decided_at, member_ids=[member_id]).filter(
            line=version.line
        )
        is_family = covered.exclude(tier=EMPLOYEE_ONLY).exists()
        for what, counter in _counters(version, tiers):
            limits = counter.limits(day, is_family=is_family)
            for whose, holder, limit_cents in zip(("member", "family"), (member_id, FAMILY), limits, strict=True):
                if limit_cents is not None:
                    found.append(
                        {
                            "what": what,
                            "name": counter.name.replace("_", " "),
                            "whose": whose,
                            "period_on": counter.key_on(day).isoformat(),
                            "used_cents": counter.used(balances, holder, day),
                            "limit_cents": limit_cents,
                        }
                    )
    return found


def _counters(terms: PlanTerms, tiers: Collection[str]) -> list[tuple[str, Counter]]:
    return [
        *((DEDUCTIBLE, deductible_counter(terms, one)) for one in terms.deductibles if set(one.tiers) & set(tiers)),
        *(
            (OUT_OF_POCKET, out_of_pocket_counter(terms, one))
            for one in terms.out_of_pockets
            if set(one.tiers) & set(tiers)
        ),
    ]


def told(one: dict[str, Any]) -> dict[str, str]:
    """The same in words: whose it is, and what was used of what."""
    whose = "Your" if one["whose"] == "member" else "Your family's"
    used, limit = format_amount(one["used_cents"]), format_amount(one["limit_cents"])
    return {"text": f"{whose} {one['what']} ({one['name']}) since {one['period_on']}", "amount": f"{used} of {limit}"}
