"""Books that are filled enough for every endpoint to have something to show."""

from datetime import UTC, date, datetime
from typing import NamedTuple

from tenants.scope import employer_scope
from tests.workflows import claim_stories, stories
from tests.workflows.test_claim_rest import document
from tpa.books.claims.models import Claim, Decision
from tpa.books.identity.models import ApiKey
from tpa.books.identity.permissions import ACTIONS
from tpa.books.ledger import selectors as ledger
from tpa.books.plans.models import Plan, PlanVersion
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_routing import register_claim_json
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import draft_month
from tpa.workflows.payment_run import run_payments

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


class Book(NamedTuple):
    """An employer's books and the public ids of what is in them, by kind."""

    employer: object
    ids: dict


def open_book(employer):
    """Two families, a claim decided and paid from a deposit, a drafted invoice."""
    homes = claim_stories.open_book(employer, count=2)
    stories.agree(employer, date(2026, 1, 1))
    stories.charge_fees(
        employer, ("pepm", "Administration", {"rates_cents": {"EF": 3000}}), effective_on=date(2026, 1, 1)
    )
    with employer_scope(employer), clock_at(NOW):
        whole = register_claim_json(employer_id=employer.pk, document=document(), source_ref="book", received_at=NOW)
        claim_id = whole.claim.pk
        decide_waiting(employer_id=employer.pk)
        receive_deposit(purpose="fund", received_on=date(2026, 4, 1), cents=1_000_000, reference="WIRE 1")
        run = run_payments()
        invoice = draft_month(month=date(2026, 3, 1))
        keys = {
            "mem": homes[0].member_ids[0],
            "clm": claim_id,
            "dec": Decision.objects.get(claim_id=claim_id).pk,
            "pln": Plan.objects.get().pk,
            "plv": PlanVersion.objects.get().pk,
            "inv": invoice.pk,
            "run": run.pk if run else 1,
            "led": ledger.entries().first().pk,
        }
        assert Claim.objects.count() == 1
    ids = {kind: public_id(kind, employer.pk, key) for kind, key in keys.items()}
    return Book(employer, {**ids, "emp": public_id("emp", 0, employer.pk)})


def key_for(employer, *scopes, name="story"):
    """Headers with a key that may do this; everything where nothing is named. No employer: the TPA's key."""
    _, text = ApiKey.objects.create_key(name=name, employer=employer, scopes=scopes or sorted(ACTIONS))
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}
