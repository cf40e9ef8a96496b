"""Refusals of the events book."""

from tpa.kernel.errors import ConflictError, DomainError


class EndpointUrlError(DomainError):
    """An address to which nothing can be sent."""

    code = "webhook_url"
    remedy = "Give an https address of a public host, without a login in it."


class EndpointLimitError(ConflictError):
    """As many endpoints as there may be."""

    code = "webhook_limit"
    remedy = "Disable one that is not needed, or let one endpoint take all types."


class EndpointDisabledError(ConflictError):
    """Nothing is sent to a disabled endpoint."""

    code = "webhook_disabled"
    remedy = "Enable the endpoint first."
