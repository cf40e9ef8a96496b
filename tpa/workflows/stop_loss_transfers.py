"""What a person accumulated under another group is brought along: it meets the specific deductible here."""

from datetime import date

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.stoploss import selectors, services
from tpa.books.stoploss.errors import TransferError
from tpa.books.stoploss.models import Transfer
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.periods import add_months
from tpa.workflows.stop_loss_sweep import sweep

_BEFORE_MONTHS = 12
"""A year that began under another group ends under this contract: what was paid longer ago belongs to no such year."""


@transaction.atomic
def bring_along(
    *,
    contract_id: int,
    member_id: int,
    cents: int,
    from_group: str,
    as_of: date,
    document: str,
    reference: str,
    by: str,
) -> tuple[Transfer, bool]:
    """Take in what another group has paid for a person, and sweep; whether it is new. A negative amount is a correction.

    Raises NotFoundError for no contract or member, and TransferError: the contract does not let it go on, nothing is told,
    a day that the contract cannot mean, a reference with other facts, a correction of more than was told.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    contract = agreements.stop_loss_contract(employer.pk, contract_id)
    today, terms = clock.today(employer.time_zone), contract.terms
    if terms.specific is None or terms.specific.transfer == "individual":
        raise TransferError(
            f"Contract {contract.number} lets no accumulation go on: its transfer is individual.",
            where="/specific/transfer",
            remedy="Where the contract has such a clause, enter it as a new version: current_group or proportionate.",
        )
    if not cents:
        raise TransferError("An amount is needed; a correction is negative.", where="cents")
    for name, text in (("from_group", from_group), ("document", document), ("reference", reference)):
        if not text.strip():
            raise TransferError("It is needed.", where=name)
    first, last = add_months(terms.policy.starts_on, -_BEFORE_MONTHS), min(today, terms.policy.last_day)
    if not first <= as_of <= last:
        raise TransferError(f"The other group has paid it between {first} and {last}.", where="as_of")
    written, is_new = services.write_transfer(
        transfer=Transfer(
            contract_id=contract_id,
            member_id=member_id,
            family_id=selectors.family_of(member_id),
            cents=cents,
            from_group=from_group.strip(),
            as_of=as_of,
            document=document.strip(),
            reference=reference.strip(),
            known_on=today,
            recorded_at=clock.now(),
            recorded_by=by,
        )
    )
    if is_new:
        sweep(past=True)
    return written, is_new
