"""What may follow what in the work on a filing."""

from tpa.books.stoploss.models import FilingEvent

State = FilingEvent.State

_DECISIONS = frozenset({State.APPROVED, State.PART, State.DENIED})

NEXT: dict[str, frozenset[str]] = {
    "": frozenset({State.FILED}),
    State.FILED: _DECISIONS | {State.QUERIED},
    State.QUERIED: _DECISIONS | {State.QUERIED, State.ANSWERED},
    State.ANSWERED: _DECISIONS | {State.QUERIED},
    State.APPROVED: frozenset({State.RECEIVED}),
    State.PART: frozenset({State.RECEIVED, State.APPEALED}),
    State.DENIED: frozenset({State.APPEALED}),
    State.APPEALED: _DECISIONS | {State.QUERIED},
    State.RECEIVED: frozenset({State.RECEIVED, State.POSTED, State.APPEALED}),
    State.POSTED: frozenset({State.RECEIVED, State.APPEALED}),
}
"""State of a filing (empty: prepared, not sent) -> the states that it may have next."""

DECISIONS = tuple(sorted(_DECISIONS))
OPEN = frozenset({"", State.FILED, State.QUERIED, State.ANSWERED, State.APPEALED})
"""The carrier has still to decide, or the TPA to send."""
