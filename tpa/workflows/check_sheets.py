"""What is printed on checks and their stubs, gathered when a payment is issued and kept as a file of the release.

Every print is made of this file alone: what is renamed or corrected afterwards changes no print, and the same print is
the same bytes. Its checks are in the order of their numbers::

    {"payer": {"name", "lines", "phone"}, "bank": {"name", "routing", "account", "fraction"}, "void_after_days",
     "currency", "checks": [{"payment_id", "number", "on", "payee", "address": {...}, "lines": [...], "cents", "memo",
     "claims": [{"claim", "patient", "account", "service_on", "charge_cents", "paid_cents"}],
     "others": [{"what", "cents"}]}]}
"""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims.models import Claim, Decision
from tpa.books.members.models import Member
from tpa.books.payments import selectors
from tpa.books.payments.models import CarriedBalance, ClaimPayment, PayingTerms, Payment
from tpa.infra.secret_text import unseal
from tpa.kernel.errors import must
from tpa.kernel.ids import public_id


def sheet_of(employer: Employer, checks: Sequence[Payment], terms: PayingTerms) -> bytes:
    """The file, as canonical JSON. Half a dozen queries, however many checks there are.

    `checks` are issued. What stands on a stub comes to the check's amount, or nothing of the run is released.
    """
    firsts = {one.pk: selectors.first_issue(one) for one in checks}
    stubs = _stubs(employer.pk, list(firsts.values()))
    street, city, state, postal_code = [part.strip() for part in settings.TPA_ADDRESS.split(";")]
    told = {
        "payer": {
            "name": employer.name,
            "lines": [f"by {settings.TPA_NAME}", street, f"{city} {state}  {postal_code}"],
            "phone": settings.TPA_PHONE,
        },
        "bank": {
            "name": terms.bank_name,
            "routing": terms.routing_number,
            "account": unseal(terms.account_sealed),
            "fraction": terms.fraction,
        },
        "void_after_days": terms.stale_after_days,
        "currency": employer.currency,
        "checks": [_check(one, stubs[firsts[one.pk].pk]) for one in sorted(checks, key=lambda one: int(one.number))],
    }
    return json.dumps(told, sort_keys=True, ensure_ascii=False, indent=1).encode()


def _check(check: Payment, stub: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    address = check.address
    must(address is not None and check.issued_on is not None, f"check {check.pk} goes to no address")
    assert address is not None and check.issued_on is not None
    shown = sum(one["paid_cents"] for one in stub["claims"]) + sum(one["cents"] for one in stub["others"])
    must(
        shown == check.amount_cents, f"the stub of check {check.pk} comes to {shown}, the check to {check.amount_cents}"
    )
    first, count = stub["claims"][0] if stub["claims"] else None, len(stub["claims"])
    memo = f"Claim {first['claim']}" if first and count == 1 else f"{count} claims"
    return {
        "payment_id": check.pk,
        "number": check.number,
        "on": check.issued_on.isoformat(),
        "payee": _printable(check.payee_name) or check.payee_tax_id,
        "address": address._asdict(),
        "lines": list(address.lines),
        "cents": check.amount_cents,
        "memo": memo + (f", patient account {first['account']}" if first and count == 1 and first["account"] else ""),
        **stub,
    }


def _stubs(employer_id: int, payments: Sequence[Payment]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Payment -> its claims, and what else makes up its amount: interest, what it carries on, what it sets off."""
    keys = [one.pk for one in payments]
    parts = list(ClaimPayment.objects.filter(payment_id__in=keys).order_by("id"))
    claims = Claim.objects.in_bulk({one.claim_id for one in parts})
    decisions = Decision.objects.in_bulk({one.decision_id for one in parts})
    members = Member.objects.in_bulk({one.member_id for one in claims.values()})
    found: dict[int, dict[str, list[dict[str, Any]]]] = {key: {"claims": [], "others": []} for key in keys}
    interest = dict.fromkeys(keys, 0)
    for part in parts:
        interest[part.payment_id] += part.interest_cents
        claim = claims[part.claim_id]
        member = members[claim.member_id]
        found[part.payment_id]["claims"].append(
            {
                "claim": public_id("clm", employer_id, claim.pk),
                "patient": _printable(f"{member.first_name} {member.last_name}"),
                "account": _printable(claim.patient_control_number),
                "service_on": claim.service_on.isoformat(),
                "charge_cents": decisions[part.decision_id].charge_cents,
                "paid_cents": part.amount_cents,
            }
        )
    for key, cents in interest.items():
        _add(found[key], "Interest, because it is paid late" if cents > 0 else "Interest taken back", cents)
    for carried in CarriedBalance.objects.filter(payment_id__in=keys).order_by("id"):
        _add(found[carried.payment_id], f"Owed by you, carried on ({carried.code})", carried.cents)
    for taken in CarriedBalance.objects.filter(taken_by_id__in=keys).select_related("payment").order_by("id"):
        what = f"Owed by you since {taken.payment.number}, set off ({taken.code})"
        _add(found[taken.taken_by_id or 0], what, -taken.cents)
    return found


def _printable(text: str) -> str:
    """Without characters that are no ink: one that turns the direction of writing would turn the words after it as well."""
    return "".join(char for char in text if char.isprintable()).strip()


def _add(stub: dict[str, list[dict[str, Any]]], what: str, cents: int) -> None:
    if cents:
        stub["others"].append({"what": what, "cents": cents})
