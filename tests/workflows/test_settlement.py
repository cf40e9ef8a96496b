"""A level-funded year is settled once, after its run-out, from the books, and posted to the cent."""

from datetime import date
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction

from tenants.scope import desk_scope
from tests.workflows import stories
from tests.workflows.claim_stories import new_claim, open_book, register
from tpa.books.agreements.models import AsoAgreement
from tpa.books.agreements.selectors import stop_loss_contract_on
from tpa.books.funding import selectors
from tpa.books.funding.account import statement
from tpa.books.funding.errors import DepositError
from tpa.books.funding.models import FundingInvoice
from tpa.books.funding.settlement_models import Settlement, SettlementPayout
from tpa.books.ledger import selectors as ledger
from tpa.books.members.models import Member
from tpa.books.stoploss.borne import borne_for
from tpa.books.stoploss.models import Offset
from tpa.engine.funding.settlement import SettlementError
from tpa.engine.journal.accounts import (
    CASH,
    CLAIMS_RESERVE,
    CREDITS_DUE,
    EMPLOYER_DEPOSITS,
    FUNDING_RECEIVABLE,
    SETTLEMENT_PAYABLE,
)
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.periods import year_of
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.funding_requests import ask_employer, funding_standing, prepare_request
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_run import run_payments
from tpa.workflows.settlement import pay_out, settle_year, settlement_of
from tpa.workflows.stop_loss_filings import file_claim, record
from tpa.workflows.stop_loss_sweep import sweep

YEAR = date(2026, 1, 1)
PAID = 11_500


@pytest.fixture
def year(in_employer):
    """A claim of 115.00 paid in 2026 out of a deposit of 1,000.00."""
    homes = open_book(in_employer, count=1)
    stories.agree(in_employer, starts_on=YEAR)
    with clock_at(stories.at(2026, 3, 20)):
        register(new_claim(homes[0], ("99213", 20_000), received_at=stories.at(2026, 3, 20)))
        decide_waiting(employer_id=in_employer.pk)
        receive_deposit(purpose="fund", received_on=date(2026, 3, 20), cents=100_000, reference="W")
        run_payments()
    return in_employer


def agreed(employer, **settlement):
    terms = {"monthly_cents": 5_000, "settlement": {"run_out_months": 3, **settlement}}
    with desk_scope():
        AsoAgreement.objects.filter(employer=employer).update(funding_model="level", funding_terms=terms)


def balances():
    return tuple(-ledger.balance(code) for code in (EMPLOYER_DEPOSITS, CLAIMS_RESERVE, SETTLEMENT_PAYABLE))


def test_before_the_run_out_has_ended_there_is_no_result_and_nothing_is_posted(year):
    agreed(year)
    with clock_at(stories.at(2027, 3, 31)):
        assert settlement_of(year_starts_on=YEAR).settled is None
        with pytest.raises(SettlementError, match="2027-03-31"):
            settle_year(year_starts_on=YEAR)
    assert not Settlement.objects.exists()
    assert balances() == (100_000 - PAID, 0, 0)


def test_a_surplus_is_shared_once_and_leaves_the_deposits(year):
    agreed(year, tpa_share="1/3", reserve_target_cents=9_000)
    with clock_at(stories.at(2027, 4, 1)):
        made = settle_year(year_starts_on=YEAR, person_id=7)
        with pytest.raises(ConflictError):
            settle_year(year_starts_on=YEAR)
    # 1,000.00 - 115.00 = 885.00: 590.00 the employer's, 90.00 of it into the reserve; 295.00 the TPA's.
    assert (made.year["collected_cents"], made.year["paid_cents"], made.settled["result_cents"]) == (
        100_000,
        PAID,
        88_500,
    )
    assert (made.settled["returned_cents"], made.settled["tpa_cents"], made.owner) == (50_000, 29_500, "shared")
    assert balances() == (0, 9_000, 79_500)
    assert ledger.balance(SETTLEMENT_PAYABLE, dimension="tpa") == -29_500
    assert sum(row.balance_cents for row in ledger.trial_balance()) == 0


def test_the_surplus_is_paid_out_by_another_person_to_each_party_once(year):
    agreed(year, tpa_share="1/3", taxes=[{"name": "HST", "rate_bp": 1_300, "on": "tpa_share"}])
    with clock_at(stories.at(2027, 4, 1)):
        made = settle_year(year_starts_on=YEAR, person_id=7)
        # 295.00 of the TPA is a fee with 38.35 of tax, which the employer's 590.00 bears.
        assert made.payable == {"employer": 55_165, "tpa": 29_500, "tax": 3_835}
        told = {"settlement_id": made.pk, "paid_on": date(2027, 4, 1), "reference": "W9", "person_id": 8}
        for wrong in ({"person_id": 7}, {"person_id": None}, {"party": "carrier"}, {"reference": " "},
                      {"paid_on": date(2027, 4, 2)}, {"paid_on": date(2027, 3, 31)}, {"settlement_id": 0}):  # fmt: skip
            with pytest.raises(DomainError):
                pay_out(**{"party": "employer"} | told | wrong)
        with pytest.raises(DatabaseError, match="by who made it"), transaction.atomic():
            SettlementPayout.objects.create(
                settlement=made, party="tpa", cents=1, paid_on=date(2027, 4, 1), by_id=7, recorded_at=stories.NOW
            )
        assert balances() == (0, 0, 88_500)
        cash = ledger.balance(CASH)
        for party in ("employer", "tpa", "tax"):
            pay_out(party=party, **told)
        with pytest.raises(ConflictError, match="already"):
            pay_out(party="tax", **told)
    assert balances() == (0, 0, 0)
    assert ledger.balance(CASH) == cash - 88_500
    assert made.unpaid == {}


@pytest.mark.parametrize("surplus", ["holiday", "credit"])
def test_what_is_set_against_the_next_deposits_comes_off_the_next_invoice_and_is_the_next_years(year, surplus):
    """885.00 were left of 2026: the deposit of 50.00 is not asked for until they are used."""
    agreed(year, surplus=surplus)
    with clock_at(stories.at(2027, 4, 1)):
        assert funding_standing().request.requested_cents == 0
        made = settle_year(year_starts_on=YEAR)
        set_aside = {"holiday": (88_500, 17, 0), "credit": (0, 0, 88_500)}[surplus]
        told = [made.settled[name] for name in ("holiday_cents", "holiday_months", "credited_cents")]
        assert (tuple(told), balances(), -ledger.balance(CREDITS_DUE)) == (set_aside, (0, 0, 0), 88_500)
        invoice = draft_month(month=date(2027, 4, 1))
        assert (invoice.claims_cents, invoice.credits_cents, invoice.total_cents) == (5_000, 88_500, -83_500)
        approve_invoice(invoice_id=invoice.pk)
        issue_invoice(invoice_id=invoice.pk)
        assert balances() == (88_500, 0, 0)
        following = settlement_of(year_starts_on=date(2027, 1, 1)).year
        assert (following.collected_cents, following.other_credits_cents) == (0, 88_500)
        assert settlement_of(year_starts_on=YEAR).year.other_credits_cents == 0
    # By January 2029 37 deposits of 50.00 are due; 1,885.00 came of them or are given back.
    for month, asked in ((1, 0), (2, 1_500), (3, 6_500)):
        with clock_at(stories.at(2029, month, 1)):
            assert funding_standing().request.requested_cents == asked


def test_every_month_of_a_level_or_budgeted_year_asks_for_its_deposit_whatever_the_claims_are(year):
    """The claim of 115.00 is on no invoice: 35.00 of the deposit are the fee, the rest goes into the fund."""
    stories.charge_fees(year, ("pepm", "Administration", {"rates_cents": {"ALL": 3_500}}), effective_on=YEAR)
    march = date(2026, 3, 1)
    with clock_at(stories.at(2026, 4, 2)):
        for model, terms, total, why in (
            ("level", {"monthly_cents": 5_000}, 5_000, "monthly deposit: 50.00, fees and premium in it"),
            (
                "level",
                {"monthly": {"claims_fund_cents": 900, "admin_cents": 3_000}},
                3_900,
                "monthly deposit: 39.00, fees ",
            ),
            (
                "budgeted",
                {"rates_cents": {"EE": 2_000, "EF": 8_000}},
                8_000,
                "1 EF x 80.00: 80.00, fees and premium in it",
            ),
            ("budgeted", {"rates_cents": {"EF": 3_000}}, 3_000, "1 EF x 30.00: 30.00, "),
        ):
            with desk_scope():
                AsoAgreement.objects.filter(employer=year).update(funding_model=model, funding_terms=terms)
            made = draft_month(month=march)
            assert (made.fees_cents, made.claims_cents, made.total_cents) == (3_500, total - 3_500, total)
            lines = list(made.lines.values_list("code", "description", "basis__text"))
            assert [one[:2] for one in lines] == [
                ("pepm", "Administration, EF"),
                ("fund", "Deposit into the claims fund"),
            ]
            assert lines[1][2].startswith(why)
        # An invoice of the run-out asks for no deposit.
        with desk_scope():
            AsoAgreement.objects.filter(employer=year).update(ends_before=march)
        assert draft_month(month=march).claims_cents == 0
        with desk_scope():
            AsoAgreement.objects.filter(employer=year).update(funding_model="arrears", funding_terms={})
        assert draft_month(month=march).claims_cents == PAID


def test_a_deficit_is_billed(year):
    with desk_scope():
        terms = {"monthly": {"claims_fund_cents": 100, "admin_cents": 8_000}, "settlement": {"run_out_months": 3}}
        AsoAgreement.objects.filter(employer=year).update(funding_model="level", funding_terms=terms)
    with clock_at(stories.at(2027, 4, 1)):
        made = settle_year(year_starts_on=YEAR)
    # Of 1,000.00 twelve times 80.00 was administration: 40.00 collected for claims of 115.00.
    assert (made.settled["result_cents"], made.settled["billed_cents"]) == (4_000 - PAID, 7_500)
    assert ledger.balance(FUNDING_RECEIVABLE) == 7_500
    before = -ledger.balance(EMPLOYER_DEPOSITS)
    with clock_at(stories.at(2027, 4, 20)):
        with pytest.raises(DepositError, match="No settlement asks"):
            receive_deposit(purpose="settle", received_on=date(2027, 4, 20), cents=7_501, reference="W2")
        assert selectors.settlement_open_cents() == 7_500
        # It is on the statement of account beside the 1,000.00 that no invoice has asked for.
        told = statement(date(2027, 5, 2))
        assert (told.balance_cents, told.receivables.ahead_cents) == (-92_500, 100_000)
        assert [(one.kind, one.reference, one.cents) for one in told.entries] == [
            ("payment", "W", -100_000), ("settlement", "Year of 2026-01-01", 7_500),
        ]  # fmt: skip
        assert told.open == [("Year of 2026-01-01", 7_500, None)]
        assert (told.aging_cents["30"], statement(date(2027, 5, 1)).aging_cents["current"]) == (7_500, 7_500)
        assert statement(date(2027, 3, 31)).open == []
        for _ in range(2):
            receive_deposit(purpose="settle", received_on=date(2027, 4, 20), cents=7_500, reference="W2")
        told = statement(date(2027, 4, 20))
        assert (told.open, told.balance_cents) == ([], -100_000)
        assert list(told.paid.values()) == [[("Year of 2026-01-01", 7_500)]]
        assert selectors.settlement_open_cents() == 0
        # It is no part of what 2027 collects.
        assert settlement_of(year_starts_on=date(2027, 1, 1)).year.collected_cents == 0
    assert (ledger.balance(FUNDING_RECEIVABLE), -ledger.balance(EMPLOYER_DEPOSITS)) == (0, before + 7_500)


def bill(months):
    """The first months' invoices, final: 35.00 of administration each."""
    for n in range(1, months + 1):
        invoice = draft_month(month=date(2026, n, 1))
        approve_invoice(invoice_id=invoice.pk)
        issue_invoice(invoice_id=invoice.pk)


def test_what_fees_took_of_the_deposits_is_charged_unless_parts_of_the_deposit_pay_them(year):
    """Of 1,000.00, 115.00 paid a claim and 105.00 the fees of three months; 50.00 more for an invoice change nothing."""
    agreed(year, deficit="billed")
    stories.charge_fees(year, ("pepm", "Administration", {"rates_cents": {"ALL": 3_500}}), effective_on=YEAR)
    with clock_at(stories.at(2026, 4, 2)):
        bill(3)
        assert set(FundingInvoice.objects.values_list("total_cents", flat=True)) == {5_000}
        receive_deposit(purpose="invoice", received_on=date(2026, 4, 2), cents=5_000, reference="I")
    with clock_at(stories.at(2027, 4, 1)):
        made = settle_year(year_starts_on=YEAR)
        assert (made.year["collected_cents"], made.year["charges_cents"]) == (105_000, 10_500)
        assert made.settled["returned_cents"] == 105_000 - PAID - 10_500
        # To the cent what the fund still holds.
        assert balances() == (0, 0, 83_000)
        with desk_scope():
            parts = {"claims_fund_cents": 5_000, "admin_cents": 3_500}
            terms = {"monthly": parts, "settlement": {"run_out_months": 3}}
            AsoAgreement.objects.filter(employer=year).update(funding_terms=terms)
        found = settlement_of(year_starts_on=YEAR).year
        assert (found.collected_cents, found.charges_cents) == (105_000, 12 * 3_500)
    # Of April 2026 as well, which has begun and is not billed yet.
    with clock_at(stories.at(2026, 4, 2)):
        assert settlement_of(year_starts_on=YEAR).year.charges_cents == 4 * 3_500


def test_what_the_carrier_still_owes_counts_but_is_not_paid_out_and_what_it_refused_does_not(year):
    """The carrier bears 65.00 of the claim of 115.00: 950.00 are left, 885.00 are there."""
    agreed(year)
    contract = stories.insure(year, {"deductible_cents": 5_000}, run_out_months=6, year=2026)
    with clock_at(stories.at(2027, 4, 1)):
        sweep()
        key = {"contract_id": contract.contract_id, "kind": "specific", "unit_id": Member.objects.earliest("id").pk}
        filing = file_claim(**key, by="ana")
        told = {"filing_id": filing.pk, "on": date(2027, 4, 1), "by": "ana"}
        record(state="filed", **told)
        with transaction.atomic():
            record(state="part", cents=2_500, **told)
            assert settlement_of(year_starts_on=YEAR).year.stop_loss_cents == 2_500
            transaction.set_rollback(True)
        made = settle_year(year_starts_on=YEAR, person_id=7)
        assert (made.year["stop_loss_cents"], made.payable) == (6_500, {"employer": 95_000})
        paid = {"settlement_id": made.pk, "party": "employer", "paid_on": date(2027, 4, 1), "person_id": 8}
        with pytest.raises(ConflictError, match=r"The fund lacks 65\.00"):
            pay_out(**paid, reference="W9")
        assert balances() == (-6_500, 0, 95_000)
        record(state="approved", **told)
        record(state="received", cents=6_500, reference="R", **told)
        pay_out(**paid, reference="W9")
    assert (balances(), ledger.balance(CASH) - PAID) == ((0, 0, 0), 0)


def test_where_contracts_change_within_the_year_each_counts_for_what_was_incurred_in_it(year):
    """July to June under two contracts of 50.00: of each carrier's money the part for services of 2026."""
    agreed(year)
    days = [date(2025, 7, 1), date(2026, 7, 1), date(2027, 7, 1)]
    for starts_on, ends_before in pairwise(days):
        span = {"starts_on": f"{starts_on}", "ends_before": f"{ends_before}"}
        terms = {"policy": span, "incurred": span, "paid": span}
        stories.insure(year, {"deductible_cents": 5_000}, year=starts_on.year, **terms)
    people = stories.enrol("EE", starts_on=date(2025, 1, 1), count=3)
    for who, cents, on in (
        (0, 20_000, date(2025, 9, 10)),  # 150.00 above, in 2025
        (1, 9_000, date(2026, 3, 10)),  # 40.00 above, under the first; and 65.00 of somebody else
        (1, 8_000, date(2026, 9, 10)),  # 30.00, under the second
        (0, 10_000, date(2027, 2, 10)),  # 50.00, in 2027
        (2, 8_000, date(2025, 12, 10)),  # 30.00 in 2025 ...
        (2, 8_000, date(2026, 1, 10)),  # ... and 80.00
    ):
        stories.pay(stories.decide(people[who], cents, on), on)
    with clock_at(stories.at(2027, 4, 1)):
        sweep(past=True)
        by_year = [borne_for(year.pk, year_of(date(at, 1, 1))) for at in (2024, 2025, 2026, 2027)]
        assert by_year == [0, 15_000 + 3_000, 4_000 + 6_500 + 3_000 + 8_000, 5_000]
        assert settlement_of(year_starts_on=YEAR).year.stop_loss_cents == 21_500
    with clock_at(stories.at(2026, 8, 1)):
        contract_id = stop_loss_contract_on(year.pk, date(2026, 1, 1)).contract_id
        key = {"contract_id": contract_id, "kind": "specific", "unit_id": people[2].pk, "by": "ana"}
        told = {"filing_id": file_claim(**key).pk, "on": date(2026, 8, 1), "by": "ana"}
        record(state="filed", **told)
        record(state="part", cents=5_500, **told)
        # A half is refused of both years.
        by_year = [borne_for(year.pk, year_of(date(at, 1, 1))) for at in (2025, 2026)]
        assert by_year == [15_000 + 1_500, 4_000 + 6_500 + 3_000 + 4_000]


def test_money_counts_for_the_year_that_it_was_sent_for(year):
    """Three payments of January 2027: for the invoice of March 2026, for a request of December 2026, and for nothing named."""
    agreed(year)
    with clock_at(stories.at(2026, 4, 2)):
        invoice = draft_month(month=date(2026, 3, 1))
        approve_invoice(invoice_id=invoice.pk)
        issue_invoice(invoice_id=invoice.pk)
    with desk_scope():
        AsoAgreement.objects.filter(employer=year).update(funding_terms={"monthly_cents": 9_000, "settlement": {}})
    with clock_at(stories.at(2026, 12, 31)):
        request = prepare_request()
        assert request.requested_cents == 12 * 9_000 - 100_000
        ask_employer(request_id=request.pk)
    with clock_at(stories.at(2027, 1, 10)):
        told = {"received_on": date(2027, 1, 10)}
        receive_deposit(purpose="invoice", cents=5_000, reference="I", invoice_id=invoice.pk, **told)
        receive_deposit(purpose="fund", cents=8_700, reference="F", request_id=request.pk, **told)
        collected = [settlement_of(year_starts_on=date(at, 1, 1)).year.collected_cents for at in (2026, 2027)]
    # Of the 87.00 the request had asked for 80.00.
    assert collected == [100_000 + 5_000 + 8_000, 700]


def test_a_check_that_fell_back_to_the_plan_was_not_paid(year):
    agreed(year)
    person = Member.objects.earliest("id")
    told = {
        "kind": "forfeited",
        "line": "medical",
        "member_id": person.pk,
        "family_id": person.family_id,
        "cents": 1_500,
    }
    days = {"incurred_on": date(2026, 3, 20), "paid_on": date(2026, 3, 20)}
    by = {"recorded_at": stories.NOW, "recorded_by": "rule"}
    for reference, known_on in (("in time", date(2027, 3, 31)), ("late", date(2027, 4, 1))):
        Offset.objects.create(reference=reference, known_on=known_on, **told, **days, **by)
    with clock_at(stories.at(2027, 4, 1)):
        assert settlement_of(year_starts_on=YEAR).year.paid_cents == PAID - 1_500


def test_an_agreement_without_terms_is_not_settled(year):
    with pytest.raises(SettlementError, match="says nothing"):
        settlement_of(year_starts_on=YEAR)
