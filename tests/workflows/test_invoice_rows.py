"""What stands behind an invoice: each decision on one invoice, figures and recoveries, dependents, taxes, changes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tenants.scope import desk_scope, employer_scope
from tenants.services import set_situs
from tests.workflows.stories import LONG_AGO, agree, at, charge_fees, decide, enrol, reverse
from tests.workflows.test_month_end import FEBRUARY, JANUARY, draft, issue
from tpa.books.funding import billed
from tpa.books.funding import invoicing as services
from tpa.books.funding.errors import FigureError
from tpa.books.funding.models import BilledDecision, Figure
from tpa.books.ledger import selectors as ledger
from tpa.books.members.models import Coverage, Family, Member
from tpa.engine.journal.accounts import FEE_PAYABLE
from tpa.infra.clock import clock_at

PEPM = ("pepm", "Administration", {"rates_cents": {"ALL": 3_000}})


@pytest.fixture
def books(in_employer):
    agree(in_employer)
    return in_employer


def by_name(invoice):
    return {line.description: line.cents for line in invoice.lines.all()}


def record(month, name, value):
    with clock_at(at(2025, 2, 1)):
        return services.record_figure(month=month, name=name, value=value, now=at(2025, 2, 1), person_id=7)


def test_each_decision_is_billed_once_also_where_it_comes_late(books):
    charge_fees(books, ("percent_of_savings", "Savings", {"rate_bp": 5_000, "cap_cents": 2_000}))
    person = enrol("EE")[0]
    first = decide(person, 100_00, date(2025, 1, 10), charge_cents=200_00)
    small = decide(person, 100_00, date(2025, 1, 11), charge_cents=110_00)
    january = issue(JANUARY)
    assert by_name(january)["Savings"] == 20_00 + 5_00
    late = decide(person, 50_00, date(2025, 1, 30))
    back = reverse(first, date(2025, 2, 3))
    february = draft(FEBRUARY)
    assert by_name(february) == {"Savings": -20_00, "Claims, medical": -50_00}
    assert set(january.decisions.values_list("decision_id", flat=True)) == {first.pk, small.pk}
    assert set(february.decisions.values_list("decision_id", flat=True)) == {late.pk, back.pk}
    assert draft(FEBRUARY).decisions.count() == 2, "a draft that is drawn anew"
    (line,) = [one for one in february.lines.all() if one.kind == "claims"]
    assert line.basis["text"] == "-1 claims decided in February 2025, 1 before it that no invoice has yet"


@pytest.mark.parametrize("change", ["add", "move", "delete"])
def test_the_decisions_of_a_final_invoice_stay(books, change):
    charge_fees(books, PEPM)
    decision = decide(enrol("EE")[0], 100_00, date(2025, 1, 10))
    january = issue(JANUARY)
    february = draft(FEBRUARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        if change == "add":
            BilledDecision.objects.create(decision_id=decision.pk + 1, invoice=january)
        elif change == "move":
            BilledDecision.objects.update(invoice=february)
        else:
            BilledDecision.objects.all().delete()
    assert list(billed.billed_decisions([january.pk])) == [january.pk]


def test_figures_are_counted_and_the_latest_holds(books):
    terms = {"guarantees": [{"measure": "financial_accuracy", "at_least_bp": 9_900, "at_risk_bp": 1_000}]}
    charge_fees(books, PEPM, ("cobra", "COBRA", {"notice_cents": 1_500}), ("performance", "Guarantee", terms))
    enrol("EE", count=10)
    record(JANUARY, "cobra_notices", 3)
    record(JANUARY, "cobra_notices", 2)
    record(JANUARY, "financial_accuracy", 9_800)
    assert by_name(issue(JANUARY)) == {
        "Administration, EE": 300_00,
        "COBRA, notices": 30_00,
        "Guarantee, financial accuracy": -33_00,
    }


@pytest.mark.parametrize(
    ("month", "name", "value", "place"),
    [
        (JANUARY, "notices", 1, "name"),
        (JANUARY, "cobra_notices", -1, "value"),
        (JANUARY, "turnaround", 10_001, "value"),
        (date(2025, 1, 2), "cobra_notices", 1, "month"),
    ],
)
def test_a_figure_that_makes_no_sense_is_refused(books, month, name, value, place):
    with pytest.raises(FigureError) as refusal:
        record(month, name, value)
    assert refusal.value.where == place
    assert not Figure.objects.exists()


def test_a_figure_for_a_month_that_was_billed_is_refused(books):
    charge_fees(books, PEPM)
    issue(JANUARY)
    with pytest.raises(FigureError, match="is final"):
        record(JANUARY, "cobra_notices", 1)
    assert not Figure.objects.exists()


def dependent_of(person, starts_on=JANUARY):
    """A spouse under the same family, covered."""
    spouse = Member.objects.create(
        family=Family.objects.get(pk=person.family_id),
        member_number=f"{person.member_number}s",
        relationship="spouse",
        last_name="Story",
        first_name="Sp",
        birth_on=date(1981, 1, 1),
        recorded_at=LONG_AGO,
        changed_at=LONG_AGO,
    )
    held = Coverage.objects.get(member=person)
    held.pk, held.member, held.starts_on = None, spouse, starts_on
    held.save(force_insert=True)
    return spouse


def test_a_fee_by_the_member_counts_dependents_and_restates_them(books):
    charge_fees(books, ("pmpm", "Nurse line", {"rates_cents": {"ALL": 100}}), PEPM)
    person = enrol("ES")[0]
    dependent_of(person)
    assert by_name(issue(JANUARY)) == {"Nurse line, ES": 200, "Administration, ES": 30_00}
    dependent_of(enrol("ES", count=1)[0])
    assert by_name(draft(FEBRUARY)) == {
        "Nurse line, ES": 400,
        "Administration, ES": 60_00,
        "Nurse line, ES, retroactive for 2025-01": 200,
        "Administration, ES, retroactive for 2025-01": 30_00,
    }


def test_taxes_of_the_employers_province_are_lines_and_are_owed_with_the_fees(books):
    with desk_scope():
        set_situs(employer_id=books.pk, situs="ON")
    charge_fees(books, ("percent_of_claims", "Administration", {"rate_bp": 500}))
    with employer_scope(books.pk):
        decide(enrol("EE")[0], 100_00, date(2025, 1, 10))
        invoice = issue(JANUARY)
    assert by_name(invoice) == {
        "Administration": 5_00,
        "HST 13 % on fees, ON": 65,
        "Premium tax 2 % on claims and fees, ON": 2_10,
        "RST 8 % on claims, ON": 8_00,
        "Claims, medical": 100_00,
    }
    assert (invoice.taxes_cents, invoice.total_cents) == (10_75, 115_75)
    assert -ledger.balance(FEE_PAYABLE) == 15_75


def test_an_invoice_says_why_it_is_another_than_the_last(books):
    charge_fees(books, PEPM)
    enrol("EE", count=2)
    assert issue(JANUARY).basis["changes"] == []
    enrol("EE", starts_on=FEBRUARY)
    assert draft(FEBRUARY).basis["changes"] == [
        ["headcount", "Administration, EE", 30_00, "Administration, EE: 1 lives more: +30.00."]
    ]
