"""Where payees' checks are mailed: entered, approved by another person, refused, heard in claims; and who has no address.

enter_provider_address(tax_id="123456789", address=..., call_back="...", person_id=7)   # the TPA's: for every employer
enter_member_address(member_id=12, address=..., call_back="...", person_id=7)           # of the bound employer
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction

from tenants.scope import desk_scope
from tpa.books.members import selectors as members
from tpa.books.members import standing
from tpa.books.payments import selectors as payments
from tpa.books.providers import payee_accounts, payee_addresses
from tpa.books.providers.account_models import PayeeAddress
from tpa.engine.paying.address import MailingAddress, fault_of, mailing_address
from tpa.engine.paying.planning import MEMBER, ORDERED, PROVIDER, Payee
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError
from tpa.x12.claims import Claim837


@transaction.atomic
def enter_provider_address(
    *, tax_id: str, address: MailingAddress, call_back: str, person_id: int | None
) -> PayeeAddress:
    """A provider's address. Raises DomainError with the place, ConflictError where another change waits."""
    payee = Payee(PROVIDER, "".join(char for char in tax_id if char.isalnum()))
    with desk_scope():
        return payee_addresses.propose_address(
            payee=payee, employer_id=None, address=address, call_back=call_back, made_by_id=person_id, now=clock.now()
        )


@transaction.atomic
def enter_member_address(
    *, member_id: int, address: MailingAddress, call_back: str, person_id: int | None, by_order: bool = False
) -> PayeeAddress:
    """Where checks to a member's family go, whatever its enrolment says; `by_order`: to whom a court's order names.

    Inside employer_scope. Raises NotFoundError, DomainError where no order is in force, and as above.
    """
    employer, family_id = open_employer(), members.member(member_id).family_id
    payee = Payee(MEMBER, family_id=family_id)
    if by_order:
        order = standing.payee_order(member_id)
        if order is None:
            raise DomainError("No court's order is in force for this member.", where="by_order")
        payee = Payee(ORDERED, family_id=family_id, name=order.pay_to)
    with desk_scope():
        return payee_addresses.propose_address(
            payee=payee, employer_id=employer.pk, address=address, call_back=call_back, made_by_id=person_id,
            now=clock.now(),
        )  # fmt: skip


@transaction.atomic
def decide_provider_address(*, address_id: int, approve: bool, person_id: int | None) -> PayeeAddress:
    """Another person approves or refuses. Raises NotFoundError, AddressStateError, SecondPersonError."""
    return _decide(address_id, None, approve, person_id)


@transaction.atomic
def decide_member_address(*, address_id: int, approve: bool, person_id: int | None) -> PayeeAddress:
    """The same for an address of the bound employer's members."""
    return _decide(address_id, open_employer().pk, approve, person_id)


def _decide(address_id: int, employer_id: int | None, approve: bool, person_id: int | None) -> PayeeAddress:
    with desk_scope():
        return payee_addresses.decide_address(
            address_id=address_id, employer_id=employer_id, approve=approve, by_id=person_id, now=clock.now()
        )


def hear_claims(came: Iterable[Claim837], *, file_id: int) -> None:
    """Where the providers of a file's claims want to be paid: the pay-to address (2010AB), else the billing one (2010AA).

    Bound to the desk.
    """
    heard: dict[str, dict[MailingAddress, None]] = {}
    for claim in came:
        told = claim.pay_to.address if claim.pay_to and claim.pay_to.address.line_1 else claim.billing.address
        tax_id = claim.billing.tax_id or claim.billing.npi
        if tax_id and told.line_1:
            heard.setdefault(tax_id[:20], {})[mailing_address(*told)] = None
    if heard:
        payee_addresses.hear_addresses(heard=heard, file_id=file_id, now=clock.now())


def mailing_addresses(payees: Collection[Payee], day: date) -> tuple[dict[Payee, MailingAddress], dict[Payee, str]]:
    """Payee -> where its checks go on `day`; and of the others why none can be written. Inside employer_scope.

    A member's is the one entered at the desk, else the one of its enrolment. Two queries.
    """
    found = payee_addresses.usable_addresses(payees, day)
    homes = members.subscriber_addresses([one.family_id for one in payees if one.kind == MEMBER])
    missing: dict[Payee, str] = {}
    for payee in payees:
        if payee in found:
            continue
        home = homes.get(payee.family_id) if payee.kind == MEMBER else None
        fault = fault_of(home) if home else None
        if payee.kind == PROVIDER and not payee.tax_id:
            missing[payee] = "The claim names the provider by neither tax id nor NPI."
        elif home is None or not any((home.line_1, home.city, home.postal_code)):
            missing[payee] = "No mailing address is known."
        elif fault:
            missing[payee] = f"The address of the enrolment is not complete: {fault[0].replace('_', ' ')} {fault[1]}."
        else:
            found[payee] = home
    return {payee: found[payee] for payee in payees if payee in found}, missing


class WithoutAddress(NamedTuple):
    """A payee to whom a check would go, what waits for it in cents, and why it is held."""

    payee: Payee
    name: str
    cents: int
    reason: str


def without_address() -> list[WithoutAddress]:
    """Payees whose payments are held until an address is known, in the order of what is owed.

    None where another party issues the money.
    """
    if payments.terms() is None:
        return []
    today = clock.today(open_employer().time_zone)
    waiting = payments.payables()
    owed: dict[Payee, int] = {}
    for one in waiting:
        owed[one.payee] = owed.get(one.payee, 0) + one.cents
    paid_by_transfer = payee_accounts.usable_accounts(today)
    by_check = [payee for payee, cents in owed.items() if cents > 0 and payee not in paid_by_transfer]
    names = {one.payee: one.name for one in waiting}
    _, missing = mailing_addresses(by_check, today)
    return [WithoutAddress(payee, names[payee], owed[payee], reason) for payee, reason in missing.items()]
