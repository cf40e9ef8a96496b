"""Next year's cost from what was paid: every figure by hand, over REST and on the page."""

from datetime import date
from fractions import Fraction

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import desk_as, root
from tests.workflows.stories import at, decide, enrol, insure, pay, reverse
from tpa.infra.clock import clock_at
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import add_months
from tpa.workflows.renewal import Asked, renewal

TODAY = at(2025, 7, 10)


@pytest.fixture
def told(employer):
    """Half of each month's service is paid in it, half in the next; June's second half is still to come.

    10 employees since 2024. Ann costs 100.00 a month, Bob 15,000.00 in March, paid in it; a claim of May is taken back.
    """
    insure(employer, {"deductible_cents": 1_000_000})
    with employer_scope(employer):
        ann, bob, *_ = enrol("EE", starts_on=date(2024, 1, 1), count=10)
        for year, month in [(2024, n) for n in range(1, 13)] + [(2025, n) for n in range(1, 7)]:
            service = date(year, month, 10)
            later = date(year + month // 12, month % 12 + 1, 10)
            for paid_on in (service, later):
                if paid_on < TODAY.date().replace(day=1):
                    pay(decide(ann, 5_000, paid_on, service_on=service), paid_on)
        pay(decide(bob, 1_500_000, date(2025, 3, 20)), date(2025, 3, 20))
        gone = decide(ann, 7_777, date(2025, 5, 20))
        pay(gone, date(2025, 5, 20))
        reverse(gone, date(2025, 6, 2))
        decide(ann, 99_999, date(2025, 6, 20))  # not paid
    with clock_at(TODAY):
        yield employer


def test_from_completion_to_the_rate_change(told):
    asked = Asked(
        annual_trend=Fraction(10, 100),
        complete_after=1,
        target_loss_ratio=Fraction(80, 100),
        premium_cents=2_000_000,
        full_credibility=480,
        manual_pepm_cents=20_000,
    )
    with employer_scope(told):
        found = renewal(told, asked)
    assert (found.experience.starts_on, found.rating.starts_on) == (date(2024, 7, 1), date(2025, 8, 1))
    by_month = {one.month.month: one.incurred for one in found.months}
    # The factor of lag 0 is the mean of the twelve latest complete months, June 2024 to May 2025: eleven of them have
    # 50 % in the first month; May too, once what was taken back in June is off; March has 15,050.00 of 15,100.00.
    may = Fraction(5_000 + 7_777, 10_000)
    mean = (10 * Fraction(1, 2) + may + Fraction(1_505_000, 1_510_000)) / 12
    assert found.factors == (mean, Fraction(1))
    assert by_month[6].paid_cents == 5_000
    assert by_month[6].factor == mean
    assert (by_month[5].cents, by_month[3].cents) == (10_000, 1_510_000)
    june = round(Fraction(5_000) / mean)
    assert found.incurred_cents == 11 * 10_000 + 1_500_000 + june
    assert found.pooled.pooled_cents == 500_000
    assert found.employee_months == 120
    projection, assumed = found.projection, found.assumed
    assert (assumed.credibility, assumed.manual_cents) == (Fraction(1, 2), 2_400_000)
    assert projection.experience_cents == found.incurred_cents - 500_000
    assert found.trend_months == 13
    assert round(assumed.factor * 10**6) == 1_108_772  # the twelfth root of 1.1 to the thirteenth
    assert projection.loss_ratio == Fraction(projection.experience_cents, 2_000_000)
    assert projection.blended == (projection.trended + 2_400_000) / 2
    assert projection.rate_change == projection.blended / Fraction(8, 10) / 2_000_000 - 1
    assert found.excess.excess_cents == 500_000
    # A trend of about 10.9 % on 15,000.00 makes about 32.6 % on what lies above 10,000.00.
    assert found.excess.trended_cents == round(1_500_000 * assumed.factor) - 1_000_000


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(starts_on=date(2024, 8, 1)), "has to be over"),
        (Asked(starts_on=date(2024, 7, 2)), "first of a month"),
        (Asked(complete_after=36), "No month is complete"),
    ],
)
def test_what_cannot_be_asked(in_employer, asked, why):
    with clock_at(TODAY), pytest.raises(DomainError, match=why):
        renewal(in_employer, asked)


def test_without_a_day_the_year_ends_with_the_last_month_of_which_something_is_known(in_employer):
    """Everything is paid two months after its service: of May and June 2025 nothing is known on 10 July."""
    (ann,) = enrol("EE", starts_on=date(2024, 1, 1))
    for n in range(14):
        service, paid_on = (add_months(date(2024, 3, 10), n + more) for more in (0, 2))
        pay(decide(ann, 10_000 + n, paid_on, service_on=service), paid_on)
    with clock_at(TODAY):
        found = renewal(in_employer, Asked())
        with pytest.raises(DomainError, match="above nothing"):
            renewal(in_employer, Asked(starts_on=date(2024, 7, 1)))
    assert (found.experience.starts_on, found.experience.last_day) == (date(2024, 5, 1), date(2025, 4, 30))
    assert found.paid_cents == found.incurred_cents == 12 * 10_000 + sum(range(2, 14))
    assert found.notes == ("Nothing is known yet of services after April 2025: the experience ends with that month.",)


def test_young_books_open_with_what_they_have(employer):
    with employer_scope(employer), clock_at(TODAY):
        (ann,) = enrol("EE", starts_on=date(2025, 3, 1))
        for month in (4, 5, 6):
            pay(decide(ann, 10_000, date(2025, month, 20), service_on=date(2025, month, 10)), date(2025, month, 20))
        found = renewal(employer, Asked())
    with clock_at(TODAY):
        page = desk_as("finance", employer).get(f"{root(employer)}renewal/").content.decode()
    assert (found.paid_cents, found.incurred_cents) == (30_000, 30_000)
    assert found.notes == (
        "No month of service is 6 months old yet: months count as complete after 2.",
        "Nothing was paid of services before April 2025: those months stand with nothing.",
    )
    with employer_scope(employer), clock_at(at(2025, 4, 30)):
        assert renewal(employer, Asked()).notes == ("Nothing was paid before 2025-04-01: there is no experience yet.",)
    with employer_scope(employer), clock_at(at(2025, 5, 1)):
        told = renewal(employer, Asked()).notes[0]
        assert told == "No month of service is 6 months old yet: nothing is added for what is still to come."
    for told in (*found.notes, '<td class="num">$300.00</td>'):
        assert told in page


def test_over_rest_and_on_the_page(told, portal_client):
    headers = key_for(told)
    query = "?complete_after=1&annual_trend=10&target_loss_ratio=80&premium_cents=2000000"
    answer = portal_client.get(f"/api/v1/renewal/{query}", **headers).json()
    assert (answer["pooled_cents"], answer["employee_months"]) == (500_000, 120)
    assert answer["loss_ratio"].startswith("55.")
    assert portal_client.get("/api/v1/renewal/?annual_trend=x", **headers).status_code == 400
    table = portal_client.get(f"/api/v1/renewal/csv/{query}", **headers).content.decode()
    assert table.startswith("month,employees,paid,completion,incurred,reserve\n2024-07,10,100.00,")
    desk = desk_as("finance", told)
    page = desk.get(f"{root(told)}renewal/?complete_after=1&target_loss_ratio=80&premium=20000").content.decode()
    assert "expected claims of 2025-08-01 to 2026-07-31" in page
    assert "Leveraged trend" in page
    assert "A percentage is needed" in desk.get(f"{root(told)}renewal/?annual_trend=many").content.decode()
    assert desk.get(f"{root(told)}renewal/renewal.csv?complete_after=1").content.startswith(b"month,employees")
    assert desk.get(f"{root(told)}renewal/renewal.csv?annual_trend=many").status_code == 422
    assert desk.get(f"{root(told)}renewal/other.csv").status_code == 404
