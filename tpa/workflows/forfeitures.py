"""A check that falls back to the plan was never honoured: what it paid counts neither for stop-loss nor in a settlement."""

from collections.abc import Iterator, Sequence
from datetime import date

from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Decision
from tpa.books.payments import selectors as payments
from tpa.books.payments.models import Payment
from tpa.books.stoploss import services
from tpa.books.stoploss.models import Offset
from tpa.engine.journal.accounts import INTEREST
from tpa.infra import clock
from tpa.kernel.money import split


def forfeit(given_up: Sequence[Payment], *, on: date) -> None:
    """What came back of checks, by the claim lines that they had paid. In the caller's transaction.

    Where a check had set something off, what was on it is shared out. Claims that were taken back since count no more.
    """
    for payment in given_up:
        for offset in _offsets(payment, on):
            services.write_offset(offset=offset)


def _offsets(payment: Payment, on: date) -> Iterator[Offset]:
    first = payments.first_issue(payment)
    assert first.issued_on is not None
    gone = payments.taken_back(first.pk)
    stand = [one.decision_id for one in first.claims.filter(voided_on=None) if one.pk not in gone]
    decisions = Decision.objects.in_bulk(stand)
    lines = [line for _, line in sorted(claims.decided_lines(stand).items()) if line.paid_cents > 0]
    if not lines:
        return
    interest = sum(cents for line, cents in payment.amounts if line == INTEREST)
    back = min(payment.amount_cents - max(0, interest), sum(line.paid_cents for line in lines))
    for line, cents in zip(lines, split(back, [line.paid_cents for line in lines]), strict=True):
        decision = decisions[line.decision_id]
        if cents:
            yield Offset(
                kind=Offset.Kind.FORFEITED,
                reference=f"check {payment.number}, decision {decision.pk}, line {line.number}",
                line=line.stop_loss or line.line_of_coverage,
                member_id=decision.member_id,
                family_id=decision.family_id,
                claim_id=decision.claim_id,
                cents=cents,
                incurred_on=line.service_on,
                paid_on=first.issued_on,
                known_on=on,
                recorded_at=clock.now(),
                recorded_by="plan rule",
            )
