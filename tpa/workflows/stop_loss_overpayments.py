"""What a carrier has paid too much: a receivable below zero becomes a debt, and the debt is paid back.

What was paid back of a unit was as good as never asked for: what the carrier owes for it anew is filed again. What it had
refused of claims that are taken back goes first.
"""

from datetime import date

from django.db import transaction

from tpa.books.ledger import selectors as balances
from tpa.books.ledger import services as ledger
from tpa.books.stoploss import services
from tpa.books.stoploss.errors import FilingError
from tpa.books.stoploss.models import Overpayment
from tpa.books.stoploss.overpaid import in_turn, overpaid, owed_back
from tpa.books.stoploss.refused import to_take_back, write_taken_back
from tpa.engine.journal.accounts import EMPLOYER_DEPOSITS, STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.stop_loss_overpaid import StopLossOverpaid
from tpa.engine.journal.recipes.stop_loss_refusal_taken_back import StopLossRefusalTakenBack
from tpa.engine.journal.recipes.stop_loss_repaid import StopLossRepaid
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.money import format_amount


def turn_overpayment(*, kind: str, on: date, by: str = "") -> None:
    """Owe back what the receivable of a cover lies below zero, and no more, each unit's own; write the difference.

    What the carrier owes for one unit is set off against what it has paid too much for another. In the caller's
    transaction, which holds the lock of the sweep.
    """
    _take_back_refusals(kind, on)
    owed = -balances.balance(STOP_LOSS_PAYABLE, dimension=kind)
    now_owed = max(0, owed - balances.balance(STOP_LOSS_RECEIVABLE, dimension=kind))
    if not owed and not now_owed:
        return
    before, after = owed_back(kind), in_turn(overpaid(kind), now_owed)
    changes = {whose: after.get(whose, 0) - before.get(whose, 0) for whose in {**before, **after}}
    now = clock.now()
    rows = services.write_overpayments(
        kind=kind, shares={whose: cents for whose, cents in changes.items() if cents}, on=on, now=now, by=by
    )
    entries = [entry_for(StopLossOverpaid(row.pk, on, kind, row.cents)) for row in rows]
    ledger.post_entries(entries=entries, recorded_at=now)


def _take_back_refusals(kind: str, on: date) -> None:
    """What was refused of claims that are owed no more is refused no more."""
    now = clock.now()
    rows = write_taken_back(kind=kind, changes=to_take_back(kind), on=on, now=now)
    entries = [entry_for(StopLossRefusalTakenBack(row.pk, on, kind, row.cents)) for row in rows]
    ledger.post_entries(entries=entries, recorded_at=now)


@transaction.atomic
def pay_back(
    *, kind: str, cents: int, on: date, reference: str, by: str, of: tuple[int, int] | None = None
) -> list[Overpayment]:
    """The carrier gets its money back: what it paid too much `of` a contract's unit, or of all in their turn.

    One row for each unit. The same reference counts once. Raises FilingError where not as much is owed back, the fund does
    not hold it, or the day is not here yet.
    """
    if on > clock.today(open_employer().time_zone):
        raise FilingError("That day is not here yet.", where="on")
    locks.lock("stop_loss_sweep")
    if known := list(Overpayment.objects.filter(paid_back=True, reference=reference)):
        _check_known(known, kind, cents, reference, of)
        return known
    turn_overpayment(kind=kind, on=on, by=by)
    back = {whose: there for whose, there in owed_back(kind).items() if of in (None, whose)}
    owed = sum(back.values())
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
    shares = {whose: -share for whose, share in in_turn(back, cents).items()}
    rows = services.write_overpayments(
        kind=kind, shares=shares, on=on, now=now, by=by, reference=reference, paid_back=True
    )
    entries = [entry_for(StopLossRepaid(row.pk, on, kind, -row.cents)) for row in rows]
    ledger.post_entries(entries=entries, recorded_at=now)
    return rows


def _check_known(known: list[Overpayment], kind: str, cents: int, reference: str, of: tuple[int, int] | None) -> None:
    is_same = (known[0].kind, sum(row.cents for row in known)) == (kind, -cents)
    if not is_same or (of and {(row.contract_id, row.unit_id) for row in known} != {of}):
        raise FilingError(
            f"Reference {reference} is recorded already, with another amount or for another unit.", where="reference"
        )
