"""Payees' mailing addresses: heard in claims, or entered by one person, approved by another, waited for, then used.

A check that goes to a changed address is the oldest fraud on a payee, so a change goes the way of a bank account's:
somebody calls back, another person approves, and the payee can be told meanwhile at the address known before, to which
checks go on. Everything is written at the TPA's desk (`desk_scope`); inside `employer_scope` an employer's payments see
providers' addresses and its own members'.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q, QuerySet

from tpa.books.providers.account_models import PayeeAddress
from tpa.books.providers.errors import AddressStateError
from tpa.books.providers.payee_accounts import cooled_off
from tpa.engine.paying.address import MailingAddress, fault_of, require_address
from tpa.engine.paying.planning import MEMBER, ORDERED, PROVIDER, Payee
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError, SecondPersonError

State = PayeeAddress.State


def hear_addresses(*, heard: Mapping[str, Iterable[MailingAddress]], file_id: int, now: datetime) -> None:
    """Provider's tax id -> what a claims file gives for it. The first address of a provider is used, others wait for a person.

    Those that no letter reaches are passed over. Two statements, however many there are; the same file again adds nothing.
    """
    known: dict[str, set[tuple[str, ...]]] = {tax_id: set() for tax_id in heard}
    used = set[str]()
    for row in PayeeAddress.objects.filter(payee=PROVIDER, tax_id__in=list(heard)):
        known[row.tax_id].add(row.address.key)
        if row.state in (State.APPROVED, State.PROPOSED):
            used.add(row.tax_id)
    fresh = []
    for tax_id, addresses in heard.items():
        for one in addresses:
            if not tax_id or fault_of(one) or one.key in known[tax_id] or _too_long(one):
                continue
            state = State.HEARD if tax_id in used else State.APPROVED
            known[tax_id].add(one.key)
            used.add(tax_id)
            fresh.append(
                PayeeAddress(
                    payee=PROVIDER, tax_id=tax_id, state=state, heard_in_id=file_id, usable_on=now.date(), made_at=now,
                    **one._asdict(),
                )
            )  # fmt: skip
    PayeeAddress.objects.bulk_create(fresh, ignore_conflicts=True)


def _too_long(address: MailingAddress) -> str:
    """The name of a part that the books do not hold; "" where all of it fits."""
    rooms = {field.name: field.max_length or 0 for field in PayeeAddress._meta.local_concrete_fields}
    return next((name for name, text in address._asdict().items() if len(text) > rooms[name]), "")


def propose_address(
    *, payee: Payee, employer_id: int | None, address: MailingAddress, call_back: str, made_by_id: int | None,
    now: datetime,
) -> PayeeAddress:  # fmt: skip
    """A payee's new address; until it is approved and its time has passed checks go to the one before.

    `employer_id`: of a member or of whom an order names; None for a provider. Raises DomainError with the place,
    SecondPersonError for a program, ConflictError where another change waits.
    """
    require_address(address)
    if name := _too_long(address):
        raise DomainError("That is longer than a line of an envelope.", where=name)
    if made_by_id is None:
        raise SecondPersonError("A mailing address is entered by a person.")
    if not call_back.strip():
        raise DomainError("Whom have you called back, at a number known before?", where="call_back")
    if (payee.kind == PROVIDER and not payee.tax_id) or (payee.kind != PROVIDER) != (employer_id is not None):
        raise DomainError("A provider is named by its tax id, a member by the family.", where="tax_id")
    named = _named(payee, employer_id)
    if PayeeAddress.objects.filter(**named, state=State.PROPOSED).exists():
        raise ConflictError("Another change of this payee's address waits.", remedy="Approve or refuse it first.")
    return PayeeAddress.objects.create(
        **named, **address._asdict(), call_back=call_back.strip(), usable_on=cooled_off(now), made_by_id=made_by_id,
        made_at=now,
    )  # fmt: skip


def _named(payee: Payee, employer_id: int | None) -> dict[str, object]:
    return {
        "payee": payee.kind, "tax_id": payee.tax_id, "family_id": payee.family_id, "name": payee.name,
        "employer_id": employer_id,
    }  # fmt: skip


def decide_address(
    *, address_id: int, employer_id: int | None, approve: bool, by_id: int | None, now: datetime
) -> PayeeAddress:
    """Another person approves the address, which then waits its time, or refuses it; one that was heard is only refused.

    The first address of a payee of whom none was known is used at once: there is nobody to be told before. Raises
    NotFoundError, also for an address of another employer's member; AddressStateError, SecondPersonError.
    """
    found = PayeeAddress.objects.select_for_update().filter(pk=address_id, employer_id=employer_id).first()
    if found is None:
        raise NotFoundError("There is no such address.")
    if found.state != State.PROPOSED and (approve or found.state != State.HEARD):
        raise AddressStateError(f"The address is {found.get_state_display().lower()}.")
    if by_id is None or (approve and by_id == found.made_by_id):
        raise SecondPersonError("An address is not approved by who entered it.")
    found.state = State.APPROVED if approve else State.REFUSED
    found.decided_by_id, found.decided_at, found.usable_on = by_id, now, cooled_off(now)
    if found.payee != MEMBER and not _of_the_same_payee(found).filter(state=State.APPROVED).exists():
        found.usable_on = now.date()
    found.save(update_fields=["state", "decided_by_id", "decided_at", "usable_on"])
    return found


def _of_the_same_payee(one: PayeeAddress) -> QuerySet[PayeeAddress]:
    payee = Payee(one.payee, one.tax_id, one.family_id, one.name)
    return PayeeAddress.objects.filter(**_named(payee, one.employer_id))


def addresses(employer_id: int | None) -> QuerySet[PayeeAddress]:
    """Addresses of providers (None), or of an employer's members, the latest first."""
    return PayeeAddress.objects.filter(employer_id=employer_id)


def usable_addresses(payees: Collection[Payee], day: date) -> dict[Payee, MailingAddress]:
    """Payee -> where its checks go on `day`: the latest that was approved and has waited; before all, what claims gave.

    One query. Inside `employer_scope`.
    """
    asked = Q(payee=PROVIDER, tax_id__in={one.tax_id for one in payees if one.kind == PROVIDER})
    asked |= Q(payee__in=(MEMBER, ORDERED), family_id__in={one.family_id for one in payees if one.kind != PROVIDER})
    rows = PayeeAddress.objects.filter(asked, state=State.APPROVED, usable_on__lte=day)
    found: dict[Payee, MailingAddress] = {}
    for row in sorted(rows, key=lambda one: (one.made_by_id is not None, one.pk)):
        found[Payee(row.payee, row.tax_id, row.family_id, row.name)] = row.address
    return found
