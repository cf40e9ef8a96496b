"""Reading events, endpoints and deliveries; and the secrets with which deliveries are signed."""

import base64
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from tpa.books.events.models import Delivery, Endpoint, Event
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id

BOTH_SECRETS_FOR = timedelta(days=1)
"""How long after a rotation the secret before still signs, so that the receiver can change over."""


def events(employer_id: int, kind: str = "") -> QuerySet[Event]:
    """What happened in an employer's books, the latest first; of one type, or of all."""
    rows = Event.objects.filter(employer_id=employer_id).order_by("-id")
    return rows.filter(kind=kind) if kind else rows


def shown(one: Event) -> dict[str, Any]:
    """An event's data as it is told: public ids. Of claims decided the books keep bare keys, a list each."""
    if one.kind != "claims.decided":
        return dict(one.data)
    pairs = zip(one.data["claim_ids"], one.data["decision_ids"], strict=True)
    employer_id = one.employer_id
    return {
        "decisions": [
            {"claim": public_id("clm", employer_id, claim), "decision": public_id("dec", employer_id, decision)}
            for claim, decision in pairs
        ]
    }


def endpoints(employer_id: int) -> QuerySet[Endpoint]:
    """The endpoints of an employer, the latest first."""
    return Endpoint.objects.filter(employer_id=employer_id).order_by("-id")


def endpoint(endpoint_id: int, employer_id: int) -> Endpoint:
    """One of them. Raises NotFoundError."""
    found = endpoints(employer_id).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFoundError("There is no such endpoint.")
    return found


def deliveries(endpoint_id: int) -> QuerySet[Delivery]:
    """What was sent to an endpoint, or waits to be, with its event; the latest first."""
    return Delivery.objects.filter(endpoint_id=endpoint_id).select_related("event", "endpoint").order_by("-id")


def delivery(delivery_id: int, employer_id: int) -> Delivery:
    """One delivery of an employer's endpoints. Raises NotFoundError."""
    rows = Delivery.objects.select_related("event", "endpoint").filter(pk=delivery_id, employer_id=employer_id)
    found = rows.first()
    if found is None:
        raise NotFoundError("There is no such delivery.")
    return found


def secret_of(one: Endpoint, number: int | None = None) -> str:
    """`whsec_...`: the endpoint's present secret, or that of a number before."""
    told = f"{one.pk}:{number or one.secret_number}"
    return "whsec_" + base64.b64encode(salted_hmac("tpa.books.events", told, algorithm="sha256").digest()).decode()


def signing_secrets(one: Endpoint, now: datetime) -> list[str]:
    """The present secret; within a day of a rotation, the one before as well."""
    secrets = [secret_of(one)]
    if one.rotated_at is not None and now < one.rotated_at + BOTH_SECRETS_FOR:
        secrets.append(secret_of(one, one.secret_number - 1))
    return secrets
