"""Whose is a claim? Found by keyed hashes, registered in the employer's books, or put before a person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from tenants import directory
from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.claims import services as claims
from tpa.books.claims.models import Claim
from tpa.books.claims.registration import NewClaim
from tpa.books.claims.selectors import WholeClaim, decided_claim, whole_claim
from tpa.books.edi import keys
from tpa.books.edi import selectors as edi_selectors
from tpa.books.edi import services as edi
from tpa.books.edi.models import IntakeItem
from tpa.books.members import selectors as members
from tpa.engine.adjudication import facts
from tpa.infra import clock
from tpa.infra.copy import look_up_by_index
from tpa.infra.employers import require_open
from tpa.infra.postgres.prepared import together
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.ids import public_id
from tpa.workflows.adjudication import decide_at_once
from tpa.workflows.claim_intake_forms import from_json, to_json
from tpa.workflows.claim_patients import Incoming, Placed, find_patients
from tpa.workflows.wake_ups import wake


class UnknownMemberError(DomainError):
    """The claim's patient is nobody, or more than one person, of the employer's plans."""

    code = "unknown_member"
    remedy = "Give the member number and the birth date as on the member's card; the first name tells twins apart."


class ReferenceTakenError(ConflictError):
    """The key names another claim of this employer."""

    code = "reference_taken"
    remedy = "Use a new key for a new claim."


def place_claims(
    incoming: Sequence[Incoming], *, source: str, file_id: int | None, received_at: datetime
) -> dict[str, str]:
    """Register claims with their employers, one transaction each, or put them into the intake queue; decisions follow.

    Returns our claim number by `source_ref`, for those registered, now or before. Bound to the desk.
    """
    queued_before = edi_selectors.queued_refs([one.source_ref for one in incoming])
    placed = find_patients([one for one in incoming if one.source_ref not in queued_before])
    numbers: dict[str, str] = {}
    found: dict[int, list[Placed]] = {}
    queued = []
    for one in placed:
        if one.reason:
            queued.append(one)
        else:
            found.setdefault(one.candidates[0].employer_id, []).append(one)
    for employer_id, own in sorted(found.items()):
        if directory.employer(employer_id).is_open:
            numbers |= _register_retrying(employer_id, own, source, file_id, received_at)
        else:
            queued += [one._replace(reason=IntakeItem.Reason.CLOSED) for one in own]
    edi.queue_items(items=[_item(one, file_id, received_at) for one in queued])
    return numbers


def _register_retrying(
    employer_id: int, placed: Sequence[Placed], source: str, file_id: int | None, received_at: datetime
) -> dict[str, str]:
    """Two readers of the same file may meet at the same claim: the second finds it in the books when it tries again."""
    try:
        return _register(employer_id, placed, source, file_id, received_at)
    except IntegrityError:
        return _register(employer_id, placed, source, file_id, received_at)


def _register(
    employer_id: int, placed: Sequence[Placed], source: str, file_id: int | None, received_at: datetime
) -> dict[str, str]:
    with employer_scope(employer_id) as employer, transaction.atomic():
        look_up_by_index()
        registered = claims.register_claims(
            claims=[
                new_claim(
                    employer,
                    one.incoming,
                    one.candidates[0].family_id,
                    one.candidates[0].member_id,
                    source=source,
                    file_id=file_id,
                    received_at=received_at,
                )
                for one in placed
            ],
            now=clock.now(),
        )
        if registered.new_count:
            wake("decide_claims", employer_id=employer_id)
        return {ref: public_id("clm", employer_id, key) for (_, ref), key in registered.keys.items()}


def new_claim(
    employer: Employer,
    incoming: Incoming,
    family_id: int,
    member_id: int,
    *,
    source: str,
    file_id: int | None,
    received_at: datetime,
) -> NewClaim:
    """The claim as the claims book takes it: whose it is, and the day of receipt where the employer is."""
    came = incoming.came
    received_on = received_at.astimezone(ZoneInfo(employer.time_zone)).date()
    return NewClaim(
        source,
        incoming.source_ref,
        family_id,
        received_at,
        _received(came.claim._replace(member_id=member_id), received_on),
        file_id,
        came.patient_control_number,
        came.provider_name,
        came.diagnoses,
        came.line_control_numbers,
    )


def _received(claim: facts.Claim, received_on: date) -> facts.Claim:
    """The claim with its day of receipt, which is also the day of a service that is only planned."""
    lines = tuple(
        line if line.from_on > date.min else line._replace(from_on=received_on, through_on=received_on)
        for line in claim.lines
    )
    return claim._replace(received_on=received_on, lines=lines)


def _item(one: Placed, file_id: int | None, received_at: datetime) -> edi.NewItem:
    employers = {who.employer_id for who in one.candidates}
    return edi.NewItem(
        one.incoming.source_ref,
        file_id,
        employers.pop() if len(employers) == 1 else None,
        one.reason,
        to_json(one.incoming.came),
        [[who.employer_id, who.family_id, who.member_id] for who in one.candidates],
        received_at,
    )


def register_claim_json(
    *, employer_id: int, document: Mapping[str, Any], source_ref: str, received_at: datetime
) -> WholeClaim:
    """A claim by REST into the employer's books, and decided, in the caller's transaction; returns what came of it.

    Where it cannot be decided at once (a worker holds the family), the workers decide it soon after.
    `source_ref` is the request's idempotency key: the same again gives the same claim. Raises DocumentError with the
    JSON pointer of a fault, UnknownMemberError, ReferenceTakenError.
    """
    incoming = Incoming(source_ref, from_json(document))
    with employer_scope(employer_id) as employer, together():
        require_open(employer)
        who = _own_member(incoming)
        family_id = who.family_id
        new = new_claim(
            employer,
            incoming,
            family_id,
            who.member_id,
            source=Claim.Source.REST,
            file_id=None,
            received_at=received_at,
        )
        registered = claims.register_claims(claims=[new], now=clock.now())
        claim_id = registered.keys[Claim.Source.REST, source_ref]
        if not registered.new_count and not claims.is_same_claim(claim_id=claim_id, new=new):
            raise ReferenceTakenError("Another claim was registered under this key.")
        made = decide_at_once(employer=employer, family_id=family_id)
        if made is None:
            wake("decide_claims", employer_id=employer_id)
        if made and registered.new_count:
            return decided_claim(new, *made[0])
        return whole_claim(claim_id)


def _own_member(incoming: Incoming) -> keys.Candidate:
    """The patient in the bound employer's books; row-level security leaves no other employer's in the index."""
    (placed,) = find_patients([incoming])
    if placed.reason:
        raise UnknownMemberError(f"{IntakeItem.Reason(placed.reason).label}.", where="/patient")
    return placed.candidates[0]


def assign_item(*, item_id: int, employer_id: int, member_id: int, by_id: int | None) -> int:
    """A person says whose the claim is: it is registered with that employer and decided. Returns the claim's key.

    Raises NotFoundError for an item or member that is none, ItemResolved, EmployerClosedError.
    """
    with desk_scope(), transaction.atomic():
        item = edi.lock_item(item_id=item_id)
        with employer_scope(employer_id) as employer:
            require_open(employer)
            member = members.member(member_id)
            new = new_claim(
                employer,
                Incoming(item.source_ref, from_json(item.claim)),
                member.family_id,
                member.pk,
                source=Claim.Source.INTAKE,
                file_id=item.file_id,
                received_at=item.received_at,
            )
            registered = claims.register_claims(claims=[new], now=clock.now())
            wake("decide_claims", employer_id=employer_id)
            claim_id = registered.keys[Claim.Source.INTAKE, item.source_ref]
        edi.resolve_item(
            item=item,
            state=IntakeItem.State.ASSIGNED,
            employer_id=employer_id,
            claim_id=claim_id,
            by_id=by_id,
            now=clock.now(),
        )
        return claim_id


def discard_item(*, item_id: int, by_id: int | None) -> None:
    """A person says that the claim is none of ours. Raises NotFoundError, ItemResolved."""
    with desk_scope(), transaction.atomic():
        item = edi.lock_item(item_id=item_id)
        edi.resolve_item(
            item=item, state=IntakeItem.State.DISCARDED, employer_id=None, claim_id=None, by_id=by_id, now=clock.now()
        )
