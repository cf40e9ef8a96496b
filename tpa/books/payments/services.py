"""Writing payments: a run and what it paid, each decision once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from tpa.books.payments.models import Payment, PaymentRun
from tpa.infra.copy import copy_rows
from tpa.infra.sequences import next_ids


class Payable(NamedTuple):
    """A decided claim that may be paid, and to whom."""

    decision_id: int
    claim_id: int
    payee: str
    payee_tax_id: str
    payee_name: str
    cents: int


def record_run(
    *, run_on: date, started_at: datetime, available_cents: int, paid: Sequence[Payable], held: Sequence[Payable]
) -> PaymentRun:
    """The run with its payments. The database refuses a second payment of a decision. Three statements."""
    run = PaymentRun.objects.create(
        run_on=run_on,
        started_at=started_at,
        available_cents=available_cents,
        paid_count=len(paid),
        paid_cents=sum(one.cents for one in paid),
        held_count=len(held),
        held_cents=sum(one.cents for one in held),
    )
    keys = next_ids(Payment, len(paid))
    columns = (
        "id",
        "decision_id",
        "claim_id",
        "run_id",
        "payee",
        "payee_tax_id",
        "payee_name",
        "amount_cents",
        "issued_on",
    )
    rows = [
        (key, one.decision_id, one.claim_id, run.pk, one.payee, one.payee_tax_id, one.payee_name, one.cents, run_on)
        for key, one in zip(keys, paid, strict=True)
    ]
    copy_rows(Payment._meta.db_table, columns, rows)
    return run
