"""Stop-loss contracts: proposed, then put in force; by two persons once a claim of the period has come in."""

from datetime import date
from typing import Any, NamedTuple

from tenants import directory
from tenants.scope import desk_scope, employer_scope
from tpa.books.agreements import selectors as agreements
from tpa.books.agreements import services
from tpa.books.agreements.errors import SitusError, UnkeptPromiseError
from tpa.books.agreements.models import StopLossContractVersion
from tpa.books.claims.models import Claim
from tpa.books.members import selectors as members
from tpa.books.stoploss import selectors as stoploss
from tpa.engine.stoploss.aggregate import attachment
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.contract_read import parse_contract
from tpa.engine.stoploss.promises import Broken, broken_promises, follows
from tpa.engine.stoploss.regulation import Group, breaches
from tpa.engine.stoploss.windows import unusual
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import months_in


class Proposed(NamedTuple):
    """A version that waits for approval; what a model law would have otherwise, and promises of the contract before it
    that it does not keep.
    """

    version: StopLossContractVersion
    warnings: list[str]


def claims_began(employer_id: int, starts_on: date) -> bool:
    """Whether a claim with service on or after the period's first day has been received."""
    with employer_scope(employer_id):
        return Claim.objects.filter(service_on__gte=starts_on).exists()


def propose_contract(
    *,
    employer_id: int,
    carrier_id: int,
    number: str,
    document: dict[str, Any],
    person_id: int,
    reason: str = "",
    eligible_employee_count: int | None = None,
) -> Proposed:
    """Save the next version of a contract, waiting for approval.

    `eligible_employee_count` tells the law's size of the group; without it the employees count who are enrolled on the
    policy's first day. `reason`: needed where the terms do not keep what the carrier has promised; it stays with them. Raises
    what the service refuses, UnkeptPromiseError, SitusError, EmployerClosedError.
    """
    terms = parse_contract(document)
    unkept = _reasoned(employer_id, carrier_id, terms, reason)
    group = group_of(employer_id, terms, eligible_employee_count)
    with desk_scope():
        version = services.save_stop_loss_contract(
            employer_id=employer_id,
            carrier_id=carrier_id,
            number=number,
            document=document,
            person_id=person_id,
            claims_began=claims_began(employer_id, terms.policy.starts_on),
            group=group,
            reason=reason,
        )
    told = [one.message for one in breaches(terms, group, terms.policy.starts_on) if not one.binding]
    told += [sentence] if (sentence := unusual(terms)) else []
    told += _unknown_units(employer_id, terms)
    return Proposed(version, told + [one.message for one in unkept])


def _unknown_units(employer_id: int, terms: Contract) -> list[str]:
    """Lasers and exclusions of nobody whom the books know: they would change nothing, and nobody would see it."""
    lasers = terms.specific.lasers if terms.specific else {}
    people = {one.member_id for one in terms.exclusions if one.member_id is not None}
    with employer_scope(employer_id):
        unknown = [f"laser on {unit_id}" for unit_id in lasers if not stoploss.is_unit(terms, unit_id)]
        known = set(members.members().filter(pk__in=people).values_list("pk", flat=True))
    unknown += [f"exclusion of {member_id}" for member_id in sorted(people - known)]
    return [f"The {one} means nobody: there is no such number among the employer's people." for one in unknown]


def unkept_promises(employer_id: int, carrier_id: int, terms: Contract) -> list[Broken]:
    """What the same carrier has promised in the contract that ends where this one begins, and this one does not keep."""
    held = agreements.stop_loss_contracts(employer_id)
    before = [one for one in held if one.carrier_id == carrier_id and follows(one.terms, terms)]
    return [one for contract in before for one in broken_promises(contract.terms, terms)]


def _reasoned(employer_id: int, carrier_id: int, terms: Contract, reason: str) -> list[Broken]:
    """The promises that are not kept. Raises UnkeptPromiseError where there are some and no reason is given."""
    found = unkept_promises(employer_id, carrier_id, terms)
    if found and not reason.strip():
        findings = [{"code": UnkeptPromiseError.code, "path": one.path, "message": one.message} for one in found]
        raise UnkeptPromiseError(" ".join(one.message for one in found), where=found[0].path, findings=findings)
    return found


def group_of(employer_id: int, terms: Contract, eligible_employee_count: int | None = None) -> Group:
    """The employer as the law looks at it. Raises SitusError, EmployerClosedError.

    Before anybody is enrolled the group counts as the smallest, for which the law is strictest, unless its size is told.
    """
    situs, first = directory.employer(employer_id).situs, terms.policy.starts_on
    if not situs:
        raise SitusError("The employer's situs is not known.", where="employer")
    with employer_scope(employer_id):
        open_employer()
        employees, people = members.heads_on(first)
        lives = list(stoploss.lives(terms.aggregate, terms.policy, first)) if terms.aggregate else []
    count = eligible_employee_count if eligible_employee_count is not None else max(employees, 1)
    if terms.aggregate is None or not lives:
        return Group(situs, count, people)
    reckoned = attachment(terms.aggregate, terms.policy, lives)
    month = reckoned.months[0]
    expected = None if month.expected_cents is None else month.expected_cents * len(months_in(terms.policy))
    return Group(situs, count, people, expected, reckoned.annual_cents)


def approve_contract_version(*, version_id: int, person_id: int) -> StopLossContractVersion:
    """Put a version in force. Raises SamePersonError where its maker tries after claims have begun, UnkeptPromiseError."""
    version = StopLossContractVersion.objects.select_related("contract").filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such contract version.")
    # The contract before may have come into force since this was saved.
    _reasoned(version.employer_id, version.contract.carrier_id, parse_contract(version.document), version.reason)
    began = claims_began(version.employer_id, version.contract.starts_on)
    return services.approve_stop_loss_version(
        version_id=version_id, person_id=person_id, claims_began=began, now=clock.now()
    )
