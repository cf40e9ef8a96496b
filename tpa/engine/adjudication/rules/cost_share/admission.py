"""Did the visit lead to an admission on its day or the next? Then its copay may be waived (R-A05)."""

from datetime import timedelta

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.adjudication.stay import INPATIENT_HOSPITAL, admission_day, is_admission


def find_admission(work: LineWork) -> None:
    """Note an admission that the claim brings; otherwise look for one that an earlier claim has brought."""
    code = f"{work.coverage.line}:admitted"
    if is_admission(work.claim):
        admitted_on = admission_day(work.claim)
    elif work.line.place == INPATIENT_HOSPITAL:
        admitted_on = work.line.from_on
    else:
        day = work.line.from_on
        work.is_admitted = work.noted(code, day, day + timedelta(days=1)) > 0
        return
    work.is_admitted = True
    if not work.noted(code, admitted_on, admitted_on):
        work.note(code, admitted_on, 1)


def _is_asked(share: CompiledShare) -> bool:
    return share.asks_admissions


RULE = Rule("An admission on the day of a visit or the next may waive its copay.", find_admission, wanted=_is_asked)
