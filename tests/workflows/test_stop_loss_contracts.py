"""A stop-loss contract is saved where the employer's law lets it stand, and refused by that law's name where not."""

from datetime import UTC, datetime

import pytest

from tenants import directory
from tenants.scope import employer_scope
from tenants.services import set_situs
from tests.books.agreements.test_agreements import YEAR, contract
from tests.web.operator.desk import desk_as
from tests.workflows import stories
from tpa.books.agreements.errors import SitusError, UnlawfulContractError
from tpa.books.agreements.models import Carrier, StopLossContract, StopLossContractVersion
from tpa.infra.clock import clock_at
from tpa.workflows.stop_loss_contracts import propose_contract

CALIFORNIA = "California Insurance Code 10752.4"
NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _remember_nothing():
    yield
    directory.forget()


def propose(employer, document=None, **more):
    carrier, _ = Carrier.objects.get_or_create(name="Granite Re")
    told = {"number": "SL-1", "carrier_id": carrier.pk, "person_id": 7, **more}
    with clock_at(NOW):
        return propose_contract(employer_id=employer.pk, document=document or contract(), **told)


def enrolled(employer, count):
    with employer_scope(employer):
        stories.enrol("EE", count=count)


def in_state(employer, situs):
    return set_situs(employer_id=employer.pk, situs=situs)


def test_ten_thousand_a_person_is_refused_in_california_by_the_laws_name_and_nothing_is_stored(employer):
    in_state(employer, "CA")
    with pytest.raises(UnlawfulContractError) as refusal:
        propose(employer, eligible_employee_count=60)
    assert refusal.value.message == (f"{CALIFORNIA}: the specific deductible 10000.00 is below the least, 40000.00")
    assert refusal.value.where == "/specific/deductible_cents"
    assert not StopLossContract.objects.exists()


@pytest.mark.parametrize(("cents", "lawful"), [(3_999_999, False), (4_000_000, True)])
def test_californias_least_is_exact(employer, cents, lawful):
    in_state(employer, "CA")
    if lawful:
        assert propose(employer, contract(deductible_cents=cents), eligible_employee_count=60).warnings == []
    else:
        with pytest.raises(UnlawfulContractError):
            propose(employer, contract(deductible_cents=cents), eligible_employee_count=60)


def test_in_ohio_it_is_saved_with_the_model_laws_warning(employer):
    proposed = propose(employer, eligible_employee_count=60)
    assert proposed.warnings == ["NAIC Model 92: the specific deductible 10000.00 is below the least, 20000.00"]
    assert proposed.version.state == "proposed"


def test_a_laser_or_an_exclusion_of_nobody_is_told(employer):
    with employer_scope(employer):
        (person,) = stories.enrol("EE")
    nobody = person.pk + 1
    lasers = [{"unit_id": one, "deductible_cents": 9_000_000} for one in (person.pk, nobody)]
    exclusions = [{"reason": "disclosed", "unit_id": one} for one in (person.pk, nobody)]
    document = contract(deductible_cents=2_000_000, lasers=lasers) | {"exclusions": exclusions}
    end = "means nobody: there is no such number among the employer's people."
    assert propose(employer, document, eligible_employee_count=60).warnings == [
        f"The laser on {nobody} {end}",
        f"The exclusion of {nobody} {end}",
    ]


def test_a_group_of_more_than_a_hundred_is_free_of_californias_law_by_those_enrolled_on_the_first_day(employer):
    in_state(employer, "CA")
    enrolled(employer, 100)
    with pytest.raises(UnlawfulContractError, match=CALIFORNIA):
        propose(employer)
    enrolled(employer, 1)
    assert len(propose(employer).warnings) == 1


def test_before_anybody_is_enrolled_the_law_is_the_one_for_the_smallest_group(employer):
    in_state(employer, "NY")
    with pytest.raises(UnlawfulContractError, match="New York"):
        propose(employer)
    assert propose(employer, eligible_employee_count=101).version.state == "proposed"


def test_the_aggregate_is_held_to_the_law_by_the_lives_of_the_first_month(employer):
    """Ten employees: 12 x 10 x 400.00 is the yearly attachment, 48,000; ten members at 5,000 are 50,000 in California."""
    in_state(employer, "CA")
    enrolled(employer, 10)
    cover = {"lines": ["medical"], "factors": [{"code": "medical", "factors_cents": {"ALL": 40_000}}]}
    document = {"policy": YEAR, "incurred": YEAR, "paid": YEAR, "aggregate": cover}
    with pytest.raises(UnlawfulContractError, match=r"the attachment 48000\.00 is below the least, 50000\.00"):
        propose(employer, document)
    cover["factors"][0]["factors_cents"]["ALL"] = 41_667
    assert propose(employer, document).version.number == 1


def test_without_a_situs_no_law_can_be_asked(employer):
    in_state(employer, "")
    with pytest.raises(SitusError):
        propose(employer)
    assert not StopLossContract.objects.exists()


TOML = """
policy = { starts_on = 2025-01-01, ends_before = 2026-01-01 }
incurred = { starts_on = 2025-01-01, ends_before = 2026-01-01 }
paid = { starts_on = 2025-01-01, ends_before = 2026-04-01 }
[specific]
deductible_cents = 1_000_000
unit = "person"
lines = ["medical"]
"""


def test_the_desk_is_told_the_law_beside_the_form(employer):
    browser, carrier = desk_as("tpa_admin"), Carrier.objects.create(name="Granite Re")
    told = {"employer": employer.pk, "carrier": carrier.pk, "number": "SL-1", "document": TOML}
    told["eligible_employee_count"] = 60
    path = "/admin/agreements/stoplosscontractversion/add/"
    in_state(employer, "CA")
    assert CALIFORNIA in browser.post(path, told).content.decode()
    assert not StopLossContractVersion.objects.exists()
    in_state(employer, "OH")
    page = browser.post(path, told, follow=True).content.decode()
    assert "Note: NAIC Model 92" in page
    assert StopLossContractVersion.objects.count() == 1
