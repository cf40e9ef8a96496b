"""Bank accounts: the employer's that pays, by its paying terms, and payees'. Numbers are encrypted, shown by their end.

Whoever proposes an account does not approve it, and a payee's account waits some days after that: long enough for the
payee to be told at the address that was known before.
"""

import hmac
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from tpa.books.payments import selectors
from tpa.books.payments.errors import RunStateError, SecondPersonError
from tpa.books.payments.models import PayeeAccount, PayingTerms
from tpa.engine.paying.planning import MEMBER, Payee
from tpa.engine.paying.routing import is_routing_number
from tpa.infra.secret_text import seal
from tpa.kernel.errors import ConflictError, DomainError

COOLING_OFF_DAYS = 5


def propose_terms(
    *, routing_number: str, account_number: str, made_by_id: int, now: datetime, **told: Any
) -> PayingTerms:
    """Terms that another person has to approve. `told`: the other columns. Raises DomainError with the place."""
    _check(routing_number, account_number)
    layout, company_id = told.get("layout", ""), told.get("company_id", "")
    if not (company_id.isascii() and company_id.isalnum() and len(company_id) == 10):
        raise DomainError("The originator's number has ten letters or digits: 1 and the EIN.", where="company_id")
    for name in ("alone_up_to_cents", "recoup_after_days", "stale_after_days", "unclaimed_after_days"):
        if told.get(name, 0) < 0:
            raise DomainError("It is not below zero.", where=name)
    return PayingTerms.objects.create(
        routing_number=routing_number,
        **_sealed(account_number),
        account_key=_key(routing_number, account_number),
        made_by_id=made_by_id,
        made_at=now,
        **told | {"layout": layout or "generic"},
    )


def approve_terms(*, terms_id: int, by_id: int | None, now: datetime) -> PayingTerms:
    """The latest proposed terms hold from now on. Raises ConflictError, SecondPersonError."""
    terms = selectors.proposed_terms()
    if terms is None or terms.pk != terms_id:
        raise ConflictError("These terms do not wait for approval.")
    if by_id is None or by_id == terms.made_by_id:
        raise SecondPersonError("Paying terms are not approved by who proposed them.")
    terms.approved_by_id, terms.approved_at = by_id, now
    terms.save(update_fields=["approved_by_id", "approved_at"])
    return terms


def propose_account(
    *, payee: Payee, holder: str, kind: str, routing_number: str, account_number: str, call_back: str,
    made_by_id: int | None, on: date, now: datetime,
) -> PayeeAccount:  # fmt: skip
    """A payee's new account; until it is approved and its time has passed the payee is paid by check.

    Raises DomainError with the place, ConflictError where another change waits.
    """
    _check(routing_number, account_number)
    if made_by_id is None:
        raise SecondPersonError("A bank account is entered by a person.")
    if not call_back.strip():
        raise DomainError("Say whom you have called back, at a number known before.", where="call_back")
    if bool(payee.tax_id) == (payee.kind == MEMBER) or bool(payee.family_id) != (payee.kind == MEMBER):
        raise DomainError("A provider is named by its tax id, a member by the family.", where="payee")
    named = {"payee": payee.kind, "tax_id": payee.tax_id, "family_id": payee.family_id}
    if PayeeAccount.objects.filter(**named, state=PayeeAccount.State.PROPOSED).exists():
        raise ConflictError("Another change of this payee's account waits.", remedy="Approve or refuse it first.")
    return PayeeAccount.objects.create(
        **named, holder=holder, kind=kind, routing_number=routing_number, **_sealed(account_number),
        call_back=call_back, usable_on=on + timedelta(days=COOLING_OFF_DAYS), made_by_id=made_by_id, made_at=now,
    )  # fmt: skip


def decide_account(
    *, account_id: int, approve: bool, by_id: int | None, on: date, now: datetime, note: str = ""
) -> PayeeAccount:
    """Another person approves the account, which then waits its time, or refuses it.

    Raises NotFoundError, RunStateError, SecondPersonError.
    """
    selectors.account(account_id)
    account = PayeeAccount.objects.select_for_update().get(pk=account_id)
    if account.state != PayeeAccount.State.PROPOSED:
        raise RunStateError(f"The account is {account.state}.")
    if by_id is None or (approve and by_id == account.made_by_id):
        raise SecondPersonError("An account is not approved by who entered it.")
    account.state = PayeeAccount.State.APPROVED if approve else PayeeAccount.State.REFUSED
    account.decided_by_id, account.decided_at, account.note = by_id, now, note[:200]
    account.usable_on = on + timedelta(days=COOLING_OFF_DAYS)
    account.save(update_fields=["state", "decided_by_id", "decided_at", "note", "usable_on"])
    return account


def refuse_returned(*, account_id: int, note: str) -> None:
    """The bank has sent money back: nothing goes to the account any more."""
    PayeeAccount.objects.filter(pk=account_id).update(state=PayeeAccount.State.REFUSED, note=note[:200])


def _check(routing_number: str, account_number: str) -> None:
    if not is_routing_number(routing_number):
        raise DomainError(
            "That is no ABA routing number: nine digits with a check digit.",
            where="routing_number",
            remedy="Read it again from the check or the bank's letter.",
        )
    if not (account_number.isascii() and account_number.isalnum() and 4 <= len(account_number) <= 17):
        raise DomainError("An account number has 4 to 17 letters or digits.", where="account_number")


def _sealed(account_number: str) -> dict[str, str]:
    return {"account_sealed": seal(account_number), "account_end": account_number[-4:]}


def _key(routing_number: str, account_number: str) -> str:
    told = f"{routing_number}|{account_number}".encode()
    return hmac.digest(settings.BANK_ACCOUNT_KEY.encode(), told, "sha256")[:16].hex()
