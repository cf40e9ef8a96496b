"""What the funding book refuses."""

from tpa.kernel.errors import ConflictError, DomainError


class InvoiceStateError(ConflictError):
    """The invoice is not in the state for this step."""

    code = "invoice_state"
    remedy = "A final invoice stays as it is; grant a credit, it comes with the next invoice."


class SecondPersonError(ConflictError):
    """Who reviewed a large invoice may not approve it."""

    code = "second_person"
    remedy = "Another person has to do this: not another login of the same one, and no program."


class DepositError(DomainError):
    """Money that cannot be recorded so."""

    code = "deposit"


class CreditError(DomainError):
    """A credit that cannot be granted so."""

    code = "credit"


class RequestStateError(ConflictError):
    """The funding request is not in the state for this step."""

    code = "funding_request_state"
    remedy = "Look at the request again; prepare another one where this one is done with."


class NothingToAskFor(ConflictError):
    """The account needs no money."""

    code = "nothing_to_ask_for"
    remedy = "Nothing is to be done: what is approved is covered, and the balance is what was agreed."


class FigureError(DomainError):
    """A figure that fees are reckoned on cannot be recorded so."""

    code = "figure"


class DisputeError(DomainError):
    """A line cannot be disputed, or a dispute not be answered, so."""

    code = "dispute"


class BankError(DomainError):
    """A bank statement, or what is said of an entry, does not fit what is known."""

    code = "bank"
