"""How much of an orthodontic treatment is due now?"""

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.instalments import first_banded_on, instalments
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_values import fits

NAME = "limits.instalments"
DEFERRED, BEFORE_COVERAGE = "143", "26"


def defer_instalments(work: LineWork) -> None:
    """Of a treatment's whole fee only what is due by the day of service is decided now (R-B08).

    Instalments that were due before the coverage began are the member's; later ones come as claims of their own. A
    treatment of which neither claim nor plan says how long it lasts is decided as it is billed, and so is a line that
    is an instalment itself.
    """
    dental, claim, line = work.share.dental, work.claim, work.line
    assert dental is not None and dental.orthodontia is not None
    terms, treatment = dental.orthodontia, claim.treatment
    months = (treatment.months if treatment else None) or terms.months
    if claim.instalment or months is None or not any(fits(one, line.procedure) for one in terms.starts):
        return
    banded_on = first_banded_on(line.from_on, months, treatment)
    since_on = work.covered_since()
    parts = instalments(work.open_cents, months, terms.every_months, terms.initial_bp, banded_on)
    before = sum(part.cents for part in parts if part.due_on < since_on)
    later = sum(part.cents for part in parts if part.due_on > line.from_on)
    inputs = (
        ("months", months),
        ("banded_on", banded_on.isoformat()),
        ("fee_cents", work.open_cents),
        ("every_months", terms.every_months),
        ("initial_bp", terms.initial_bp),
    )
    work.move(NAME, "PR", BEFORE_COVERAGE, before, terms.clause, inputs)
    work.move(NAME, "OA", DEFERRED, later, terms.clause, inputs)


def _is_treatment(share: CompiledShare) -> bool:
    return share.dental is not None and share.dental.orthodontia is not None


RULE = Rule(
    "An orthodontic treatment is paid at banding and then in instalments, while it goes on and the person is covered.",
    defer_instalments,
    operator="Treatment of {months} months from {banded_on}: {cents} of {fee_cents} is not due now.",
    member="Your plan pays for this treatment in instalments; {cents} of {fee_cents} is not due now.",
    after=("missing_tooth",),
    wanted=_is_treatment,
)
