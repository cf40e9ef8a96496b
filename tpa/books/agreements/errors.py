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


class GroupTakenError(ConflictError):
    """The group number is known already."""

    code = "group_number_taken"
    remedy = "A group number belongs to one employer: give this one another, or take it from the other first."


class SitusError(DomainError):
    """Where the employer's plan is issued is not known, so no law can be asked."""

    code = "situs_missing"
    remedy = "Enter the employer's situs, the state or province, in set-up."


class UnlawfulContractError(DomainError):
    """A stop-loss contract that the law of the employer's situs forbids. `findings`: every fault with code and path."""

    code = "unlawful_contract"
    remedy = "Change the terms, or correct the employer's situs or number of employees."

    def __init__(self, message: str, *, where: str, findings: list[dict[str, str]]) -> None:
        super().__init__(message, where=where)
        self.findings = findings


class UnkeptPromiseError(DomainError):
    """A renewal does not keep what its carrier has promised in the contract before, and nobody says why it is taken so.

    `findings`: every promise that is not kept, with its place in the terms.
    """

    code = "unkept_promise"
    remedy = "Hold the carrier to its promise, or give the reason why the renewal is taken all the same."

    def __init__(self, message: str, *, where: str, findings: list[dict[str, str]]) -> None:
        super().__init__(message, where=where)
        self.findings = findings


class NothingAgreedError(DomainError):
    """On that day no agreement, fee schedule or contract holds."""

    code = "nothing_agreed"
    remedy = "Enter the agreement and its dates first."
