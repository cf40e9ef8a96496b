"""TA1: the answer to an interchange's envelope (X12.5; 005010X231A1 appendix C)."""

from __future__ import annotations

from tpa.kernel.errors import DomainError
from tpa.x12.events import InterchangeEnd
from tpa.x12.writers.interchange import Envelope, control_only, segment, sendable


class NobodyToAnswerError(DomainError):
    """The ISA could not be read, so there is no control number to answer and nobody to answer to."""

    code = "x12_no_sender"
    remedy = "Tell the sender by other means what was found, with its position."


def ta1_status(end: InterchangeEnd) -> tuple[str, str]:
    """TA104 and TA105: `A` accepted, `E` accepted with errors (do not send again), `R` rejected; the gravest code."""
    if not end.issues:
        return "A", "000"
    gravest = max(end.issues, key=lambda issue: issue.level)
    return ("R" if end.refused else "E"), gravest.answer_code


def write_ta1(end: InterchangeEnd, envelope: Envelope) -> bytes:
    """An interchange that holds the TA1 alone."""
    if end.interchange is None:
        raise NobodyToAnswerError("the interchange has no readable ISA")
    isa = end.interchange
    status, code = ta1_status(end)
    answered = segment(
        "TA1", sendable(isa.control_number, 9), sendable(isa.date, 6), sendable(isa.time, 4), status, code
    )
    return control_only(envelope, [answered])
