"""What the agreements book refuses, and what to do about it."""

from tpa.kernel.errors import ConflictError, DomainError


class UnsuitableLineError(DomainError):
    """A line of coverage that an employer should not bear itself."""

    code = "unsuitable_for_self_funding"
    remedy = "Carve the line out: name the insurer that bears it, or leave it out of the agreement."


class DatesError(DomainError):
    """Dates that do not follow each other, or stand where something else holds already."""

    code = "dates"
    remedy = "Choose dates on which nothing else of this kind holds, the first before the last."


class TermsError(DomainError):
    """A document or a choice that the field does not know."""

    code = "terms"


class SamePersonError(ConflictError):
    """The person who made the change may not approve it."""

    code = "second_person"
    remedy = "Somebody else has to approve this: claims of the contract's period have begun."


class NothingAgreedError(DomainError):
    """On that day no agreement, fee schedule or contract holds."""

    code = "nothing_agreed"
    remedy = "Enter the agreement and its dates first."
