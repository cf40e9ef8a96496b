"""Payees' bank accounts: entered by one person, approved by another, waited for, tried with a prenote, then used.

Long enough is waited for the payee to be told at the address that was known before. Everything is written at the TPA's
desk (`desk_scope`); inside `employer_scope` an employer's payments see providers' accounts and its own members'.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from tpa.books.providers.account_models import PayeeAccount
from tpa.books.providers.errors import AccountStateError
from tpa.engine.paying.planning import MEMBER, PROVIDER, Payee
from tpa.engine.paying.routing import require_account
from tpa.infra.secret_text import sealed_account
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError, SecondPersonError

COOLING_OFF_DAYS = 5
State = PayeeAccount.State


def propose_account(
    *, payee: Payee, employer_id: int | None, holder: str, kind: str, routing_number: str, account_number: str,
    call_back: str, made_by_id: int | None, now: datetime,
) -> PayeeAccount:  # fmt: skip
    """A payee's new account; until it is approved and its time has passed the payee is paid by check.

    `employer_id`: of a member; None for a provider. Raises DomainError with the place, SecondPersonError for a program,
    ConflictError where another change waits.
    """
    require_account(routing_number, account_number)
    if made_by_id is None:
        raise SecondPersonError("A bank account is entered by a person.")
    for name, text in (("holder", holder), ("call_back", call_back)):
        if not text.strip():
            told = {
                "holder": "Whose account is it?",
                "call_back": "Whom have you called back, at a number known before?",
            }
            raise DomainError(told[name], where=name)
    if kind not in PayeeAccount.Kind.values:
        raise DomainError("Checking or savings?", where="kind")
    if (payee.kind == PROVIDER and not payee.tax_id) or (payee.kind == MEMBER) != (employer_id is not None):
        raise DomainError("A provider is named by its tax id, a member by the family.", where="tax_id")
    named = {"payee": payee.kind, "tax_id": payee.tax_id, "family_id": payee.family_id, "employer_id": employer_id}
    if PayeeAccount.objects.filter(**named, state=State.PROPOSED).exists():
        raise ConflictError("Another change of this payee's account waits.", remedy="Approve or refuse it first.")
    return PayeeAccount.objects.create(
        **named, holder=holder.strip(), kind=kind, routing_number=routing_number, **sealed_account(account_number),
        call_back=call_back.strip(), usable_on=cooled_off(now), made_by_id=made_by_id, made_at=now,
    )  # fmt: skip


def decide_account(
    *, account_id: int, employer_id: int | None, approve: bool, by_id: int | None, now: datetime
) -> PayeeAccount:
    """Another person approves the account, which then waits its time, or refuses it.

    Raises NotFoundError, also for the account of another employer's member; AccountStateError, SecondPersonError.
    """
    found = PayeeAccount.objects.select_for_update().filter(pk=account_id, employer_id=employer_id).first()
    if found is None:
        raise NotFoundError("There is no such bank account.")
    if found.state != State.PROPOSED:
        raise AccountStateError(f"The account is {found.state}.")
    if by_id is None or (approve and by_id == found.made_by_id):
        raise SecondPersonError("An account is not approved by who entered it.")
    found.state = State.APPROVED if approve else State.REFUSED
    found.decided_by_id, found.decided_at, found.usable_on = by_id, now, cooled_off(now)
    found.save(update_fields=["state", "decided_by_id", "decided_at", "usable_on"])
    return found


def cooled_off(now: datetime) -> date:
    """The day from which a change that is told now is used; by UTC, the same for every employer that pays the payee."""
    return now.date() + timedelta(days=COOLING_OFF_DAYS)


def refuse_returned(*, account_ids: Collection[int], note: str) -> None:
    """The bank has sent something back: nothing goes to the accounts any more."""
    approved = PayeeAccount.objects.filter(pk__in=account_ids, state=State.APPROVED)
    approved.update(state=State.REFUSED, note=note[:200])


def note_prenotes(*, account_ids: Collection[int], sent_on: date, usable_on: date) -> None:
    """Entries of nothing were sent to try accounts; money goes there from `usable_on` on at the earliest."""
    for one in PayeeAccount.objects.select_for_update().filter(pk__in=account_ids, prenoted_on=None):
        one.prenoted_on, one.usable_on = sent_on, max(one.usable_on, usable_on)
        one.save(update_fields=["prenoted_on", "usable_on"])


def accounts(employer_id: int | None) -> QuerySet[PayeeAccount]:
    """Accounts of providers (None), or of an employer's members, the latest first."""
    return PayeeAccount.objects.filter(employer_id=employer_id)


def by_key(account_ids: Collection[int]) -> dict[int, PayeeAccount]:
    """Accounts by their keys. One query."""
    return PayeeAccount.objects.in_bulk(set(account_ids))


def to_prenote(tax_ids: Collection[str]) -> list[PayeeAccount]:
    """Approved accounts that nothing was sent to yet: of the bound employer's members, and of these providers."""
    known = Q(payee=MEMBER) | Q(payee=PROVIDER, tax_id__in=set(tax_ids))
    found = usable_accounts(date.max, tried=False)
    return list(PayeeAccount.objects.filter(known, pk__in=found.values(), prenoted_on=None).order_by("id"))


def usable_accounts(day: date, *, tried: bool = True) -> dict[Payee, int]:
    """Payee -> the account that money goes to on `day`: the latest, once it was tried and has waited its time. One query.

    While a change waits, money goes by check: neither to the old account nor to the new one. Inside `employer_scope`.
    """
    found: dict[Payee, int] = {}
    for row in PayeeAccount.objects.order_by("id"):
        payee = Payee(row.payee, row.tax_id, row.family_id)
        if row.state == State.APPROVED and row.usable_on <= day and (row.prenoted_on is not None or not tried):
            found[payee] = row.pk
        elif row.state != State.REFUSED or found.get(payee) == row.pk:
            found.pop(payee, None)
    return found
