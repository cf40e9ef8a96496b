"""What is told of one member beside enrolment: contributions that are paid, and whom a court's order has paid.

Both are states of knowledge: another one takes the place of the one before, which stays. Claims decided before stay.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import QuerySet

from tpa.books.members.models import Contribution, Member, PayeeOrder
from tpa.books.members.services import lock_families
from tpa.kernel.errors import NotFoundError


def contributions(member_id: int) -> QuerySet[Contribution]:
    """Until when the member's contributions are paid, by line; no row where there is nothing to say."""
    return Contribution.objects.filter(member=member_id, superseded_at=None).order_by("line")


def payee_order(member_id: int) -> PayeeOrder | None:
    """The order in force, if there is one."""
    return PayeeOrder.objects.filter(member=member_id, superseded_at=None).first()


def record_contributions(*, member_id: int, paid_until: Mapping[str, date], at: datetime, by: str) -> None:
    """By line of coverage ("" for every line that is not named), in place of all that was; empty: all is paid.

    In the caller's transaction. Raises NotFoundError.
    """
    member = _held(member_id, at)
    Contribution.objects.filter(member=member, superseded_at=None).update(superseded_at=at)
    Contribution.objects.bulk_create(
        Contribution(member=member, line=line, paid_until=day, recorded_at=at, recorded_by=by)
        for line, day in paid_until.items()
    )


def record_payee_order(*, member_id: int, pay_to: str, at: datetime, by: str) -> None:
    """Whom an order names from now on; "" where none is in force any more. In the caller's transaction.

    Raises NotFoundError.
    """
    member = _held(member_id, at)
    PayeeOrder.objects.filter(member=member, superseded_at=None).update(superseded_at=at)
    if pay_to:
        PayeeOrder.objects.create(member=member, pay_to=pay_to, recorded_at=at, recorded_by=by)


def _held(member_id: int, at: datetime) -> Member:
    """The member, whose family's claims wait until the transaction ends; other systems see that something changed."""
    member = Member.objects.filter(pk=member_id, withdrawn_at=None).first()
    if member is None:
        raise NotFoundError("There is no such member.")
    lock_families(family_ids=[member.family_id])
    Member.objects.filter(pk=member_id).update(changed_at=at)
    return member
