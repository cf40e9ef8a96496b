"""What is told of one member beside enrolment, and what it lets go: claims that waited for it are decided by themselves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from tpa.books.members import selectors, services, standing
from tpa.engine.adjudication.facts import OtherCoverage, OwnCoverage
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.workflows.wake_ups import wake


@transaction.atomic
def tell_contributions(*, member_id: int, paid_until: Mapping[str, date], by: str) -> None:
    """Until when the member's contributions are paid, by line of coverage. Raises NotFoundError."""
    standing.record_contributions(member_id=member_id, paid_until=paid_until, at=_in_turn(member_id), by=by)
    wake("resolve_pends", employer_id=open_employer().pk)


@transaction.atomic
def tell_other_coverages(*, member_id: int, own: OwnCoverage, others: Sequence[OtherCoverage], by: str) -> None:
    """The member's coverages by other plans. Raises NotFoundError."""
    services.record_other_coverages(
        member_id=member_id, own=own, others=others, recorded_at=_in_turn(member_id), recorded_by=by
    )
    wake("resolve_pends", employer_id=open_employer().pk)


@transaction.atomic
def tell_payee_order(*, member_id: int, pay_to: str, by: str) -> None:
    """Whom a court's order names in place of the member; "" for nobody any more. Raises NotFoundError."""
    standing.record_payee_order(member_id=member_id, pay_to=pay_to, at=_in_turn(member_id), by=by)


def _in_turn(member_id: int) -> datetime:
    """The instant at which the family's turn has come: a decision before it did not know what is told, one after it does."""
    services.lock_families(family_ids=[selectors.member(member_id).family_id])
    return clock.now()
