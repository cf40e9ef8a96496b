"""The account that an employer's claims are paid from, by its paying terms: proposed by one person, approved by another."""

import hmac
import re
from datetime import datetime
from typing import Any

from django.conf import settings

from tpa.books.edi import banks
from tpa.books.payments import selectors
from tpa.books.payments.models import PayingTerms
from tpa.engine.paying.routing import require_account
from tpa.infra.secret_text import sealed_account
from tpa.kernel.errors import ConflictError, DomainError, SecondPersonError

_FRACTION = re.compile(r"(\d{1,4}-\d{1,5}/\d{1,4})?")


def propose_terms(
    *, routing_number: str, account_number: str, made_by_id: int, now: datetime, **told: Any
) -> PayingTerms:
    """Terms that another person has to approve. `told`: the other columns. Raises DomainError with the place."""
    require_account(routing_number, account_number)
    layout, company_id = told.get("layout", "") or "generic", told.get("company_id", "")
    banks.layout(layout)
    if not (company_id.isascii() and company_id.isalnum() and len(company_id) == 10):
        raise DomainError("The originator's number has ten letters or digits: 1 and the EIN.", where="company_id")
    if not _FRACTION.fullmatch(told.get("fraction", "")):
        raise DomainError("A bank's fractional number is as 12-345/6789.", where="fraction", remedy="Leave it empty.")
    for name in ("alone_up_to_cents", "recoup_after_days", "stale_after_days", "unclaimed_after_days"):
        if told.get(name, 0) < 0:
            raise DomainError("It is not below zero.", where=name)
    return PayingTerms.objects.create(
        routing_number=routing_number,
        **sealed_account(account_number),
        account_key=_key(routing_number, account_number),
        made_by_id=made_by_id,
        made_at=now,
        **told | {"layout": layout},
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


def _key(routing_number: str, account_number: str) -> str:
    told = f"{routing_number}|{account_number}".encode()
    return hmac.digest(settings.BANK_ACCOUNT_KEY.encode(), told, "sha256")[:16].hex()
