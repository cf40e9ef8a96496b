"""What runs by the clock. To add something: a task in tasks.py, a line in PERIODIC."""

from datetime import timedelta

from celery import shared_task

from tpa.infra import outbox, periodic
from tpa.infra.periodic import Periodic
from tpa.infra.tasks import EmployerTask
from tpa.workflows import tasks


@shared_task(base=EmployerTask, public=True)
def dispatch() -> None:
    """Beat's only task: starts what is due."""
    periodic.dispatch(PERIODIC)


@shared_task(base=EmployerTask, public=True)
def drain_outbox() -> None:
    """Carry what happened in the employers' books into the shared tables."""
    outbox.drain()


@shared_task(base=EmployerTask, public=True)
def sign_of_life() -> None:
    """Proof that a worker takes messages off the queue."""
    periodic.record_sign_of_life()


PERIODIC = [
    Periodic(drain_outbox, timedelta(seconds=5)),
    Periodic(sign_of_life, timedelta(seconds=30)),
    Periodic(tasks.sweep_claims, timedelta(seconds=30)),
    Periodic(tasks.resolve_pends, timedelta(minutes=5)),
    Periodic(tasks.fold_totals, timedelta(hours=1)),
    Periodic(tasks.sweep_stop_loss, timedelta(minutes=1)),
    Periodic(tasks.sweep_past_stop_loss, timedelta(hours=12)),
    Periodic(tasks.draft_due_invoices, timedelta(hours=1)),
    Periodic(tasks.age_payments, timedelta(hours=12)),
    Periodic(tasks.issue_instalments, timedelta(hours=6)),
    Periodic(tasks.watch_funding, timedelta(hours=1)),
    Periodic(tasks.open_subrogation_cases, timedelta(hours=6)),
    Periodic(tasks.sweep_set_ups, timedelta(minutes=1)),
    Periodic(tasks.deliver_events, timedelta(seconds=10)),
    Periodic(tasks.forget_old_events, timedelta(hours=6)),
    Periodic(tasks.wake_what_ifs, timedelta(minutes=30)),
    Periodic(tasks.wake_readjudications, timedelta(minutes=30)),
]
