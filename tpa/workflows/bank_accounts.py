"""Bank accounts of payees: entered, approved by another person, refused. Written at the TPA's desk, whoever is bound.

enter_provider_account(tax_id="123456789", ..., person_id=7)     # the TPA's: for every employer that pays it
enter_member_account(member_id=12, ..., person_id=7)             # of the bound employer
"""

from typing import Any

from django.db import transaction

from tenants.scope import desk_scope
from tpa.books.members import selectors as members
from tpa.books.providers import payee_accounts
from tpa.books.providers.account_models import PayeeAccount
from tpa.engine.paying.planning import MEMBER, PROVIDER, Payee
from tpa.infra import clock
from tpa.infra.employers import open_employer


@transaction.atomic
def enter_provider_account(*, tax_id: str, person_id: int | None, **told: Any) -> PayeeAccount:
    """A provider's account. `told`: holder, kind, routing_number, account_number, call_back.

    Raises DomainError with the place, ConflictError where another change waits.
    """
    payee = Payee(PROVIDER, "".join(char for char in tax_id if char.isalnum()))
    with desk_scope():
        return payee_accounts.propose_account(
            payee=payee, employer_id=None, **told, made_by_id=person_id, now=clock.now()
        )


@transaction.atomic
def enter_member_account(*, member_id: int, person_id: int | None, **told: Any) -> PayeeAccount:
    """The account of a member's family, inside employer_scope. Raises NotFoundError, and as above."""
    employer = open_employer()
    payee = Payee(MEMBER, family_id=members.member(member_id).family_id)
    with desk_scope():
        return payee_accounts.propose_account(
            payee=payee, employer_id=employer.pk, **told, made_by_id=person_id, now=clock.now()
        )


@transaction.atomic
def decide_provider_account(*, account_id: int, approve: bool, person_id: int | None) -> PayeeAccount:
    """Another person approves or refuses. Raises NotFoundError, AccountStateError, SecondPersonError."""
    return _decide(account_id, None, approve, person_id)


@transaction.atomic
def decide_member_account(*, account_id: int, approve: bool, person_id: int | None) -> PayeeAccount:
    """The same for an account of the bound employer's members."""
    return _decide(account_id, open_employer().pk, approve, person_id)


def _decide(account_id: int, employer_id: int | None, approve: bool, person_id: int | None) -> PayeeAccount:
    with desk_scope():
        return payee_accounts.decide_account(
            account_id=account_id, employer_id=employer_id, approve=approve, by_id=person_id, now=clock.now()
        )
