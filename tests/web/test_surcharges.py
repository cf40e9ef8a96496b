"""New York's surcharge on what a plan paid to hospitals in a month: over REST and at the desk."""

from datetime import UTC, date, datetime

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import desk_as, root
from tests.workflows.test_ripple import claim, decide, open_plan
from tpa.books.payments.models import Payment
from tpa.infra.clock import clock_at
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_lives import void_payment
from tpa.workflows.payment_run import run_payments

HOSPITAL = {"form": "institutional", "facility_code": "131", "zip_code": "10016"}


def test_payments_of_the_month_and_a_void_of_a_later_one(employer, portal_client):
    """640.00 to a hospital in Manhattan in April: 9.63 % is 61.63. Its office visit and a hospital elsewhere do not count."""
    with clock_at(datetime(2026, 4, 2, 15, tzinfo=UTC)), employer_scope(employer):
        home = open_plan(employer)[0]
        receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=date(2026, 4, 2))
        decide(
            employer,
            claim(home, 50_000, 1),
            claim(home, 80_000, 2, **HOSPITAL),
            claim(home, 70_000, 3, **HOSPITAL | {"zip_code": "07030"}),
        )
        run_payments()
    with clock_at(datetime(2026, 5, 4, 15, tzinfo=UTC)), employer_scope(employer):
        void_payment(payment_id=Payment.objects.get().pk, person_id=1, reason="lost")
    path, headers, desk = "/api/v1/surcharges/", key_for(employer), desk_as("finance", employer)
    with clock_at(datetime(2026, 6, 1, 15, tzinfo=UTC)):
        april = portal_client.get(f"{path}?month=2026-04-01", **headers).json()["data"]
        assert april == [{"tax_id": "123456789", "name": "", "rate_ppm": 96_300, "paid_cents": 64_000, "cents": 6_163}]
        (may,) = portal_client.get(f"{path}?state=ny&month=2026-05-31", **headers).json()["data"]
        assert (may["paid_cents"], may["cents"]) == (-64_000, -6_163)
        for query, said in (("month=2026-06-01", "not over"), ("month=2026-04-01&state=MA", "No surcharge of MA")):
            answer = portal_client.get(f"{path}?{query}", **headers)
            assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
    page = f"{root(employer)}surcharges/"
    shown = desk.get(f"{page}?month=2026-04").content.decode()
    assert "$61.63" in shown
    assert "9.63 %" in shown
    assert "A month is wanted" in desk.get(f"{page}?month=April").content.decode()
    assert "No surcharge of MA" in desk.get(f"{page}?month=2026-04&state=MA").content.decode()
    assert "Nothing went to hospitals" in desk.get(f"{page}?month=2025-04").content.decode()
