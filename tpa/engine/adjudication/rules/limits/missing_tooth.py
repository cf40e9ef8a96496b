"""Was the tooth lost before the coverage began?"""

from datetime import date

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.teeth import is_within, known_tooth
from tpa.engine.plan.terms_values import fits

NAME = "limits.missing_tooth"


def deny_missing(work: LineWork) -> None:
    """Deny the replacement of teeth that were all lost before the coverage began; remember what is extracted (R-B09).

    A tooth that the claim calls missing without a day, and whose extraction the plan has not seen, makes the claim wait.
    """
    dental, line = work.share.dental, work.line
    assert dental is not None and dental.missing_tooth is not None
    clause = dental.missing_tooth
    if any(fits(one, line.procedure) for one in clause.extractions):
        tooth = known_tooth(line.tooth)
        if tooth:
            code = _code(work, tooth)
            work.work.entries.append(AccumulatorEntry(work.person.member_id, code, line.from_on, 1, line.number))
        return
    if not clause.services.holds(work.benefit, work.share.benefit.benefit_class):
        return
    since_on = work.covered_since()
    lost = [
        (known_tooth(one.tooth), one.extracted_on)
        for one in work.claim.missing_teeth
        if (known_tooth(one.tooth) == known_tooth(line.tooth) if line.tooth else is_within(one.tooth, line.area))
    ]
    if lost and not any(_is_lost_under_plan(work, tooth, day, since_on) for tooth, day in lost):
        teeth = ", ".join(tooth for tooth, _ in lost)
        if any(day is None for _, day in lost):
            work.pend("extraction_date", "review", f"since when is {teeth} missing?")
            return
        inputs = (("teeth", teeth), ("since_on", since_on.isoformat()))
        work.deny(NAME, "PR", "51", clause.clause, inputs)


def _is_lost_under_plan(work: LineWork, tooth: str, extracted_on: date | None, since_on: date) -> bool:
    """Whether the tooth was there when the coverage began: by the claim's word, or by an extraction that the plan saw."""
    if extracted_on is not None and extracted_on >= since_on:
        return True
    code = _code(work, tooth)
    days = work.work.family.balances.days_of(work.person.member_id, code)
    return any(amount > 0 and day >= since_on for day, amount in days.items()) or any(
        entry.code == code for entry in work.work.entries
    )


def _code(work: LineWork, tooth: str) -> str:
    return f"{work.coverage.line}:extracted.{tooth}"


def _has_clause(share: CompiledShare) -> bool:
    return share.dental is not None and share.dental.missing_tooth is not None


RULE = Rule(
    "A tooth that was lost before the coverage began is not replaced at the plan's cost.",
    deny_missing,
    operator="Tooth {teeth} was lost before the coverage began on {since_on}.",
    member="Your plan does not replace teeth that were lost before your coverage began on {since_on}.",
    wanted=_has_clause,
)
