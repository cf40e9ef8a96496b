"""Reading payments: what is to be settled, what was paid, what payees owe back."""

from collections.abc import Collection
from datetime import date
from typing import Literal, NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from tpa.books.payments.models import (
    CarriedBalance,
    ClaimPayment,
    PayingTerms,
    Payment,
    PaymentFile,
    PaymentRun,
)
from tpa.engine.paying.planning import ORDERED, PROVIDER, Balance, Payable, Payee
from tpa.kernel.errors import NotFoundError

# A decision waits until it stands in a payment: owed, if it is the claim's last word; taken back, if what it takes back was
# issued. A provider without a tax id is told by its NPI, whom a court's order names as it was known at the decision.
_UNSETTLED = """
SELECT d.id, d.claim_id,
       CASE WHEN d.payee = 'ordered' THEN 'ordered' WHEN c.assigned AND d.payee = 'provider' THEN 'provider' ELSE 'member' END,
       coalesce(nullif(c.provider_tax_id, ''), c.provider_npi), d.family_id,
       CASE WHEN d.payee = 'ordered' THEN (
         SELECT o.pay_to FROM members_payeeorder o JOIN claims_decision was ON was.claim_id = d.claim_id
           AND was.version = d.version - (d.outcome = 'reversed')::int
         WHERE o.member_id = d.member_id AND o.recorded_at <= was.decided_at
           AND (o.superseded_at IS NULL OR o.superseded_at > was.decided_at))
       WHEN c.assigned AND d.payee = 'provider' THEN c.provider_name ELSE (
         SELECT trim(m.first_name || ' ' || m.last_name) FROM members_member m
         WHERE m.family_id = d.family_id AND m.relationship = 'self' ORDER BY m.id LIMIT 1) END,
       c.provider_npi, d.paid_cents,
       EXISTS (SELECT FROM payments_claimpayment v WHERE v.decision_id = d.id AND v.issued_on IS NOT NULL)
FROM claims_decision d
JOIN claims_claim c ON c.id = d.claim_id
LEFT JOIN payments_claimpayment p ON p.decision_id = d.id AND p.voided_on IS NULL
WHERE p.id IS NULL AND (d.id = ANY(%(only)s) OR %(only)s IS NULL) AND (
  d.outcome IN ('paid', 'denied')
  AND NOT EXISTS (SELECT FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.version > d.version)
  OR d.outcome = 'reversed' AND EXISTS (
    SELECT FROM claims_decision was JOIN payments_claimpayment sent ON sent.decision_id = was.id
    WHERE was.claim_id = d.claim_id AND was.version = d.version - 1
      AND sent.voided_on IS NULL AND sent.issued_on IS NOT NULL))
ORDER BY d.decided_at, d.id"""


def payables(only: Collection[int] | None = None) -> list[Payable]:
    """Decisions to be settled, the oldest first: owed, owing nothing, or taking back what was paid. One query.

    `only`: of these decisions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, {"only": list(only) if only is not None else None})
        return [
            Payable(
                decision_id,
                claim_id,
                _payee(kind, tax_id, family_id, name or ""),
                name or "",
                npi if kind == PROVIDER else "",
                cents,
                is_funded,
            )
            for decision_id, claim_id, kind, tax_id, family_id, name, npi, cents, is_funded in cursor.fetchall()
        ]


def balances_due(day: date) -> list[Balance]:
    """What payees owe from earlier payments and may be set off on `day`, the oldest first. One query."""
    rows = open_balances().filter(due_on__lte=day).select_related("payment").order_by("id")
    return [Balance(row.pk, payee_of(row.payment), row.code, row.cents, row.claim_id) for row in rows]


def open_balances() -> QuerySet[CarriedBalance]:
    """What payees still owe, set off by no payment and not sent back."""
    void = ClaimPayment.objects.filter(payment=OuterRef("payment"), voided_on__isnull=False)
    rows = CarriedBalance.objects.filter(taken_by=None, refunded_on=None, payment__issued_on__isnull=False)
    return rows.exclude(Exists(void))


def balance(balance_id: int) -> CarriedBalance:
    """One balance. Raises NotFoundError."""
    found = CarriedBalance.objects.filter(pk=balance_id).first()
    if found is None:
        raise NotFoundError("There is no such balance.")
    return found


def payee_of(payment: Payment) -> Payee:
    """Whom a payment pays."""
    return _payee(payment.payee, payment.payee_tax_id, payment.family_id, payment.payee_name)


def _payee(kind: str, tax_id: str, family_id: int, name: str) -> Payee:
    if kind == PROVIDER:
        return Payee(PROVIDER, tax_id)
    return Payee(kind, family_id=family_id, name=name if kind == ORDERED else "")


def stages(decision_ids: Collection[int]) -> dict[int, Literal["paid", "funded"]]:
    """How far the money of decisions has come: paid, or funded where a payment of it was voided. One query.

    Decisions that are in neither stage, or pay nothing, are left out.
    """
    found: dict[int, Literal["paid", "funded"]] = {}
    rows = ClaimPayment.objects.filter(decision_id__in=list(decision_ids), issued_on__isnull=False, amount_cents__gt=0)
    for decision_id, voided_on in rows.values_list("decision_id", "voided_on"):
        if voided_on is None:
            found[decision_id] = "paid"
        else:
            found.setdefault(decision_id, "funded")
    return found


def paid_among(decision_ids: Collection[int]) -> set[int]:
    """Those of the decisions whose money is with the payee, or on its way. One query."""
    return {decision_id for decision_id, stage in stages(decision_ids).items() if stage == "paid"}


def amounts_by_line(decision_ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    """Decision -> (line of coverage, cents that the plan pays). One query."""
    found: dict[int, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decision_id, line_of_coverage, sum(paid_cents)::bigint FROM claims_decisionline"
            " WHERE decision_id = ANY(%s) AND paid_cents <> 0 GROUP BY decision_id, line_of_coverage"
            " ORDER BY decision_id, line_of_coverage",
            [decision_ids],
        )
        for decision_id, line, cents in cursor.fetchall():
            found.setdefault(decision_id, []).append((line, cents))
    return found


def corrected_among(run_id: int) -> list[int]:
    """Claims of a run whose decision in it is no longer the last word. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.claim_id FROM payments_claimpayment p JOIN payments_payment y ON y.id = p.payment_id"
            " JOIN claims_decision d ON d.id = p.decision_id AND d.outcome <> 'reversed'"
            " JOIN claims_decision later ON later.claim_id = d.claim_id AND later.version > d.version"
            " WHERE y.run_id = %s ORDER BY 1",
            [run_id],
        )
        return [claim_id for (claim_id,) in cursor.fetchall()]


class Earlier(NamedTuple):
    """What has gone to payees for a claim: by day, the earliest first, and the interest that was in it."""

    paid: list[tuple[date, int]]
    interest_cents: int


def paid_before(claim_ids: Collection[int]) -> dict[int, Earlier]:
    """Claim -> what was issued for it and not voided, take-backs deducted on their day. One query."""
    days: dict[int, dict[date, int]] = {}
    interest: dict[int, int] = {}
    rows = ClaimPayment.objects.filter(claim_id__in=list(claim_ids), voided_on=None, issued_on__isnull=False)
    for claim_id, on, cents, interest_cents in rows.values_list(
        "claim_id", "issued_on", "amount_cents", "interest_cents"
    ):
        assert on is not None
        of_claim = days.setdefault(claim_id, {})
        of_claim[on] = of_claim.get(on, 0) + cents
        interest[claim_id] = interest.get(claim_id, 0) + interest_cents
    return {key: Earlier(sorted(found.items()), interest[key]) for key, found in days.items()}


class Taken(NamedTuple):
    """A claim's part of a payment whose decision was reversed since: by which decision, and in which payment, if any."""

    claim_payment_id: int
    reversal_id: int
    payment_id: int | None


def taken_back(payment_id: int) -> dict[int, Taken]:
    """Those parts of a payment whose decisions were reversed since, by their key. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, back.id, set_off.payment_id FROM payments_claimpayment p"
            " JOIN claims_decision d ON d.id = p.decision_id AND d.outcome <> 'reversed'"
            " JOIN claims_decision back ON back.claim_id = d.claim_id AND back.version = d.version + 1"
            "  AND back.outcome = 'reversed'"
            " LEFT JOIN payments_claimpayment set_off ON set_off.decision_id = back.id AND set_off.voided_on IS NULL"
            " WHERE p.payment_id = %s AND p.amount_cents <> 0",
            [payment_id],
        )
        return {row[0]: Taken(*row) for row in cursor.fetchall()}


def terms() -> PayingTerms | None:
    """The paying terms in force: the latest that a second person approved; None before the first."""
    return PayingTerms.objects.exclude(approved_by_id=None).first()


def proposed_terms() -> PayingTerms | None:
    """Terms newer than those in force that wait for a second person."""
    latest = PayingTerms.objects.first()
    return latest if latest is not None and latest.approved_by_id is None else None


def paid_tax_ids() -> set[str]:
    """Providers whom the employer has paid, or owes."""
    paid = Payment.objects.filter(payee=PROVIDER).values_list("payee_tax_id", flat=True).order_by().distinct()
    return set(paid) | {one.payee.tax_id for one in payables() if one.payee.kind == PROVIDER}


def next_check_number(terms: PayingTerms) -> int:
    """The first number that no check of the account has."""
    last = Payment.objects.filter(account_key=terms.account_key, method=Payment.Method.CHECK).exclude(number="")
    highest = last.aggregate(highest=Max(Cast("number", BigIntegerField())))["highest"]
    return max(terms.first_check_number, (highest or 0) + 1)


def runs() -> QuerySet[PaymentRun]:
    """Payment runs, the latest first."""
    return PaymentRun.objects.all()


def run(run_id: int) -> PaymentRun:
    """One run. Raises NotFoundError."""
    found = PaymentRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFoundError("There is no such run.")
    return found


def open_run() -> PaymentRun | None:
    """The run that is proposed or approved, if one is."""
    return PaymentRun.objects.filter(state__in=("proposed", "approved")).first()


def payments() -> QuerySet[Payment]:
    """Payments, the latest first."""
    return Payment.objects.all()


def payment(payment_id: int) -> Payment:
    """One payment. Raises NotFoundError."""
    found = Payment.objects.filter(pk=payment_id).first()
    if found is None:
        raise NotFoundError("There is no such payment.")
    return found


def waiting_payments() -> QuerySet[Payment]:
    """Transfers that came back and checks that nobody cashed: a person voids them or issues them anew. The oldest first."""
    return Payment.objects.filter(state__in=("returned", "stale")).order_by("issued_on", "id")


def first_issue(payment: Payment) -> Payment:
    """The payment that a reissue stands for: it has the claims and balances."""
    while payment.reissue_of is not None:
        payment = payment.reissue_of
    return payment


def payments_of_claim(claim_id: int) -> QuerySet[ClaimPayment]:
    """What was paid for a claim, and taken back, the latest first."""
    return ClaimPayment.objects.filter(claim_id=claim_id).select_related("payment")


def files() -> QuerySet[PaymentFile]:
    """Files that go out, the latest first, without their content."""
    return PaymentFile.objects.defer("content")


class UnsentRun(NamedTuple):
    """Files of a run that wait: so many to be sent, and whether its checks are to be printed."""

    run_id: int
    run_on: date
    files_count: int
    has_checks: bool


def unsent_by_run() -> list[UnsentRun]:
    """The runs with files that wait, the latest first."""
    is_paper = Q(kind=PaymentFile.Kind.PAPER)
    rows = (
        PaymentFile.objects.filter(sent_at=None, run__isnull=False)
        .values_list("run_id", "run__run_on")
        .annotate(files=Count("id", filter=~is_paper), papers=Count("id", filter=is_paper))
        .order_by("-run_id")
    )
    return [UnsentRun(run_id, run_on, files, papers > 0) for run_id, run_on, files, papers in rows]


def outstanding() -> QuerySet[Payment]:
    """Checks and transfers that the bank has not paid."""
    return Payment.objects.filter(
        Q(state__in=("issued", "mailed", "stale", "returned")), method__in=("check", "ach", "advice")
    )
