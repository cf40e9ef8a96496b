"""After an invoice is issued: files, sending, the statement, a line disputed in the portal and answered at the desk."""

from datetime import UTC, date, datetime
from itertools import count

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, page_of, root
from tests.web.portal.test_pages import person
from tests.workflows.claim_stories import open_book
from tests.workflows.stories import SYSTEM, agree, charge_fees
from tpa.books.funding.models import Credit, Dispute, Figure, InvoiceSending
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice

NOW = datetime(2026, 4, 20, 15, tzinfo=UTC)
ISSUED = datetime(2026, 2, 2, 15, tzinfo=UTC)


@pytest.fixture
def invoice(employer):
    """January: four singles at 35.00, issued on 2 February and due on the 15th; 40.00 were paid."""
    open_book(employer, count=4, people=1)
    agree(employer, starts_on=date(2026, 1, 1))
    charge_fees(employer, ("pepm", "Administration", {"rates_cents": {"ALL": 3500}}), effective_on=date(2026, 1, 1))
    with employer_scope(employer), clock_at(ISSUED):
        made = draft_month(month=date(2026, 1, 1))
        approve_invoice(invoice_id=made.pk, person_id=SYSTEM)
        issue_invoice(invoice_id=made.pk, person_id=SYSTEM)
        receive_deposit(
            purpose="invoice", received_on=date(2026, 2, 10), cents=4_000, reference="W1", invoice_id=made.pk
        )
    with clock_at(NOW):
        yield public_id("inv", employer.pk, made.pk)


@pytest.fixture
def call(portal_client, employer):
    headers, keys = key_for(employer), count()

    def send(path, body=None, method="post", key=None):
        return getattr(portal_client, method)(
            f"/api/v1/{path}", body, "application/json", HTTP_IDEMPOTENCY_KEY=key or str(next(keys)), **headers
        )

    return send


def test_over_rest_from_the_statement_to_the_credit(call, employer, invoice):
    told = call("statement/", method="get").json()
    assert (told["balance_cents"], told["aging_cents"]["90"], told["aging_cents"]["current"]) == (10_000, 10_000, 0)
    assert [(one["kind"], one["balance_cents"]) for one in told["entries"]] == [
        ("invoice", 14_000),
        ("payment", 10_000),
    ]
    early = call("statement/?as_of=2026-02-05", method="get")
    assert early.status_code == 200
    assert early.json()["open"] == [{"number": told["open"][0]["number"], "cents": 14_000}]
    table = call("statement/files/statement.csv/?as_of=2026-04-20", method="get").content.decode().splitlines()
    assert table[-1].split(",", 1)[1].startswith("payment,W1,-40.00,100.00,") and table[-1].endswith(" 40.00")
    assert call("statement/files/statement.json/", method="get").json()["balance_cents"] == 10_000
    paper = call("statement/files/statement.pdf/", method="get").content
    assert (paper[:5], b"pdfuaid" in paper) == (b"%PDF-", True)
    assert call("statement/files/other.pdf/", method="get").status_code == 404
    lines = call(f"invoices/{invoice}/files/invoice.csv/", method="get")
    assert lines.status_code == 200
    assert b"4 lives x 35.00" in lines.content
    assert call(f"invoices/{invoice}/files/other.csv/", method="get").status_code == 404
    sent = call(f"invoices/{invoice}/sendings/", {"recipient": "books@ash.example"})
    assert (sent.status_code, len(sent.json()["sha256"])) == (201, 64)
    dispute = {"invoice": invoice, "position": 1, "reason": "Two of us had left."}
    made = call("disputes/", dispute, key="d1")
    assert (made.status_code, made.json()["outcome"]) == (201, "")
    assert call("disputes/", dispute, key="d2").json()["code"] == "dispute"
    assert call("disputes/", {**dispute, "position": 9}, key="d3").status_code == 422
    path = f"disputes/{made.json()['id']}/answer/"
    assert call(path, {"answer": "You are right.", "credit_cents": 14_001}).json()["code"] == "credit"
    assert call(path, {"answer": "You are right.", "credit_cents": 7_000}).json()["outcome"] == "credited"
    assert call(path, {"answer": "No."}).json()["code"] == "dispute"
    with employer_scope(employer):
        assert Credit.objects.get().cents == 7_000
        assert Dispute.objects.get().credit_id == Credit.objects.get().pk
    assert call("figures/", {"month": "2026-01-01", "name": "cobra_notices", "value": 2}, key="f1").status_code == 422
    assert call("figures/", {"month": "2026-02-01", "name": "cobra_notices", "value": 2}, key="f2").status_code == 201
    with employer_scope(employer):
        assert [(one.name, one.value) for one in Figure.objects.all()] == [("cobra_notices", 2)]


def test_a_line_is_disputed_in_the_portal_and_stands_at_the_desk(portal_client, employer, invoice):
    portal = log_in(portal_client, person(employer, "employer_finance"), employer)
    page = f"/invoices/{invoice}/"
    assert "Dispute a line" in portal.get(page).content.decode()
    assert (
        "disputed"
        in portal.post(f"{page}dispute/", {"position": "1", "reason": "<b>Why</b>"}, follow=True).content.decode()
    )
    assert "$100.00" in portal.get("/statement/").content.decode()
    assert portal.get(f"{page}roster.csv").content.startswith(b"subscriber,dependent,line,tier")
    broker = log_in(portal_client, person(employer, "broker"), employer)
    assert broker.post(f"{page}dispute/", {"position": "1", "reason": "x"}).status_code == 404
    desk = desk_as("finance", employer)
    with employer_scope(employer):
        (one,) = Dispute.objects.select_related("line")
    at = page_of(employer, "invoices", "inv", one.line.invoice_id)
    shown = desk.get(at).content.decode()
    assert "&lt;b&gt;Why&lt;/b&gt;" in shown
    answered = desk.post(
        f"{at}disputes/{public_id('dsp', employer.pk, one.pk)}/", {"answer": "It was billed as agreed."}, follow=True
    )
    assert "The line stands: It was billed as agreed." in answered.content.decode()
    assert "sent to portal" in desk.post(f"{at}send/", follow=True).content.decode()
    assert "$100.00" in desk.get(f"{root(employer)}statement/").content.decode()
    assert desk.get(f"{root(employer)}statement/statement.csv").content.startswith(b"on,what,reference")
    with employer_scope(employer):
        assert (InvoiceSending.objects.count(), Credit.objects.count()) == (1, 0)
