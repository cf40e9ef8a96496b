"""Refusals of the members book."""

from tpa.kernel.errors import ConflictError, DomainError


class LoadStateError(ConflictError):
    """The load is not in the state in which this can be done."""

    code = "load_state"


class LoadErrorsError(ConflictError):
    """Rows of the load are in error and nobody said that the good ones may go alone."""

    code = "load_has_errors"
    remedy = "Correct the file and send it again, or apply the good rows alone (skip_errors)."


class TerminationsError(ConflictError):
    """The file would end the coverage of so many members that somebody has to say that this is meant."""

    code = "load_terminates_many"
    remedy = "Look at the preview; if it is right, apply with confirm_terminations, otherwise reject the load."


class StaleLoadError(ConflictError):
    """The books changed between the preview and now."""

    code = "load_stale"
    remedy = "Preview the load again."


class UndoError(ConflictError):
    """Something that came later builds on the load."""

    code = "load_in_use"


class MemberNumberError(DomainError):
    """A number made for a member is taken."""

    code = "member_number_taken"
    status = 409
    remedy = "Give the dependents in the file numbers of their own."
