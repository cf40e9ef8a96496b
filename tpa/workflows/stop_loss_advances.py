"""Specific advance funding: the carrier's money is asked for before the plan has paid, while the contract's conditions hold.

An advance is a filing. What comes is owed back to the carrier until the claims are paid; then it settles what the carrier
owes for them. By which day they have to be paid waits in the desk's queue.
"""

from typing import NamedTuple

from django.db import transaction

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.stoploss import packet, selectors
from tpa.books.stoploss.models import Filing, Kind
from tpa.engine.stoploss.advance import AdvanceDue, AdvanceError, advance_of, advances
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.workflows.stop_loss_filings import write_filing


class Possible(NamedTuple):
    """An advance that may be asked for today."""

    contract: StopLossInForce
    due: AdvanceDue


def possible_advances(employer: Employer) -> list[Possible]:
    """What may be asked for today, over all open contracts that have advance funding; inside employer_scope."""
    day = clock.today(employer.time_zone)
    found = []
    for standing in selectors.standings(employer.pk, day):
        reach = {
            unit_id: asked.reach_cents
            for (kind, unit_id), asked in selectors.asked_for(standing.contract.contract_id).items()
            if kind == Kind.SPECIFIC
        }
        due = advances(standing.contract.terms, standing.exposure, standing.expected, day, reach)
        found += [Possible(standing.contract, one) for one in due]
    return found


@transaction.atomic
def ask_advance(*, contract_id: int, unit_id: int, by: str) -> Filing:
    """Assemble the request of an advance for a unit; it waits to be sent.

    Raises NotFoundError, and AdvanceError with the condition that does not hold.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    contract = agreements.stop_loss_contract(employer.pk, contract_id)
    day = clock.today(employer.time_zone)
    standing = selectors.standing_in_full(contract, day)
    units = standing.expected.specific.units if standing.expected.specific else ()
    unit = next((one for one in units if one.unit_id == unit_id), None)
    if unit is None:
        raise AdvanceError("Nothing that counts was decided for this unit.", where="unit")
    asked = selectors.asked_for(contract_id).get((Kind.SPECIFIC, unit_id), selectors.Asked())
    due = advance_of(contract.terms, standing.exposure, unit, day, reach_cents=asked.reach_cents)
    return write_filing(
        contract=contract,
        kind=Kind.SPECIFIC,
        unit_id=unit_id,
        eligible=unit.eligible_cents,
        requested=due.cents,
        document=packet.specific_packet(employer.pk, contract, standing.expected, unit, ahead=True),
        by=by,
        day=day,
        send_by=due.ask_by,
        ahead_from=unit.reimbursable_cents - due.cents,
    )
