"""Refusals of the payments book."""

from tpa.kernel.errors import ConflictError


class OpenRunError(ConflictError):
    """Another run is proposed or approved: what it holds is not paid by a second one."""

    code = "payment_run_open"
    remedy = "Release or cancel the open run first."


class RunStateError(ConflictError):
    """The run, or the payment, is in another state."""

    code = "payment_state"
    remedy = "Read it again: somebody may have been faster."


class RunOvertakenError(ConflictError):
    """What the run would pay is no longer what is owed, or no longer there."""

    code = "payment_run_overtaken"
    remedy = "Cancel the run and propose a new one."
