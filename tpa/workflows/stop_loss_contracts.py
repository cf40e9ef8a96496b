"""Stop-loss contracts: proposed, then put in force; by two persons once a claim of the period has come in."""

from datetime import date
from typing import Any

from tenants.scope import employer_scope
from tpa.books.agreements import services
from tpa.books.agreements.models import StopLossContractVersion
from tpa.books.claims.models import Claim
from tpa.engine.stoploss.contract import parse_contract
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError


def claims_began(employer_id: int, starts_on: date) -> bool:
    """Whether a claim with service on or after the period's first day has been received."""
    with employer_scope(employer_id):
        return Claim.objects.filter(service_on__gte=starts_on).exists()


def propose_contract(
    *, employer_id: int, carrier_id: int, number: str, document: dict[str, Any], person_id: int, reason: str = ""
) -> StopLossContractVersion:
    """Save the next version of a contract, waiting for approval. Raises what the service refuses."""
    return services.save_stop_loss_contract(
        employer_id=employer_id,
        carrier_id=carrier_id,
        number=number,
        document=document,
        person_id=person_id,
        claims_began=claims_began(employer_id, parse_contract(document).policy.starts_on),
        reason=reason,
    )


def approve_contract_version(*, version_id: int, person_id: int) -> StopLossContractVersion:
    """Put a version in force. Raises SamePersonError where its maker tries after claims have begun."""
    version = StopLossContractVersion.objects.select_related("contract").filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such contract version.")
    began = claims_began(version.employer_id, version.contract.starts_on)
    return services.approve_stop_loss_version(
        version_id=version_id, person_id=person_id, claims_began=began, now=clock.now()
    )
