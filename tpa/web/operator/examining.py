"""What an examiner does at the desk: deny, hand over, override, move the legal clock; the board of deadlines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.claims import appeals as appeal_book
from tpa.books.claims import clocks
from tpa.books.claims import overrides as override_book
from tpa.books.claims import selectors as claims
from tpa.books.claims.examining import Appeal, ClockStep
from tpa.books.claims.models import Claim, Pend
from tpa.books.claims.overrides import Person
from tpa.books.identity.selectors import superiors_of
from tpa.engine.adjudication.order import settable
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.engine.adjudication.pends import PENDS
from tpa.engine.clocks.claim import Kind
from tpa.engine.coordination.answers import Adjustment, OtherPayer
from tpa.infra import clock, work_items
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError
from tpa.kernel.ids import key_of, public_id
from tpa.kernel.money import parse_amount
from tpa.web.files import file_answer
from tpa.web.operator.today import employers_of, place_of
from tpa.web.pages import attempt, desk_page, employer_page, reader, sheet, show
from tpa.workflows import claim_clocks, claim_pends, claimant_letters, overrides
from tpa.workflows.appeal_windows import AppealError
from tpa.workflows.appeal_windows import window as appeal_window
from tpa.workflows.payer_answers import enter_answer

_OF_DECIDED = (ClockStep.Kind.REDUCED, ClockStep.Kind.NOTIFIED)
"""Steps of a claim that is decided; the others move the clock of one that is not."""


def work_context(request: HttpRequest, found: Claim, pends: list[Pend]) -> dict[str, Any]:
    """What the workbench of a claim needs besides the claim: its clock, overrides, appeals, and the choices of its forms."""
    employer = request.employer
    open_pend = next((one for one in pends if one.resolved_at is None), None)
    state = claims.standings([found.pk])[found.pk].state
    try:
        window = appeal_window(employer, found.pk)
    except AppealError:
        window = None
    clocked = clocks.clocks_of([found.pk], employer.time_zone)[found.pk]
    return {
        "clocked": clocked,
        "letter_kinds": set(claimant_letters.SAYS),
        "is_before_service": clocked.filed.kind not in (Kind.POST_SERVICE, Kind.DISABILITY),
        "told_reasons": [
            (code, number, detail, PENDS.get(code))
            for code, _, number, detail in (open_pend.reasons if open_pend else ())
        ],
        "waits_for_payer": next(
            (detail for code, _, _, detail in (open_pend.reasons if open_pend else ()) if code == "other_coverage"), ""
        ),
        "overrides": override_book.overrides(claim_id=found.pk),
        "appeals": appeal_book.appeals(claim_id=found.pk),
        "window": window,
        "authority": who(request)[1],
        "can_override": state in ("pended", "paid", "denied", "estimate"),
        "override_reasons": {
            code: says for code, says in overrides.REASONS.items() if code not in overrides.OF_THEMSELVES
        },
        "rules": settable(),
        "groups": overrides.GROUPS,
        "queues": claim_pends.QUEUES,
        "next_queue": pends[0].queue if pends else "",
        "step_kinds": [one for one in ClockStep.Kind.choices if one[0] not in _OF_DECIDED],
        "claim_kinds": list(Kind),
        "filers": Appeal.Filer.choices,
    }


def who(request: HttpRequest) -> tuple[Person, int]:
    """The person at the desk, and what they may decide alone for this employer."""
    user = reader(request)
    me = Person(user.person, user.email, superiors_of(user.person))
    return me, user.authority_cents(request.employer.pk)


def read_order(sent: Any) -> Override | None:
    """The override that a form asks for; None where its kind is left empty. Raises DomainError."""
    kind = sent.get("kind", "")
    if not kind:
        return None
    if kind not in set(OverrideKind):
        raise DomainError("Say what is decided otherwise.", remedy="Set a rule aside, allow an amount, or deny.")
    line = sent.get("line", "")
    if not line.isdecimal() or len(line) > 4:
        raise DomainError("A line number is wanted.")
    if kind == OverrideKind.SET_ASIDE:
        return Override(0, int(line), OverrideKind.SET_ASIDE, "", sent.get("rule", ""))
    if kind == OverrideKind.DENY:
        carc = sent.get("code", "").strip()[:4]
        return Override(0, int(line), OverrideKind.DENY, "", group=sent.get("group", ""), carc=carc)
    return Override(0, int(line), OverrideKind.ALLOW, "", cents=parse_amount(sent.get("amount", "").strip()))


def claim_key(request: HttpRequest, claim: str) -> int:
    return claims.claim(key_of(claim, "clm", request.employer.pk)).pk


def back(request: HttpRequest, claim: str) -> HttpResponse:
    return redirect(f"{request.root}claims/{claim}/")


@employer_page("claims.correct")
@require_POST
def deny(request: HttpRequest, claim: str) -> HttpResponse:
    """Deny every line of a claim; one that waits is released with it."""
    sent, (by, authority_cents) = request.POST, who(request)
    attempt(
        request,
        "The claim is denied, or waits for another person's approval.",
        lambda: overrides.deny_claim(
            claim_id=claim_key(request, claim),
            group=sent.get("group", ""),
            carc=sent.get("code", "").strip()[:4],
            why=sent.get("why", ""),
            note=sent.get("note", ""),
            by=by,
            authority_cents=authority_cents,
        ),
    )
    return back(request, claim)


@employer_page("claims.decide")
@require_POST
def hand_over(request: HttpRequest, claim: str) -> HttpResponse:
    """Let a claim wait in another queue."""
    key, sent = claim_key(request, claim), request.POST

    def act() -> None:
        pend = next((one for one in claims.pends(key) if one.resolved_at is None), None)
        if pend is None:
            raise ConflictError("The claim does not wait for a person any more.")
        by_id = who(request)[0].person_id
        claim_pends.hand_over(pend_id=pend.pk, queue=sent.get("queue", ""), note=sent.get("note", ""), by_id=by_id)

    attempt(request, "It waits in the other queue.", act)
    return back(request, claim)


@employer_page("claims.write")
@require_POST
def payer_answer(request: HttpRequest, claim: str) -> HttpResponse:
    """What another plan has done with the claim, as its explanation of benefits says."""
    key, sent = claim_key(request, claim), request.POST

    def act() -> None:
        amounts = {
            name: parse_amount(sent[name].strip()) if sent.get(name, "").strip() else None
            for name in ("paid", "allowed", "left")
        }
        left = amounts["left"]
        payer = OtherPayer(
            sent.get("payer", "").strip()[:80],
            amounts["paid"],
            allowed_cents=amounts["allowed"],
            adjustments=() if left is None else (Adjustment("PR", "2", left),),
            answered_on=day_of(sent.get("answered_on", "")),
        )
        enter_answer(claim_id=key, payer=payer, note=sent.get("note", ""), by=who(request)[0].name)

    attempt(request, "The answer is kept; what waited for it is decided by itself.", act)
    return back(request, claim)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise DomainError("A day such as 2026-01-31 is wanted.") from fault


@employer_page("claims.correct")
@require_POST
def override(request: HttpRequest, claim: str) -> HttpResponse:
    """Decide a line otherwise."""
    sent, (by, authority_cents) = request.POST, who(request)

    def act() -> None:
        order = read_order(sent)
        overrides.propose(
            claim_id=claim_key(request, claim),
            orders=[order] if order else [],
            why=sent.get("why", ""),
            note=sent.get("note", ""),
            by=by,
            authority_cents=authority_cents,
        )

    attempt(request, "The override is noted; above your authority it waits for another person.", act)
    return back(request, claim)


@employer_page("claims.correct")
@require_POST
def act_on_override(request: HttpRequest, override: str, action: str) -> HttpResponse:
    """Approve, refuse or take back an override."""
    row = override_book.override(key_of(override, "ovr", request.employer.pk))
    (by, authority_cents), note = who(request), request.POST.get("note", "")
    acts: dict[str, tuple[str, Callable[[], object]]] = {
        "approve": ("It is in force.", lambda: overrides.approve(override_id=row.pk, by=by)),
        "refuse": ("It is refused.", lambda: overrides.refuse(override_id=row.pk, by=by, note=note)),
        "take-back": (
            "It counts no more.",
            lambda: overrides.take_back(override_id=row.pk, by=by, note=note, authority_cents=authority_cents),
        ),
    }
    if action not in acts:
        raise NotFoundError("There is no such action.")
    attempt(request, *acts[action])
    return back(request, public_id("clm", request.employer.pk, row.claim_id))


@employer_page("claims.read")
@require_GET
def override_list(request: HttpRequest) -> HttpResponse:
    """Which rules are overridden most, and what waits to be approved?"""
    context = {
        "page": sheet(request, override_book.overrides()),
        "counts": override_book.counted_by_rule(),
        "waiting_count": override_book.overrides(state="proposed").count(),
        "reasons": overrides.REASONS,
    }
    return show(request, "operator/overrides.html", here="overrides", **context)


@employer_page("claims.decide")
@require_POST
def clock_step(request: HttpRequest, claim: str) -> HttpResponse:
    """Note what moves the claim's legal clock."""
    sent = request.POST
    attempt(
        request,
        "The clock follows.",
        lambda: claim_clocks.note(
            claim_id=claim_key(request, claim),
            kind=sent.get("kind", ""),
            value=sent.get("taken_as", ""),
            detail=sent.get("detail", ""),
            at=instant_of(sent.get("on", ""), request.employer.time_zone),
            ends_at=_end_of(sent.get("ends_at", ""), request.employer.time_zone),
            by=reader(request).email,
        ),
    )
    return back(request, claim)


@employer_page("claims.read")
@require_GET
def step_letter(request: HttpRequest, claim: str, number: int) -> HttpResponse:
    """The letter of what was noted at a claim's clock, as PDF."""
    paper = claimant_letters.step_letter(employer=request.employer, claim_id=claim_key(request, claim), number=number)
    return file_answer(paper, f"{claim}-{number}.pdf", inline=True)


def _end_of(text: str, time_zone: str) -> datetime | None:
    """The instant that a field for day and time holds; None where it is empty. Raises DomainError."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone))
    except ValueError:
        raise DomainError(f"{text[:40]!r} is no day and time.", where="/ends_at") from None


def instant_of(text: str, time_zone: str) -> datetime:
    """Now, or for a day that is not today its noon there. Raises DomainError."""
    day = day_of(text)
    if day is None or day == clock.today(time_zone):
        return clock.now()
    return datetime.combine(day, time(12), ZoneInfo(time_zone))


@desk_page("queues.work")
@require_GET
def clock_board(request: HttpRequest) -> HttpResponse:
    """Which legal deadlines come next, for all employers?"""
    employers = employers_of(request, "queues.work")
    names = {one.pk: one for one in employers}
    items = work_items.clock_board(list(names))
    page, today = sheet(request, items), clock.desk_time(clock.now()).date()
    context = {
        "page": page,
        "items": [(item, names[item.employer_id], place_of(item)) for item in page],
        "today": today,
        "late_count": items.filter(due_on__lt=today).count(),
        "today_count": items.filter(due_on=today).count(),
    }
    return show(request, "operator/clocks.html", here="clocks", **context)
