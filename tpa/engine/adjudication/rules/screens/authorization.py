"""Does the service need an authorization, and has it one with units left?"""

from datetime import date

from tpa.engine.accumulators.periods import LIFETIME_ON
from tpa.engine.adjudication.compiled import CompiledPlan
from tpa.engine.adjudication.facts import Authorization
from tpa.engine.adjudication.line import LineWork, Unauthorized
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_access import NeedsAuthorization, Without
from tpa.engine.plan.terms_values import fits

NAME = "screens.authorization"
ABSENT, EXCEEDED = "197", "198"


def ask_authorization(work: LineWork) -> None:
    """Use the units that are authorized; without them deny, pend, or leave it to the rules that take the penalty."""
    terms = next((one for one in work.share.authorizations if _is_needed(work, one)), None)
    if terms is None:
        return
    wanted = work.line.units_milli
    found = [one for one in work.work.family.authorizations.get(work.claim.member_id, ()) if _is_for(work, one)]
    found.sort(key=lambda one: (one.number != work.line.authorization, one.starts_on, one.authorization_id))
    missing = wanted
    for one in found:
        missing -= _use(work, one, missing)
    if missing == 0:
        return
    carc = EXCEEDED if found else ABSENT
    if terms.without is Without.PEND:
        work.pend("authorization", "utilization", f"{terms.code}: {'no units left' if found else 'none is known'}")
    elif terms.without is Without.DENY and missing == wanted:
        group = "CO" if terms.borne_by_provider else "PR"
        work.deny(NAME, group, carc, terms.clause, (("needs", terms.code),))
    else:
        work.unauthorized = Unauthorized(terms, missing, wanted, carc)


def _is_needed(work: LineWork, terms: NeedsAuthorization) -> bool:
    line = work.line
    if line.emergency and not terms.emergency_too:
        return False
    return (not terms.codes or any(fits(one, line.procedure) for one in terms.codes)) and (
        not terms.revenue_codes or any(fits(one, line.revenue_code) for one in terms.revenue_codes)
    )


def _is_for(work: LineWork, one: Authorization) -> bool:
    """Whether an authorization is for the service, its day and its provider."""
    line, claim = work.line, work.claim
    day: date = line.from_on
    return (
        one.starts_on <= day < one.ends_before
        and (not one.codes or any(fits(code, line.procedure) or fits(code, line.revenue_code) for code in one.codes))
        and one.provider in ("", claim.provider_tax_id, claim.provider_npi)
    )


def _use(work: LineWork, one: Authorization, wanted: int) -> int:
    """Take up to `wanted` of what is left of an authorization, and note it."""
    code = f"authorization.{one.authorization_id}"
    given = wanted
    if one.units_milli is not None:
        given = max(0, min(wanted, one.units_milli - work.noted(code, LIFETIME_ON, LIFETIME_ON)))
    work.note(code, LIFETIME_ON, given)
    return given


def _has_authorizations(plan: CompiledPlan) -> bool:
    return bool(plan.terms.authorizations)


RULE = Rule(
    "Some services need an authorization.",
    ask_authorization,
    operator="No authorization that {needs} asks for.",
    member="This service needed an authorization before it was given, and there was none.",
    after=("exclusion", "waiting_period"),
    may_be_set_aside=True,
    asked_by=_has_authorizations,
)
