"""Telling a worker, after the commit, that there is work. What work, the rows say; a lost message costs only time."""

from celery import current_app
from django.db import transaction


def wake(task: str, **kwargs: int) -> None:
    """Send the message of a task of `tasks.py` when the caller's transaction commits; at once where there is none.

    By name, because the tasks stand above the workflows. A broker that is down is logged and forgiven.
    """
    transaction.on_commit(
        lambda: current_app.tasks[f"tpa.workflows.tasks.{task}"].apply_async(kwargs=kwargs), robust=True
    )
