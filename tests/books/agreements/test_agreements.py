from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.scope import employer_scope
from tpa.books.agreements.errors import DatesError, NothingAgreedError, SamePersonError, TermsError, UnsuitableLineError
from tpa.books.agreements.models import (
    AsoAgreement,
    Carrier,
    FeeScheduleVersion,
    StopLossContract,
    StopLossContractVersion,
)
from tpa.books.agreements.selectors import (
    agreement_on,
    fee_schedule_on,
    self_funded_lines,
    stop_loss_contract_on,
    stop_loss_contracts_begun,
)
from tpa.books.agreements.services import (
    FeeTerms,
    LineTerms,
    approve_stop_loss_version,
    publish_fee_schedule,
    reject_stop_loss_version,
    save_fee_schedule,
    save_stop_loss_contract,
    sign_aso_agreement,
)
from tpa.engine.stoploss.contract import Laser
from tpa.engine.stoploss.regulation import Group
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import ConflictError, NotFoundError
from tpa.kernel.ids import public_id

NOW = datetime(2025, 1, 2, 12, tzinfo=UTC)
MAKER, CHECKER = 11, 12
GROUP = Group("OH", 60, 150)
YEAR = {"starts_on": "2025-01-01", "ends_before": "2026-01-01"}


def sign(employer, **changes):
    terms = {
        "number": "A-1",
        "starts_on": date(2025, 1, 1),
        "lines": [LineTerms("medical"), LineTerms("dental")],
        "services": ["claims", "eligibility"],
        "funding_model": "per_run",
    }
    return sign_aso_agreement(employer_id=employer.pk, **(terms | changes))


def contract(**specific):
    return {
        "policy": YEAR,
        "incurred": YEAR,
        "paid": {"starts_on": "2025-01-01", "ends_before": "2026-04-01"},
        "label": "12/15",
        "specific": {"deductible_cents": 1_000_000, "unit": "person", "lines": ["medical"], **specific},
    }


def save(employer, document=None, **changes):
    carrier, _ = Carrier.objects.get_or_create(name="Granite Re")
    terms = {"number": "SL-1", "carrier_id": carrier.pk, "person_id": MAKER, "claims_began": False, "group": GROUP}
    return save_stop_loss_contract(employer_id=employer.pk, document=document or contract(), **(terms | changes))


def approve(version, person=MAKER, claims_began=False):
    return approve_stop_loss_version(version_id=version.pk, person_id=person, claims_began=claims_began, now=NOW)


# ASO agreements


def test_an_agreement_says_who_bears_which_line(employer):
    carrier = Carrier.objects.create(name="Beacon Life")
    sign(employer, lines=[LineTerms("medical"), LineTerms("life", "insurer", carrier.pk)])
    assert self_funded_lines(employer.pk, date(2025, 6, 1)) == {"medical"}
    lines = {line.line: (line.bearer, line.carrier) for line in agreement_on(employer.pk, date(2025, 6, 1)).lines.all()}
    assert lines == {"medical": ("employer", None), "life": ("insurer", carrier)}


@pytest.mark.parametrize("line", ["life", "extended_health"])
def test_a_line_unsuitable_for_self_funding_is_refused_with_the_reason(employer, line):
    with pytest.raises(UnsuitableLineError) as refused:
        sign(employer, lines=[LineTerms("medical"), LineTerms(line)])
    assert refused.value.where == "lines/1"
    assert "Carve the line out" in refused.value.remedy
    assert len(refused.value.message) > 80
    assert not AsoAgreement.objects.exists()


def test_sql_cannot_make_the_employer_bear_life_insurance_either(employer):
    agreement = sign(employer)
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.lines.create(employer=employer, line="life", bearer="employer")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [LineTerms("medical"), LineTerms("medical")]}, "lines/1"),
        ({"lines": [LineTerms("pets")]}, "lines/0"),
        ({"lines": [LineTerms("dental", "insurer")]}, "lines/0"),
        ({"services": ["claims", "laundry"]}, "services/1"),
        ({"funding_model": "barter"}, "funding_model"),
    ],
)
def test_terms_that_the_field_does_not_know_are_refused(employer, changes, where):
    with pytest.raises(TermsError) as refused:
        sign(employer, **changes)
    assert refused.value.where == where
    assert not AsoAgreement.objects.exists()


def test_a_new_agreement_ends_the_open_one(employer):
    old = sign(employer)
    new = sign(employer, number="A-2", starts_on=date(2026, 1, 1), pay_before_funded=True)
    assert agreement_on(employer.pk, date(2025, 12, 31)) == old
    assert agreement_on(employer.pk, date(2026, 1, 1)) == new
    with pytest.raises(NothingAgreedError):
        agreement_on(employer.pk, date(2024, 12, 31))


def test_two_agreements_never_hold_on_one_day(employer):
    sign(employer, ends_before=date(2026, 1, 1))
    with pytest.raises(DatesError):
        sign(employer, number="A-2", starts_on=date(2025, 12, 31))
    with pytest.raises(DatesError):
        sign(employer, number="A-2", starts_on=date(2024, 12, 31))
    assert AsoAgreement.objects.get().ends_before == date(2026, 1, 1)


def test_a_number_is_given_once(employer):
    sign(employer)
    with pytest.raises(TermsError) as refused:
        sign(employer, starts_on=date(2026, 1, 1))
    assert refused.value.where == "number"


def test_an_employer_sees_its_own_agreement_alone(employer, other_employer):
    sign(employer)
    with employer_scope(other_employer), pytest.raises(NothingAgreedError):
        agreement_on(employer.pk, date(2025, 6, 1))
    with employer_scope(employer):
        assert agreement_on(employer.pk, date(2025, 6, 1)).number == "A-1"


# Fee schedules


def fees(employer, effective_on, rate):
    terms = [FeeTerms("pepm", "Administration", {"rates_cents": {"ALL": rate}})]
    return save_fee_schedule(employer_id=employer.pk, name="2025", effective_on=effective_on, fees=terms)


def test_a_published_version_holds_until_the_next_one(employer):
    for effective_on, rate in ((date(2025, 1, 1), 3200), (date(2025, 7, 1), 3400)):
        publish_fee_schedule(version_id=fees(employer, effective_on, rate).pk, now=NOW)
    fees(employer, date(2025, 3, 1), 9900)  # stays a draft

    def rate_on(day):
        return fee_schedule_on(employer.pk, day).fees[0].terms.scale.bands[0].rate

    assert fee_schedule_on(employer.pk, date(2024, 12, 31)) is None
    assert rate_on(date(2025, 6, 30)) == {"ALL": 3200}
    assert rate_on(date(2025, 7, 1)) == {"ALL": 3400}


@pytest.mark.parametrize(
    ("fee", "where"),
    [
        (FeeTerms("pepm", "Administration", {"rates_cents": {"ALL": 3200}, "colour": "red"}), "/fees/1/colour"),
        (FeeTerms("pepm", "Administration", {"rates_cents": {"ALL": 32.5}}), "/fees/1/rates_cents/ALL"),
        (FeeTerms("barter", "Barter", {}), "/fees/1/code"),
    ],
)
def test_a_fee_with_a_fault_is_refused_with_its_place(employer, fee, where):
    good = FeeTerms("pepm", "Administration", {"rates_cents": {"ALL": 3200}})
    with pytest.raises(DocumentError) as refused:
        save_fee_schedule(employer_id=employer.pk, name="2025", effective_on=date(2025, 1, 1), fees=[good, fee])
    assert refused.value.where == where
    assert not FeeScheduleVersion.objects.exists()


def test_published_fees_stay_also_against_sql(employer):
    version = publish_fee_schedule(version_id=fees(employer, date(2025, 1, 1), 3200).pk, now=NOW)
    for statement in (
        "UPDATE agreements_fee SET terms = '{}'",
        "DELETE FROM agreements_fee",
        "UPDATE agreements_feescheduleversion SET effective_on = '2024-01-01'",
    ):
        with pytest.raises(IntegrityError, match="is published"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(ConflictError):
        publish_fee_schedule(version_id=version.pk, now=NOW)
    with pytest.raises(DatesError):
        publish_fee_schedule(version_id=fees(employer, date(2025, 1, 1), 3300).pk, now=NOW)


# Stop-loss contracts


def test_before_the_first_claim_one_person_is_enough(employer):
    approve(save(employer))
    assert stop_loss_contract_on(employer.pk, date(2025, 12, 31)).terms.specific.deductible_cents == 1_000_000
    assert stop_loss_contract_on(employer.pk, date(2026, 1, 1)) is None

    def begun(day, past=False):
        return [found.number for found in stop_loss_contracts_begun(employer.pk, day, past=past)]

    assert begun(date(2024, 12, 31), past=True) == []
    assert begun(date(2026, 6, 29)) == ["SL-1"]  # 90 days after 31 March 2026, the last day for filing
    assert (begun(date(2026, 6, 30)), begun(date(2026, 6, 30), past=True)) == ([], ["SL-1"])


def test_a_change_is_a_new_version_and_counts_when_approved(employer):
    approve(save(employer))
    second = save(employer, contract(aggregating_cents=5_000_000), reason="Renegotiated")
    assert second.number == 2
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)).terms.specific.aggregating_cents == 0
    approve(second)
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)).terms.specific.aggregating_cents == 5_000_000
    assert list(StopLossContractVersion.objects.order_by("number").values_list("state", flat=True)) == ["approved"] * 2


def test_after_the_first_claim_the_same_person_is_refused_and_another_is_not(employer):
    approve(save(employer))
    version = save(employer, contract(aggregating_cents=5_000_000), claims_began=True)
    with pytest.raises(SamePersonError):
        approve(version)
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)).terms.specific.aggregating_cents == 0
    approve(version, CHECKER)
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)).terms.specific.aggregating_cents == 5_000_000


def test_a_version_saved_before_the_first_claim_and_approved_after_it_needs_a_second_person_too(employer):
    version = save(employer)
    with pytest.raises(SamePersonError):
        approve(version, claims_began=True)
    assert approve(version, CHECKER, claims_began=True).needs_second_person


def test_sql_cannot_approve_as_the_maker_nor_drop_the_need_nor_change_the_terms(employer):
    version = save(employer, claims_began=True)
    table = StopLossContractVersion._meta.db_table
    decided = f"UPDATE {table} SET state = 'approved', decided_at = now(), decided_by_id ="
    for statement in (
        f"{decided} {MAKER}",
        f"{decided} NULL",
        f"{decided} {MAKER}, needs_second_person = false",
        f"{decided} {CHECKER}, made_by_id = {CHECKER + 1}",
        f"UPDATE {table} SET document = '{{}}'",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    version.refresh_from_db()
    assert (version.state, version.made_by_id, version.document) == ("proposed", MAKER, contract())


def test_a_version_is_decided_once(employer):
    version = save(employer)
    reject_stop_loss_version(version_id=version.pk, person_id=CHECKER, now=NOW)
    with pytest.raises(ConflictError):
        approve(version, CHECKER)
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)) is None


def test_contracts_do_not_overlap_and_keep_carrier_and_period(employer):
    approve(save(employer))
    with pytest.raises(DatesError):
        save(employer, number="SL-2")
    with pytest.raises(DatesError):
        save(employer, carrier_id=Carrier.objects.create(name="Slate Mutual").pk)
    next_year = contract() | {"policy": {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}}
    next_year |= {"incurred": next_year["policy"], "paid": next_year["policy"]}
    save(employer, next_year, number="SL-2")
    assert StopLossContract.objects.count() == 2


def test_a_faulty_document_and_another_employers_person_are_refused(employer, other_employer):
    with pytest.raises(DocumentError):
        save(employer, contract(colour="red"))
    theirs = public_id("mem", other_employer.pk, 5)
    with pytest.raises(NotFoundError):
        save(employer, contract(lasers=[{"unit_id": theirs, "deductible_cents": 5_000_000}]))
    ours = public_id("mem", employer.pk, 5)
    version = save(employer, contract(lasers=[{"unit_id": ours, "deductible_cents": 5_000_000}]))
    approve(version)
    assert stop_loss_contract_on(employer.pk, date(2025, 6, 1)).terms.specific.lasers == {5: Laser(5_000_000)}
