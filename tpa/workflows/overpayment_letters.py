"""The letter that asks a payee for money back: what was paid for a claim, what was right, what is owed. On paper, tagged."""

from typing import Any

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims import selectors as claims
from tpa.books.members import selectors as members
from tpa.books.payments import selectors as payments
from tpa.engine.paying import states
from tpa.infra import pdf
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount


def letter_paper(*, employer: Employer, payment_id: int) -> bytes:
    """The PDF of a payment that is a letter. Raises NotFoundError for any other."""
    payment = payments.payment(payment_id)
    if payment.method != states.LETTER:
        raise NotFoundError("Nothing was asked back by this payment.")
    balance, parts = payment.carried.get(), list(payment.claims.all())
    totals = [one.amount_cents + one.interest_cents for one in parts]
    claim = claims.claim(balance.claim_id or 0)
    member = members.member(claim.member_id)
    document: dict[str, Any] = {
        "title": f"Overpayment {payment.number}",
        "administrator": settings.TPA_NAME,
        "address": settings.TPA_ADDRESS.replace(";", ","),
        "phone": settings.TPA_PHONE,
        "plan": employer.name,
        "currency": employer.currency,
        "on": f"{payment.issued_on:%Y-%m-%d}",
        "payee": payment.payee_name or payment.payee_tax_id,
        "lines": list(payment.address.lines) if payment.address else [],
        "reference": payment.number,
        "claim": public_id("clm", employer.pk, claim.pk),
        "patient": f"{member.first_name} {member.last_name}".strip(),
        "account": claim.patient_control_number,
        "service_on": f"{claim.service_on:%Y-%m-%d}",
        "was_paid": format_amount(-sum(cents for cents in totals if cents < 0)),
        "is_right": format_amount(sum(cents for cents in totals if cents > 0)),
        "asked": format_amount(balance.cents),
    }
    return pdf.render("overpayment_letter", document)
