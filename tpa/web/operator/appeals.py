"""Appeals at the desk: filed, read, decided, logged, and the letter that tells the claimant."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.claims import appeals as appeal_book
from tpa.books.claims import selectors as claims
from tpa.books.claims.examining import Appeal, AppealNote
from tpa.engine.adjudication.order import settable
from tpa.infra import clock
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.files import file_answer
from tpa.web.operator.examining import back, claim_key, day_of, instant_of, read_order, who
from tpa.web.pages import attempt, employer_page, sheet, show
from tpa.workflows import appeals, overrides
from tpa.workflows.appeal_letters import SAYS, letter_paper


@employer_page("claims.decide")
@require_POST
def file_appeal(request: HttpRequest, claim: str) -> HttpResponse:
    """Take an appeal, or a request for external review."""
    sent, employer = request.POST, request.employer

    def act() -> None:
        notified = sent.get("notified_on", "")
        if sent.get("filed_by") not in Appeal.Filer.values:
            raise DomainError("Say who appeals.")
        appeals.file_appeal(
            claim_id=claim_key(request, claim),
            filed_by=sent["filed_by"],
            grounds=sent.get("grounds", ""),
            at=instant_of(sent.get("on", ""), employer.time_zone),
            notified_on=instant_of(notified, employer.time_zone).date() if notified else None,
            late_reason=sent.get("late_reason", ""),
            is_external=sent.get("is_external") == "yes",
            by=who(request)[0],
        )

    attempt(request, "The appeal is taken.", act)
    return back(request, claim)


@employer_page("claims.read")
@require_GET
def appeal(request: HttpRequest, appeal: str) -> HttpResponse:
    """What is appealed, by when is it decided, and by whom?"""
    row, me = appeal_book.appeal(key_of(appeal, "apl", request.employer.pk)), who(request)[0]
    context = {
        "appeal": row,
        "notes": row.notes.all(),
        "overrides": appeal_book.overrides_of([row.pk]),
        "has_letter": row.stage != Appeal.Stage.EXTERNAL and row.outcome in SAYS,
        "may_decide": {me.person_id, *me.superior_ids}.isdisjoint(row.barred_ids),
        "outcomes": [
            one for one in Appeal.Outcome.choices if row.stage == Appeal.Stage.EXTERNAL or one[0] != "not_eligible"
        ],
        "note_kinds": [one for one in AppealNote.Kind.choices if one[0] in appeals.NOTES],
        "rules": settable(),
        "groups": overrides.GROUPS,
        "lines": claims.lines(row.claim_id),
    }
    return show(request, "operator/appeal.html", here="appeals", **context)


@employer_page("claims.read")
@require_GET
def appeal_letter(request: HttpRequest, appeal: str) -> HttpResponse:
    """How it was decided, to the claimant, as PDF."""
    paper = letter_paper(employer=request.employer, appeal_id=key_of(appeal, "apl", request.employer.pk))
    return file_answer(paper, f"appeal-{appeal}.pdf", inline=True)


@employer_page("claims.read")
@require_GET
def appeal_list(request: HttpRequest) -> HttpResponse:
    """Appeals, the latest first."""
    context = {
        "page": sheet(request, appeal_book.appeals()),
        "open_count": appeal_book.appeals(state=appeal_book.OPEN).count(),
        "today": clock.today(request.employer.time_zone),
    }
    return show(request, "operator/appeals.html", here="appeals", **context)


@employer_page("claims.correct")
@require_POST
def act_on_appeal(request: HttpRequest, appeal: str, action: str) -> HttpResponse:
    """Decide it, log something, or extend it."""
    key = appeal_book.appeal(key_of(appeal, "apl", request.employer.pk)).pk
    sent, (by, authority_cents) = request.POST, who(request)

    def decide() -> None:
        order = read_order(sent)
        appeals.decide(
            appeal_id=key,
            outcome=sent.get("outcome", ""),
            rationale=sent.get("rationale", ""),
            by=by,
            authority_cents=authority_cents,
            orders=[order] if order else [],
        )

    def log() -> None:
        if sent.get("note_kind") not in appeals.NOTES:
            raise DomainError("Say what is logged.")
        appeals.note(
            appeal_id=key,
            kind=sent["note_kind"],
            text=sent.get("text", ""),
            reference=sent.get("reference", ""),
            by=by,
            until_on=day_of(sent.get("until_on", "")),
        )

    acts: dict[str, tuple[str, Callable[[], object]]] = {
        "decide": ("The appeal is decided.", decide),
        "log": ("It is logged.", log),
        "assign": (
            "It is given to the organization whose turn it is.",
            lambda: appeals.assign(appeal_id=key, by=by, reason=sent.get("reason", "")),
        ),
        "extend": (
            "There is more time.",
            lambda: appeals.extend(
                appeal_id=key, reason=sent.get("reason", ""), by=by, until_on=day_of(sent.get("until_on", ""))
            ),
        ),
    }
    if action not in acts:
        raise NotFoundError("There is no such action.")
    attempt(request, *acts[action])
    return redirect(f"{request.root}appeals/{appeal}/")
