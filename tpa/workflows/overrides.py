"""Overrides: what an examiner decides otherwise than the rules, within their authority, or with a second person.

    propose(claim_id=4, orders=[order], why="good_cause", note="...", by=person, authority_cents=50_000)

What it comes to is worked out first. Within the proposer's authority it is in force at once; above it, when another
person has approved it. A decided claim is then decided again, and the family's later claims follow; a claim that waits
keeps waiting, and is decided with it when it is released.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tenants.models import Employer
from tpa.books.audit import services as audit
from tpa.books.claims import facts, selectors
from tpa.books.claims import overrides as book
from tpa.books.claims.examining import Override as Row
from tpa.books.claims.models import Pend
from tpa.books.claims.overrides import Person
from tpa.engine.adjudication import decision as engine
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.order import settable
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.money import format_amount
from tpa.workflows import claim_pends, corrections
from tpa.workflows.ripple import Ask, redecided
from tpa.x12.adjustments import fault_of

WORK, QUEUE = "override", "approvals"
_VOID = "8"
APPEAL, RELEASE = "appeal", "release"
OF_THEMSELVES = frozenset((APPEAL, RELEASE))
"""Reasons that follow from what is done; nobody chooses them."""
REASONS = {
    "good_cause": "There was a good reason, such as for filing late",
    "single_case": "An agreement for this case alone",
    "negotiated": "The amount was negotiated with the provider",
    "goodwill": "The employer wishes it to be paid",
    "not_necessary": "The service was not medically necessary",
    "not_documented": "The service is not documented",
    "clinical_review": "A clinical review has said so",
    "set_up_error": "The plan or the prices are set up wrongly",
    APPEAL: "An appeal was decided",
    RELEASE: "A claim that waits is approved",
}
"""Code of a reason -> what it says."""
GROUPS = ("CO", "PR", "OA", "PI")
MOST_ORDERS = 50


class OverrideError(DomainError):
    """This cannot be overridden so."""

    code = "override"


@transaction.atomic
def propose(
    *,
    claim_id: int,
    orders: Sequence[Override],
    why: str,
    note: str,
    by: Person,
    authority_cents: int,
    appeal_id: int | None = None,
) -> Row:
    """Decide lines of a claim otherwise; in force at once where the proposer may do so alone.

    Raises OverrideError for orders that say nothing or contradict the claim, ConflictError where the claim is being decided,
    or a line is overridden so already.
    """
    employer = open_employer()
    locks.lock(f"override:{claim_id}")
    _check(claim_id, orders, why, note)
    amount_cents = _amount(employer, claim_id, orders)
    return _proposed(claim_id, orders, why, note.strip(), amount_cents, by, authority_cents, appeal_id=appeal_id)


def _proposed(
    claim_id: int,
    orders: Sequence[Override],
    why: str,
    note: str,
    amount_cents: int,
    by: Person,
    authority_cents: int,
    **of: Any,
) -> Row:
    """The row; in force at once within the authority, else before another person.

    What the same person has decided alone on the claim before counts with it: what is over the authority is not divided.
    """
    row = Row.objects.create(
        claim_id=claim_id,
        orders=book.write_orders(orders),
        why=why,
        note=note[:400],
        amount_cents=amount_cents,
        authority_cents=authority_cents,
        proposed_at=clock.now(),
        proposed_by_id=by.person_id,
        proposed_by=by.name[:200],
        **of,
    )
    _tell(row, "override.proposed", by, row.note)
    before_cents = 0 if row.release else book.alone_cents(claim_id, by.person_id)
    if amount_cents + before_cents <= authority_cents:
        return _bring_into_force(row, None)
    title = f"{'Approval' if row.release else 'Override'} of {format_amount(amount_cents)}: {REASONS[why]}"
    work_items.open_items([work_items.Item(WORK, QUEUE, row.pk, title, amount_cents)])
    return row


@transaction.atomic
def approve_pend(
    *,
    pend_id: int,
    note: str,
    by: Person,
    authority_cents: int,
    corrects: int | None = None,
    stands_alone: bool = False,
) -> Row | None:
    """Approve a claim that waits: it is decided again. What would be paid above the authority waits for another person.

    Returns the proposal that waits; None where the claim is let go at once. Raises NotFoundError, PendResolved,
    OriginalNeededError, ConflictError where its approval waits already.
    """
    employer = open_employer()
    pend = selectors.pend(pend_id)
    locks.lock(f"override:{pend.claim_id}")
    claim_pends.check_release(employer.pk, pend, corrects, stands_alone)
    amount_cents = _released_cents(employer, pend, corrects)
    release = [pend.pk, corrects, stands_alone]
    asked = [one for one in book.open_of(pend.claim_id) if one.release and one.release[0] == pend.pk]
    if amount_cents <= authority_cents:
        claim_pends.release(
            employer_id=employer.pk,
            pend_ids=[pend.pk],
            by_id=by.person_id,
            note=note,
            corrects=corrects,
            stands_alone=stands_alone,
        )
        for row in asked:
            book.end(row, at=clock.now(), by=by, note="The claim was approved by somebody who may alone.")
        work_items.close_items(WORK, [row.pk for row in asked])
        return None
    if asked:
        raise ConflictError("The approval waits for another person already.", remedy="Let somebody else approve it.")
    return _proposed(pend.claim_id, [], RELEASE, _reason(note), amount_cents, by, authority_cents, release=release)


def _released_cents(employer: Employer, pend: Pend, corrects: int | None) -> int:
    """What the plan would pay for a claim if it waited no more; of one that takes back another, what comes back."""
    (one,) = facts.chosen_claims(employer.pk, [pend.claim_id])
    if one.claim.frequency == _VOID:
        former = selectors.standings([corrects])[corrects].decision if corrects else None
        return former.paid_cents if former else 0
    family = facts.families_of([one])[one.family_id].family
    cleared = (*one.claim.cleared, *(reason[0] for reason in pend.reasons))
    outcome = adjudicate(one.claim._replace(cleared=cleared), family)
    return outcome.paid_cents if isinstance(outcome, engine.Decision) else 0


@transaction.atomic
def approve(*, override_id: int, by: Person) -> Row:
    """The second person's consent: it is in force. Raises SecondPersonError for the proposer, with whatever login, and
    PendResolved where the claim that it approves waits no more.
    """
    open_employer()
    row = book.take(override_id, "proposed")
    if by.person_id == row.proposed_by_id:
        raise corrections.SecondPersonError(
            "Who proposes an override does not approve it.", remedy="Let somebody else approve it."
        )
    _tell(row, "override.approved", by)
    return _bring_into_force(row, by)


@transaction.atomic
def refuse(*, override_id: int, by: Person, note: str) -> Row:
    """A proposal that does not come into force, or is withdrawn by its proposer."""
    open_employer()
    row = book.take(override_id, "proposed")
    book.end(row, at=clock.now(), by=by, note=_reason(note))
    _tell(row, "override.refused", by, note)
    work_items.close_items(WORK, [row.pk])
    return row


@transaction.atomic
def take_back(*, override_id: int, by: Person, note: str, authority_cents: int) -> Row:
    """The override counts no more, and the claim is decided again. Raises SecondPersonError above the authority."""
    open_employer()
    row = book.take(override_id, "in_force")
    if row.release is not None:
        raise ConflictError("The claim was let go.", remedy="Correct its decision instead.")
    book.end(row, at=clock.now(), by=by, note=_reason(note))
    _tell(row, "override.taken_back", by, note)
    found = _decide_again(row, by)
    if found is not None and found.gross_cents > authority_cents:
        raise corrections.SecondPersonError(
            f"This changes {format_amount(found.gross_cents)}, more than you may decide alone.",
            remedy="Ask somebody with the authority.",
        )
    return row


def _bring_into_force(row: Row, approved_by: Person | None) -> Row:
    book.begin(row, at=clock.now(), approved_by=approved_by)
    work_items.close_items(WORK, [row.pk])
    if row.release is not None:
        _let_go(row, row.release, approved_by)
        return row
    found = _decide_again(row, Person(row.proposed_by_id, row.proposed_by))
    if found is not None:
        book.led_to(row, found.pk)
    return row


def _let_go(row: Row, release: Sequence[Any], approved_by: Person | None) -> None:
    pend_id, corrects, stands_alone = release
    claim_pends.release(
        employer_id=open_employer().pk,
        pend_ids=[pend_id],
        by_id=approved_by.person_id if approved_by else row.proposed_by_id,
        note=row.note,
        corrects=corrects,
        stands_alone=stands_alone,
    )


def _decide_again(row: Row, by: Person) -> Any:
    """The correction that decides the claim again, applied; None for a claim that waits for a person."""
    if selectors.standings([row.claim_id])[row.claim_id].state == "pended":
        return None
    found = corrections.preview_claims(
        claim_ids=[row.claim_id],
        why=APPEAL if row.why == APPEAL else WORK,
        note=row.note,
        by=by.name,
        person_id=by.person_id,
    )
    return corrections.apply_correction(
        correction_id=found.pk, signature=found.signature, by=by.name, alone_up_to_cents=found.gross_cents
    )


def _amount(employer: Employer, claim_id: int, orders: Sequence[Override]) -> int:
    """What payees get otherwise if it is decided so, each claim's without its sign. Raises ConflictError."""
    standing = selectors.standings([claim_id])[claim_id]
    (one,) = facts.chosen_claims(employer.pk, [claim_id])
    with_orders = one._replace(claim=one.claim._replace(overrides=(*one.claim.overrides, *orders)))
    if standing.state == "pended":
        reasons = tuple(
            reason[0] for pend in selectors.pends(claim_id) if not pend.resolved_at for reason in pend.reasons
        )
        family = facts.families_of([one])[one.family_id].family
        paid = [
            outcome.paid_cents if isinstance(outcome, engine.Decision) else 0
            for outcome in (
                adjudicate(each.claim._replace(cleared=(*each.claim.cleared, *reasons)), family)
                for each in (one, with_orders)
            )
        ]
        return abs(paid[1] - paid[0])
    if standing.state in ("waiting", "reversed", "closed"):
        raise ConflictError(
            f"The claim is {standing.state}.", remedy="Override a claim that is decided, or waits for you."
        )
    found = redecided(employer.pk, [Ask(one.family_id, again=[claim_id], instead={claim_id: with_orders})])
    return sum(
        abs(
            (change.outcome.paid_cents if isinstance(change.outcome, engine.Decision) else 0)
            - change.old.decision.paid_cents
        )
        for change in found[one.family_id].changes
    )


def _check(claim_id: int, orders: Sequence[Override], why: str, note: str) -> None:
    if why not in REASONS:
        raise OverrideError(f"{why!r} is no reason.", where="/why", remedy=f"One of {', '.join(REASONS)}.")
    _reason(note)
    if not 0 < len(orders) <= MOST_ORDERS:
        raise OverrideError(f"One to {MOST_ORDERS} orders are wanted.", where="/orders")
    charges = {line.number: line.charge_cents for line in selectors.lines(claim_id)}
    taken = {tuple(order[:3]) for row in book.open_of(claim_id) for order in row.orders}
    for n, order in enumerate(orders):
        _check_order(order, charges, f"/orders/{n}")
        key = (order.line_number, str(order.kind), order.rule)
        if key in taken:
            raise ConflictError(
                f"Line {order.line_number} is overridden so already, or it is proposed.",
                where=f"/orders/{n}",
                remedy="Take that back first.",
            )
        taken.add(key)


def _check_order(order: Override, charges: dict[int, int], where: str) -> None:
    if order.line_number not in charges:
        raise OverrideError(f"The claim has no line {order.line_number}.", where=f"{where}/line")
    if order.kind is OverrideKind.SET_ASIDE and order.rule not in settable():
        raise OverrideError(
            f"{order.rule!r} cannot be set aside.",
            where=f"{where}/set_aside",
            remedy=f"One of {', '.join(settable())}.",
        )
    if order.kind is OverrideKind.ALLOW and not 0 <= order.cents <= charges[order.line_number]:
        raise OverrideError("Nothing below zero and no more than the charge is allowed.", where=f"{where}/allow_cents")
    if order.kind is OverrideKind.DENY and (order.group not in GROUPS or not order.carc):
        raise OverrideError(f"A denial has a group ({', '.join(GROUPS)}) and a code.", where=f"{where}/deny")
    if order.kind is OverrideKind.DENY and (fault := fault_of(order.group, order.carc)):
        raise OverrideError(f"{fault[0].upper()}{fault[1:]}.", where=f"{where}/deny")


def _reason(note: str) -> str:
    if not note.strip():
        raise OverrideError("An override needs a note.", where="/note", remedy="Say what you looked at.")
    return note.strip()


def _tell(row: Row, action: str, by: Person, reason: str = "") -> None:
    told = {"claim": row.claim_id, "orders": row.orders, "why": row.why, "amount_cents": row.amount_cents}
    audit.record_events([audit.Act(by.name, action, "override", row.pk, reason, after=told)])


@transaction.atomic
def deny_claim(*, claim_id: int, group: str, carc: str, why: str, note: str, by: Person, authority_cents: int) -> Row:
    """Deny every line; a claim that waits is released with it, unless another person has to approve it first."""
    employer = open_employer()
    orders = [
        Override(0, line.number, OverrideKind.DENY, "", group=group, carc=carc) for line in selectors.lines(claim_id)
    ]
    row = propose(claim_id=claim_id, orders=orders, why=why, note=note, by=by, authority_cents=authority_cents)
    waiting = [pend.pk for pend in selectors.pends(claim_id) if pend.resolved_at is None]
    if row.in_force_at is not None and waiting:
        claim_pends.release(employer_id=employer.pk, pend_ids=waiting, by_id=by.person_id, note=note, stands_alone=True)
    return row
