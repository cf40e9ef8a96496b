"""A large invoice takes two persons, its due day is the agreement's, and members are taxed where they live."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.scope import desk_scope, employer_scope
from tests.workflows.stories import agree, at, charge_fees, decide, enrol
from tests.workflows.test_payment_lives import home, take_back  # noqa: F401
from tests.workflows.test_ripple import claim
from tests.workflows.test_ripple import decide as decide_claims
from tpa.books.agreements.errors import NothingAgreedError
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding.errors import InvoiceStateError, SecondPersonError
from tpa.books.funding.models import FundingInvoice
from tpa.books.members.models import Member
from tpa.engine.billing.schedule import parse_fees
from tpa.infra.clock import clock_at
from tpa.workflows.fee_preview import preview_fees
from tpa.workflows.invoice_files import invoice_file
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice, return_invoice, review_invoice

JANUARY = date(2025, 1, 1)
ANA, BEN = 1, 2
TOTAL = 10 * 3_200


def billed(employer, **terms):
    """Ten employees at 32.00, drafted on 3 February."""
    agree(employer, billing_terms=terms)
    charge_fees(employer, ("pepm", "Administration", {"rates_cents": {"ALL": 3_200}}))
    return enrol("EE", count=10)


def test_one_person_up_to_the_limit_and_two_beyond_it(in_employer):
    billed(in_employer, alone_up_to_cents=TOTAL - 1, due_days=30)
    with clock_at(at(2025, 2, 3)):
        invoice = draft_month(month=JANUARY)
        assert (invoice.total_cents, invoice.needs_second_person) == (TOTAL, True)
        with pytest.raises(InvoiceStateError, match="not reviewed"):
            approve_invoice(invoice_id=invoice.pk, person_id=ANA)
        review_invoice(invoice_id=invoice.pk, person_id=ANA)
        for same in (ANA, None):
            with pytest.raises(SecondPersonError, match=r"319\.99"):
                approve_invoice(invoice_id=invoice.pk, person_id=same)
        with pytest.raises(InvoiceStateError):
            issue_invoice(invoice_id=invoice.pk, person_id=BEN)
        assert draft_month(month=JANUARY).state == "reviewed"
        approve_invoice(invoice_id=invoice.pk, person_id=BEN)
        assert return_invoice(invoice_id=invoice.pk).reviewed_by_id is None
        review_invoice(invoice_id=invoice.pk, person_id=BEN)
        approve_invoice(invoice_id=invoice.pk, person_id=ANA)
    with clock_at(at(2025, 2, 5)):
        issued = issue_invoice(invoice_id=invoice.pk, person_id=ANA)
    assert (issued.state, issued.due_on) == ("final", date(2025, 3, 7))


@pytest.mark.parametrize(("currency", "day"), [("USD", 18), ("CAD", 21)])
def test_business_days_are_those_of_the_banks_that_hold_the_money(in_employer, currency, day):
    """Two of them after 16 April 2025, a Wednesday: Good Friday closes Canada's banks."""
    billed(in_employer, alone_up_to_cents=TOTAL, due_business_days=2)
    with desk_scope():
        AsoAgreement.objects.filter(employer=in_employer).update(currency=currency)
    with clock_at(at(2025, 4, 16)):
        assert draft_month(month=JANUARY).due_on == date(2025, 4, day)


def test_at_the_limit_one_step_is_enough_and_a_programs_review_is_no_persons(in_employer):
    billed(in_employer, alone_up_to_cents=TOTAL)
    with clock_at(at(2025, 2, 3)):
        invoice = draft_month(month=JANUARY)
        approved = approve_invoice(invoice_id=invoice.pk, person_id=ANA)
        assert (approved.reviewed_by_id, approved.approved_by_id) == (ANA, ANA)
        return_invoice(invoice_id=invoice.pk)
        decide(enrol("EE")[0], 1, date(2025, 1, 9))
        draft_month(month=JANUARY)
        review_invoice(invoice_id=invoice.pk)
        with pytest.raises(SecondPersonError):
            approve_invoice(invoice_id=invoice.pk, person_id=BEN)


def test_the_database_refuses_what_the_service_refuses(in_employer):
    billed(in_employer, alone_up_to_cents=5)
    with clock_at(at(2025, 2, 3)):
        invoice = draft_month(month=JANUARY)

    def sql(change):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE funding_fundinginvoice SET {change} WHERE id = {invoice.pk}")

    sql("alone_up_to_cents = 6")
    sql("state = 'approved', reviewed_by_id = 1, approved_by_id = 2")
    review_invoice(invoice_id=invoice.pk, person_id=ANA)
    sql("state = 'approved', approved_by_id = 1")
    sql("state = 'approved'")
    sql("state = 'final', approved_by_id = 1")
    sql("state = 'approved', reviewed_by_id = 9, approved_by_id = 1")
    found = FundingInvoice.objects.get()
    assert (found.state, found.alone_up_to_cents, found.approved_by_id) == ("reviewed", 5, None)


def test_fees_and_claims_are_taxed_where_the_members_live(employer):
    """Ten employees: six in Ontario, three in Alberta, one of whom no place is known; the plan's situs is Alberta."""
    employer.situs = "AB"
    with employer_scope(employer):
        _taxed(employer)


def _taxed(employer):
    people = billed(employer, alone_up_to_cents=10**9)
    Member.objects.filter(pk__in=[one.pk for one in people[:6]]).update(state=" on", country="CA")
    Member.objects.filter(pk__in=[one.pk for one in people[6:8]]).update(state="AB")
    Member.objects.filter(pk=people[8].pk).update(state="Alberta")
    Member.objects.filter(pk=people[9].pk).update(state="BC", country="MX")
    decide(people[0], 10_000, date(2025, 1, 9))
    decide(people[7], 20_000, date(2025, 1, 9))
    with clock_at(at(2025, 2, 3)):
        invoice = draft_month(month=JANUARY)
    assert invoice.basis["places"] == [["AB", 4, 20_000], ["ON", 6, 10_000]]
    taxes = {line.description: line.cents for line in invoice.lines.filter(kind="tax")}
    # Fees of 320.00: 4 of 10 employees in Alberta, 6 in Ontario.
    assert taxes == {
        "GST 5 % on fees, AB": 640,
        "HST 13 % on fees, ON": 2_496,
        "Premium tax 2 % on claims and fees, ON": 2 * (10_000 + 19_200) // 100,
        "RST 8 % on claims, ON": 800,
    }
    _, claims = invoice_file(employer=employer, invoice_id=invoice.pk, name="claims.csv")
    assert [row.rsplit(",", 1)[1] for row in claims.decode().splitlines()] == ["place", "ON", "AB"]


def test_a_schedule_is_tried_on_the_last_month(in_employer):
    billed(in_employer, alone_up_to_cents=0)
    decide(enrol("EE", starts_on=date(2025, 2, 1))[0], 90_000, date(2025, 2, 9))
    tried = parse_fees(
        [
            ("pepm", "Administration", {"rates_cents": {"ALL": 3_000}, "starts_on": "2026-01-01"}),
            ("per_claim", "Claims", {"rate_cents": 550}),
            ("minimum", "Minimum", {"minimum_cents": 40_000}),
        ]
    )
    with clock_at(at(2025, 3, 4)):
        found = preview_fees(employer=in_employer, fees=tried)
    assert (found.month, found.lives) == (date(2025, 2, 1), {"EE": 11})
    assert found.present.cents == 11 * 3_200
    assert [(line.description, line.cents) for line in found.tried.lines] == [
        ("Administration, EE", 33_000),
        ("Claims", 550),
        ("Minimum", 6_450),
    ]
    assert found.difference_cents == 40_000 - 35_200
    assert not FundingInvoice.objects.exists()
    with clock_at(at(2025, 1, 4)), pytest.raises(NothingAgreedError):
        preview_fees(employer=in_employer, fees=tried)


def test_a_guarantee_is_reckoned_on_the_claims_themselves(in_employer, home):  # noqa: F811
    """Three claims of March: one decided on the day of receipt, two after 20 days; one was entered wrongly."""
    promised = [
        {"measure": "turnaround", "at_least_bp": 9_000, "at_risk_bp": 1_000},
        {"measure": "payment_accuracy", "at_least_bp": 9_900, "at_risk_bp": 2_000},
    ]
    charge_fees(
        in_employer,
        ("flat", "Administration", {"amount_cents": 100_000}),
        ("performance", "Guarantee", {"guarantees": promised}),
        effective_on=date(2026, 1, 1),
    )
    with clock_at(at(2026, 3, 30)):
        first, *_ = decide_claims(
            in_employer,
            claim(home, 90_000, 1, received_on=date(2026, 3, 30)),
            claim(home, 30_000, 2, received_on=date(2026, 3, 10)),
            claim(home, 30_000, 3, received_on=date(2026, 3, 10)),
        )
        take_back(first)
    with clock_at(at(2026, 4, 2)):
        invoice = draft_month(month=date(2026, 3, 1))
    guarantees = {
        line.description: (line.cents, line.basis["text"]) for line in invoice.lines.filter(code="performance")
    }
    assert guarantees == {
        "Guarantee, turnaround": (
            -10_000,
            "33.33 % (1 of 3) where 90 % was promised: 10 % of fees of 1000.00",
        ),
        "Guarantee, payment accuracy": (
            -20_000,
            "66.66 % (2 of 3) where 99 % was promised: 20 % of fees of 1000.00",
        ),
    }
