"""What a carrier has paid too much: a receivable below zero becomes a debt, and the debt is paid back."""

from datetime import date

from django.db import transaction

from tpa.books.ledger import selectors as balances
from tpa.books.ledger import services as ledger
from tpa.books.stoploss import services
from tpa.books.stoploss.errors import FilingError
from tpa.books.stoploss.models import Overpayment
from tpa.engine.journal.accounts import EMPLOYER_DEPOSITS, STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.stop_loss_overpaid import StopLossOverpaid
from tpa.engine.journal.recipes.stop_loss_repaid import StopLossRepaid
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.money import format_amount


def turn_overpayment(*, kind: str, on: date, by: str = "") -> Overpayment | None:
    """Owe back what the receivable of a cover lies below zero, and no more; the difference, where there is one.

    In the caller's transaction, which holds the lock of the sweep.
    """
    owed = -balances.balance(STOP_LOSS_PAYABLE, dimension=kind)
    net = balances.balance(STOP_LOSS_RECEIVABLE, dimension=kind) - owed
    change = max(0, -net) - owed
    if not change:
        return None
    now = clock.now()
    row = services.write_overpayment(kind=kind, cents=change, on=on, now=now, by=by)
    ledger.post_entries(entries=[entry_for(StopLossOverpaid(row.pk, on, kind, change))], recorded_at=now)
    return row


@transaction.atomic
def pay_back(*, kind: str, cents: int, on: date, reference: str, by: str) -> Overpayment:
    """The carrier gets its money back. The same reference counts once.

    Raises FilingError where not as much is owed back, or the fund does not hold it.
    """
    open_employer()
    locks.lock("stop_loss_sweep")
    known = Overpayment.objects.filter(paid_back=True, reference=reference).first()
    if known is not None:
        if (known.kind, known.cents) != (kind, -cents):
            raise FilingError(f"Reference {reference} is recorded already, with another amount.", where="reference")
        return known
    owed = -balances.balance(STOP_LOSS_PAYABLE, dimension=kind)
    if not 0 < cents <= owed:
        raise FilingError(
            f"{format_amount(owed)} are owed back to the carrier.", where="cents", remedy="Pay that, or a part of it."
        )
    held = -balances.balance(EMPLOYER_DEPOSITS)
    if cents > held:
        raise FilingError(
            f"The employer's unused deposits are {format_amount(held)}.", where="cents", remedy="Ask for funding first."
        )
    now = clock.now()
    row = services.write_overpayment(
        kind=kind, cents=-cents, on=on, now=now, by=by, reference=reference, paid_back=True
    )
    ledger.post_entries(entries=[entry_for(StopLossRepaid(row.pk, on, kind, cents))], recorded_at=now)
    return row
