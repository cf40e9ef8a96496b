"""Writing the trail: in the transaction of the act, many at once."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from structlog.contextvars import get_contextvars

from tpa.infra import clock
from tpa.infra.copy import copy_rows

SYSTEM = "system"

_COLUMNS = (
    "at", "actor", "action", "subject_kind", "subject_id", "reason", "before", "after", "request_id",
)  # fmt: skip


class Act(NamedTuple):
    """What somebody did. `before` and `after` are JSON; both None where nothing is replaced."""

    actor: str
    action: str
    subject_kind: str
    subject_id: int
    reason: str = ""
    before: Any = None
    after: Any = None


def record_events(acts: Iterable[Act]) -> int:
    """Keep the acts, at this instant and under the current request's id; how many there were. One statement."""
    at, request_id = clock.now(), str(get_contextvars().get("request_id", ""))
    rows = ((at, *act[:5], _json(act.before), _json(act.after), request_id) for act in acts)
    return copy_rows("audit_auditevent", _COLUMNS, rows)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
