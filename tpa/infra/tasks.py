"""Celery tasks that know for whom they work.

A message says only "there is work"; what work, the rows say. A task names its employer as the keyword `employer_id`,
or is marked `public=True` and works at the desk. It is bound for its own length and refuses to run unbound. A message
that this installation did not sign is refused: whoever can write to the broker cannot start a task.
"""

import json
from typing import Any

from celery import Task
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from tenants.scope import desk_scope, employer_scope
from tpa.infra.logs import logger
from tpa.kernel.errors import InvariantError

_SIGNATURE = "tpa_signature"


class UnboundTaskError(InvariantError):
    """A task was called without an employer, or with a message that nobody here has signed."""


class EmployerTask(Task):
    """Base of every task. `@shared_task(base=EmployerTask)`; arguments by keyword, ids and dates as text only."""

    abstract = True
    public = False
    """Marked for the desk: the task takes no employer."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args:
            raise UnboundTaskError(f"{self.name} takes keywords only")
        self._check_signature(kwargs)
        if self.public:
            with desk_scope():
                return self.run(**kwargs)
        with employer_scope(self._employer_of(kwargs)) as employer:
            if not employer.is_open:
                logger(__name__).info("employer is closed, work waits", task=self.name)
                return None
            return self.run(**kwargs)

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send a message; refuses here already what would be refused there."""
        kwargs = dict(kwargs or {})
        if args:
            raise UnboundTaskError(f"{self.name} takes keywords only")
        if not self.public:
            self._employer_of(kwargs)
        options["headers"] = {**(options.get("headers") or {}), _SIGNATURE: self._sign(kwargs)}
        return super().apply_async(None, kwargs, **options)

    def _employer_of(self, kwargs: dict[str, Any]) -> int:
        employer_id = kwargs.get("employer_id")
        if not isinstance(employer_id, int) or isinstance(employer_id, bool):
            raise UnboundTaskError(f"{self.name} needs employer_id, or public=True")
        return employer_id

    def _sign(self, kwargs: dict[str, Any]) -> str:
        told = json.dumps([self.name, kwargs], sort_keys=True)
        return salted_hmac("tpa.infra.tasks", told, algorithm="sha256").hexdigest()

    def _check_signature(self, kwargs: dict[str, Any]) -> None:
        if self.request.called_directly or self.request.is_eager:
            return
        if not constant_time_compare(str(self.request.get(_SIGNATURE) or ""), self._sign(kwargs)):
            raise UnboundTaskError(f"{self.name}: the message is not signed by this installation")


def start_on_commit(task: Task, **kwargs: Any) -> None:
    """Send the task's message when the caller's transaction commits, never before.

    A broker that is down is logged and forgiven: the rows still say what is to be done, and the sweep finds them.
    """
    transaction.on_commit(lambda: task.apply_async(kwargs=kwargs), robust=True)
