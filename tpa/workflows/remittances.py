"""The 835 of payments, from the decisions behind them: every move of a line is one of its reductions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.conf import settings

from tenants.models import Employer
from tpa.books.claims import payer_answers
from tpa.books.claims import selectors as claims
from tpa.books.claims.examining import PayerAnswer
from tpa.books.claims.models import Claim, ClaimLine, Decision, DecisionLine, Form
from tpa.books.claims.recording import read_moves
from tpa.books.members.models import Member
from tpa.books.payments.models import CarriedBalance, ClaimPayment, Payment
from tpa.books.providers import payee_accounts
from tpa.books.providers.account_models import PayeeAccount
from tpa.engine.adjudication.decision import Move
from tpa.engine.coordination.answers import place_of_ours
from tpa.infra.secret_text import unseal
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.x12.adjustments import remark_for
from tpa.x12.claims import Address
from tpa.x12.remittance import (
    INTEREST,
    PaidBy,
    PaidClaim,
    PaidLine,
    ProviderAdjustment,
    Reduction,
    Remittance,
    RemittancePayee,
    RemittancePayer,
)

REFUNDED = "72"
"""PLB: the provider has sent the money of a balance that an earlier remittance told of."""
_METHODS = {"check": "CHK", "ach": "ACH", "zero": "NON"}
_REMARKS = {"screens.benefit": "N216"}
"""Rule -> the remark that says more than the general one: the plan has no benefit of this kind."""
_IN_NETWORK, _OUTSIDE = "12", "15"
"""CLP06: preferred provider organisation, indemnity."""


class _Facts(NamedTuple):
    """What the claims of some payments say, read at once."""

    claims: Mapping[int, Claim]
    lines: Mapping[tuple[int, int], ClaimLine]
    decisions: Mapping[int, Decision]
    decided: Mapping[int, list[DecisionLine]]
    members: Mapping[int, Member]
    answers: Mapping[int, Sequence[PayerAnswer]]


def remittances(employer: Employer, payments: Sequence[Payment], produced_on: date) -> list[Remittance]:
    """One a payment, in their order. A dozen queries, however many there are."""
    parts: dict[int, list[ClaimPayment]] = {}
    for one in ClaimPayment.objects.filter(payment__in=payments).order_by("id"):
        parts.setdefault(one.payment_id, []).append(one)
    facts = _facts([one for found in parts.values() for one in found])
    moved = _adjustments(employer.pk, payments)
    accounts = payee_accounts.by_key([one.account_id for one in payments if one.account_id])
    for payment in payments:
        if cents := sum(part.interest_cents for part in parts.get(payment.pk, ())):
            moved.setdefault(payment.pk, []).append(ProviderAdjustment(INTEREST, payment.number, -cents))
    return [
        Remittance(
            payer(employer),
            _payee(one),
            _paid_by(one, accounts.get(one.account_id or 0)),
            one.amount_cents,
            tuple(_claim(part, facts, employer.pk) for part in parts.get(one.pk, ())),
            tuple(moved.get(one.pk, ())),
            produced_on,
        )
        for one in payments
    ]


def _payee(payment: Payment) -> RemittancePayee:
    """A provider without a tax id is known by its NPI, which is none."""
    tax_id = "" if payment.payee_tax_id == payment.payee_npi else payment.payee_tax_id
    return RemittancePayee(payment.payee_name or payment.payee_tax_id, tax_id, payment.payee_npi)


def payer(employer: Employer) -> RemittancePayer:
    """The plan, at the administrator's address."""
    street, city, state, postal_code = [part.strip() for part in settings.TPA_ADDRESS.split(";")]
    address = Address(street, "", city, state, "".join(char for char in postal_code if char.isdigit()))
    return RemittancePayer(f"{settings.TPA_NAME} for {employer.name}", address, settings.TPA_PHONE)


def _facts(parts: Sequence[ClaimPayment]) -> _Facts:
    claim_ids, decision_ids = {one.claim_id for one in parts}, [one.decision_id for one in parts]
    found = Claim.objects.in_bulk(claim_ids)
    lines = ClaimLine.objects.filter(claim_id__in=claim_ids)
    decided: dict[int, list[DecisionLine]] = {}
    for line in sorted(claims.decided_lines(decision_ids).values(), key=lambda one: (one.decision_id, one.number)):
        decided.setdefault(line.decision_id, []).append(line)
    return _Facts(
        found,
        {(line.claim_id, line.number): line for line in lines},
        Decision.objects.in_bulk(decision_ids),
        decided,
        Member.objects.in_bulk({one.member_id for one in found.values()}),
        payer_answers.answers_by_claim(claim_ids),
    )


def _paid_by(payment: Payment, account: PayeeAccount | None) -> PaidBy:
    terms = payment.terms
    assert terms is not None and payment.issued_on is not None
    by = PaidBy(_METHODS[payment.method], payment.number, payment.issued_on, terms.company_id)
    if account is None:
        return by
    return by._replace(
        from_routing=terms.routing_number,
        from_account=unseal(terms.account_sealed),
        to_routing=account.routing_number,
        to_account=unseal(account.account_sealed),
        to_savings=account.kind == "savings",
    )


def _claim(part: ClaimPayment, facts: _Facts, employer_id: int) -> PaidClaim:
    claim, decision, member = facts.claims[part.claim_id], facts.decisions[part.decision_id], None
    member = facts.members[claim.member_id]
    decided = facts.decided[decision.pk]
    return PaidClaim(
        claim.patient_control_number,
        public_id("clm", employer_id, claim.pk),
        _status(claim, decision, facts.answers.get(claim.pk, ())),
        decision.charge_cents,
        decision.paid_cents,
        decision.member_responsibility_cents,
        member.last_name,
        member.first_name,
        member.member_number,
        tuple(_line(one, facts.lines[claim.pk, one.number], claim) for one in decided),
        _IN_NETWORK if decision.network else _OUTSIDE,
        claim.facility_code[:2],
        claim.frequency,
        claim.received_on,
        part.interest_cents,
        claim.drg if claim.drg and any(_is_by_drg(move) for one in decided for move in read_moves(one.moves)) else "",
    )


def _is_by_drg(move: Move) -> bool:
    """Whether the price was the diagnosis-related group's: a case rate may be the DRG's too."""
    return ("method", "drg") in move.inputs or ("method", "case_rate") in move.inputs


def _status(claim: Claim, decision: Decision, answers: Sequence[PayerAnswer]) -> str:
    """CLP02: reversal, or as which payer the claim was processed, by the answers that the decision knew.

    A denied claim was processed too: 4 is for a patient whom nobody knows (X12 RFI 1423), whose claim is never decided.
    """
    if decision.outcome == Decision.Outcome.REVERSED:
        return "22"
    return str(min(3, place_of_ours(payer_answers.payers_known(claim, answers, decision.decided_at))))


def _line(decided: DecisionLine, line: ClaimLine, claim: Claim) -> PaidLine:
    qualifier = "NU" if not line.procedure else "AD" if claim.form == Form.DENTAL else "HC"
    moves = read_moves(decided.moves)
    return PaidLine(
        qualifier,
        line.procedure or line.revenue_code,
        decided.charge_cents,
        decided.paid_cents,
        line.from_on,
        line.through_on,
        tuple(Reduction(move.group, move.carc, move.cents) for move in moves),
        tuple(line.modifiers),
        line.revenue_code,
        format_amount(line.units_milli // 10).rstrip("0").rstrip("."),
        line.control_number,
        decided.allowed_cents if decided.allowed_cents > 0 else None,
        _remarks(moves),
    )


def _remarks(moves: Iterable[Move]) -> tuple[str, ...]:
    """The remarks (RARC) that the reasons of a line ask for: the rule's own, or the reason's general one."""
    told = (_REMARKS.get(move.rule) or remark_for(move.carc) for move in moves if remark_for(move.carc))
    return tuple(dict.fromkeys(told))


def _adjustments(employer_id: int, payments: Collection[Payment]) -> dict[int, list[ProviderAdjustment]]:
    """Payment -> what it carries on, below zero, what it takes, and refunds that it acknowledges.

    Each under the name that both remittances use. A refund and the balance that it settles come to nothing.
    """
    found: dict[int, list[ProviderAdjustment]] = {}
    keys = [one.pk for one in payments]
    rows: Iterable[CarriedBalance] = CarriedBalance.objects.filter(payment_id__in=keys).select_related("payment")
    for one in rows:
        name = _reference(one, employer_id)
        found.setdefault(one.payment_id, []).append(ProviderAdjustment(one.code, name, -one.cents))
    for one in CarriedBalance.objects.filter(told_by_id__in=keys).select_related("payment"):
        name = _reference(one, employer_id)
        pair = [ProviderAdjustment(one.code, name, one.cents), ProviderAdjustment(REFUNDED, name, -one.cents)]
        found.setdefault(one.told_by_id or 0, []).extend(pair)
    for one in CarriedBalance.objects.filter(taken_by_id__in=keys).select_related("payment"):
        name = _reference(one, employer_id)
        found.setdefault(one.taken_by_id or 0, []).append(ProviderAdjustment(one.code, name, one.cents))
    return found


def _reference(balance: CarriedBalance, employer_id: int) -> str:
    return public_id("clm", employer_id, balance.claim_id) if balance.claim_id else balance.payment.number
