"""The copay: once a visit, a day, a stay, a line or a unit, as the plan says."""

from datetime import date, timedelta

from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.adjudication.stay import admission_day, discharge_day, is_admission, nights
from tpa.engine.plan.terms_share import CopayPer, Way

NAME = "cost_share.copay"
_MILLI = 1000


def take_copay(work: LineWork, way: Way) -> None:
    """Take what is left of the copay; an open amount below it is all that is due (R-A03)."""
    per, copay_cents = work.share.share.copay_per, way.copay_cents
    if work.is_admitted and work.share.share.waived_if_admitted:
        return
    if per is CopayPer.UNIT:
        _take(work, copay_cents * -(-work.line.units_milli // _MILLI), 0)
    elif per is CopayPer.LINE:
        _take(work, copay_cents, 0)
    elif per is CopayPer.VISIT:
        _take(work, copay_cents, _taken_at(work, work.claim.provider))
    elif is_admission(work.claim):
        _take_of_stay(work, _stay_cents(work, copay_cents))
    else:
        _take(work, copay_cents, _taken_at(work, None))


def _take(work: LineWork, due_cents: int, taken_cents: int) -> int:
    if due_cents <= taken_cents:
        return 0
    share = work.share
    inputs = (("copay_cents", due_cents), ("taken_before_cents", taken_cents))
    cents = work.member_pays(NAME, "3", due_cents - taken_cents, share.copay, share.share.clause, inputs)
    work.copay_cents += cents
    return cents


def _taken_at(work: LineWork, provider: str | None) -> int:
    """What the same visit (or the day, whoever treated) has brought of this copay."""
    return sum(
        prior.copay_cents
        for prior in work.work.same_day(work.line.from_on)
        if prior.copay_cents and provider in (None, prior.provider) and _same_group(work, prior.benefit)
    )


def _same_group(work: LineWork, benefit: str) -> bool:
    return benefit == work.benefit or work.plan.copay_group(benefit) == work.share.benefit.copay_group


def _stay_cents(work: LineWork, copay_cents: int) -> int:
    """What the stay owes up to this claim: one copay, or one a night up to the plan's number of days."""
    share = work.share.share
    if share.copay_per is not CopayPer.DAY:
        return copay_cents
    starts_on = max(admission_day(work.claim), work.coverage.starts_on)
    days = nights(starts_on, discharge_day(work.claim))
    return copay_cents * (days if share.copay_days is None else min(days, share.copay_days))


def _take_of_stay(work: LineWork, due_cents: int) -> None:
    """Take what earlier claims of the stay have left; a transfer or an early readmission goes on with the stay before."""
    admitted_on, code = admission_day(work.claim), f"{work.coverage.line}:stay.{work.share.benefit.copay_group}"
    taken_cents = work.noted(code, admitted_on, admitted_on)
    window_days = work.share.share.readmission_days
    discharge_code = f"{code}.{work.line.diagnoses[0][:3] if work.line.diagnoses else ''}"
    discharged_on = discharge_day(work.claim)
    if window_days:
        taken_cents += _taken_before_transfer(work, discharge_code, admitted_on, window_days, discharged_on)
    cents = _take(work, due_cents, taken_cents)
    work.note(code, admitted_on, cents)
    if window_days:
        known_cents = work.noted(discharge_code, discharged_on, discharged_on)
        work.note(discharge_code, discharged_on, taken_cents + cents - known_cents)


def _taken_before_transfer(work: LineWork, code: str, admitted_on: date, days: int, discharged_on: date) -> int:
    last_on = admitted_on if discharged_on != admitted_on else admitted_on - timedelta(days=1)
    return work.noted(code, admitted_on - timedelta(days=days), last_on)


def _told(move: Move) -> tuple[str, str]:
    """What an earlier service of the visit has brought is said where there is any, and that the price is below the rest."""
    inputs = dict(move.inputs)
    due_cents, before_cents = int(inputs["copay_cents"]), int(inputs["taken_before_cents"])
    member = "Your copay for this service is {copay_cents}"
    more = "; {taken_before_cents} of it was taken before." if before_cents else "."
    if move.cents < due_cents - before_cents and "stopped_by" not in inputs:
        more += " What the service still costs is less."
    return "Copay of {copay_cents}, {taken_before_cents} of it taken before.", member + more


RULE = Rule(
    "A copay is owed once a visit, day, stay, line or unit, as the plan says.",
    take_copay,
    told=_told,
    after=("admission", "first_amount", "first_visits"),
    may_be_set_aside=True,
)
