"""New York's surcharge on payments to its hospitals, to the cent; other days, places and facilities."""

from datetime import date

import pytest

from tpa.engine.billing.surcharge import HospitalPayment, Surcharge, states, surcharges
from tpa.engine.statute.dated import MissingValueError
from tpa.kernel.errors import DomainError

STAY = HospitalPayment("131234567", "Mercy", "11", "10016", date(2026, 3, 2), 100_000)


def test_payments_by_provider_and_rate():
    old = STAY._replace(service_on=date(2005, 12, 31), cents=20_000)
    back = STAY._replace(cents=-40_000)
    surgery = STAY._replace(tax_id="141", name="Day surgery", facility="83", zip_code="14999", cents=33_333)
    assert surcharges("NY", [STAY, old, back, surgery]) == [
        Surcharge("131234567", "Mercy", 88_500, 20_000, 1_770),
        Surcharge("131234567", "Mercy", 96_300, 60_000, 5_778),
        Surcharge("141", "Day surgery", 96_300, 33_333, 3_210),
    ]
    assert surcharges("NY", [STAY, STAY._replace(cents=-100_000)]) == []
    assert states() == ["NY"]


@pytest.mark.parametrize(
    "elsewhere", [{"zip_code": "10000"}, {"zip_code": "15001"}, {"zip_code": ""}, {"facility": "21"}, {"facility": ""}]
)
def test_what_is_elsewhere_or_no_hospital_is_passed_over_whatever_its_day(elsewhere):
    assert surcharges("NY", [STAY._replace(service_on=date(2007, 1, 1), **elsewhere)]) == []


@pytest.mark.parametrize("day", [date(2003, 6, 30), date(2006, 1, 1), date(2009, 3, 31), date(2027, 1, 1)])
def test_a_day_whose_rate_is_not_known_is_refused(day):
    with pytest.raises(MissingValueError, match=f"NY on services of {day} is not known"):
        surcharges("NY", [STAY._replace(service_on=day)])
    with pytest.raises(DomainError, match="No surcharge of MA"):
        surcharges("MA", [STAY])


def test_the_first_and_last_days_of_a_rate():
    for day, rate in ((date(2003, 7, 1), 88_500), (date(2009, 4, 1), 96_300), (date(2026, 12, 31), 96_300)):
        assert surcharges("NY", [STAY._replace(service_on=day)])[0].rate_ppm == rate
