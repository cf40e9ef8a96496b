from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.scope import employer_scope
from tpa.books.providers.errors import PriceFileError, PriceListError
from tpa.books.providers.models import (
    EmployerNetwork,
    Network,
    NetworkMembership,
    Price,
    PriceList,
    PriceListVersion,
    Provider,
    ProviderContract,
)
from tpa.books.providers.selectors import UNKNOWN, Ask, Standing, prices, standings, table_keys
from tpa.books.providers.services import import_price_list, publish_price_list
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.errors import ConflictError

NOW = datetime(2025, 1, 2, 12, tzinfo=UTC)
MARCH = date(2025, 3, 5)


def published(code, effective_on, data):
    version = import_price_list(code=code, effective_on=effective_on, data=data)
    return publish_price_list(version_id=version.pk, now=NOW)


@pytest.fixture
def town(employer):
    """Two networks: the employer rents both, `wide` only until May; one list for each, and one of a single provider."""
    core, wide = (Network.objects.create(code=code, name=code) for code in ("core", "wide"))
    EmployerNetwork.objects.create(employer=employer, network=core, rank=1, starts_on=date(2025, 1, 1))
    EmployerNetwork.objects.create(
        employer=employer, network=wide, rank=2, starts_on=date(2025, 1, 1), ends_before=date(2025, 5, 1)
    )
    lists = {code: PriceList.objects.create(code=code, name=code) for code in ("core", "wide", "own")}
    ProviderContract.objects.create(network=core, price_list=lists["core"], starts_on=date(2025, 1, 1))
    ProviderContract.objects.create(network=wide, price_list=lists["wide"], starts_on=date(2025, 1, 1))
    return core, wide, lists


def provider(npi, tax_id="", **memberships):
    made = Provider.objects.create(npi=npi, tax_id=tax_id, name=f"Provider {npi or tax_id}", specialty="207Q00000X")
    for code, tier in memberships.items():
        NetworkMembership.objects.create(
            provider=made,
            network=Network.objects.get(code=code),
            tier=tier,
            starts_on=date(2025, 2, 1),
            ends_before=date(2025, 6, 1),
        )
    return made


def standing(employer, **ask):
    asked = Ask(ask.get("npi", ""), ask.get("tax_id", ""), ask.get("day", MARCH))
    return standings(employer.pk, [asked])[asked]


def test_a_member_of_the_network_has_its_tier_and_price_list(employer, town):
    lists = town[2]
    made = provider("1111111111", core="in")
    assert standing(employer, npi="1111111111") == Standing(made.pk, "207Q00000X", "in", lists["core"].pk)


def test_the_network_of_lower_rank_decides(employer, town):
    made = provider("1111111111", wide="broad", core="in")
    assert standing(employer, npi="1111111111") == Standing(made.pk, "207Q00000X", "in", town[2]["core"].pk)


@pytest.mark.parametrize(
    ("day", "network"),
    [
        (date(2025, 1, 31), ""),
        (date(2025, 2, 1), "broad"),
        (date(2025, 4, 30), "broad"),
        (date(2025, 5, 1), ""),
    ],
)
def test_membership_and_rent_hold_on_their_days_alone(employer, town, day, network):
    provider("1111111111", wide="broad")
    assert standing(employer, npi="1111111111", day=day).network == network


def test_the_providers_own_contract_pays_before_the_networks(employer, town):
    made = provider("1111111111", core="in")
    ProviderContract.objects.create(
        provider=made, price_list=town[2]["own"], starts_on=date(2025, 3, 1), ends_before=date(2025, 4, 1)
    )
    assert standing(employer, npi="1111111111").price_list_id == town[2]["own"].pk
    assert standing(employer, npi="1111111111", day=date(2025, 4, 1)).price_list_id == town[2]["core"].pk


def test_the_npi_decides_and_the_tax_id_where_it_is_unknown(employer, town):
    group = provider("", "98-7654321", core="in")
    outside = provider("2222222222", "98-7654321")
    assert standing(employer, npi="2222222222", tax_id="98-7654321").provider_id == outside.pk
    assert standing(employer, npi="2222222222", tax_id="98-7654321").network == ""
    assert standing(employer, npi="9999999999", tax_id="98-7654321") == Standing(
        group.pk, "207Q00000X", "in", town[2]["core"].pk
    )
    assert standing(employer, npi="9999999999", tax_id="") == UNKNOWN
    assert standing(employer) == UNKNOWN


def test_another_employer_does_not_rent_the_network(employer, other_employer, town):
    provider("1111111111", core="in")
    assert standing(other_employer, npi="1111111111").network == ""
    with employer_scope(other_employer):
        asked = Ask("1111111111", "", MARCH)
        # Its own connection cannot even see what the first one rents.
        assert standings(employer.pk, [asked])[asked].network == ""
    with employer_scope(employer):
        assert standings(employer.pk, [asked])[asked].network == "in"


def test_a_thousand_providers_cost_as_many_queries_as_one(employer, town, django_assert_num_queries):
    Provider.objects.bulk_create(Provider(npi=f"{n:010d}", name=str(n)) for n in range(1000))
    asks = [Ask(f"{n:010d}", "", MARCH) for n in range(1000)]
    with django_assert_num_queries(2):
        found = standings(employer.pk, asks)
    assert all(found[ask].provider_id for ask in asks)


def test_prices_follow_their_versions_dates(db):
    first = published("core", date(2025, 1, 1), b"code,modifier,amount\n99213,,100\n99213,25,120\n")
    published("core", date(2025, 7, 1), b"code,percent_of_charge\n99213,50\n")
    import_price_list(code="core", effective_on=date(2025, 8, 1), data=b"code,amount\n99213,1\n")
    key = first.price_list_id
    book = PriceBook(prices([key, 0], ["99213", "00000"]))

    def allowed(day, *modifiers):
        return book.find(key, "99213", modifiers, "11", day).allowed_cents(1000, 30000)

    assert allowed(date(2025, 1, 1)) == 10000
    assert allowed(date(2025, 6, 30), "25") == 12000
    assert allowed(date(2025, 7, 1), "25") == 15000
    assert allowed(date(2025, 9, 1)) == 15000  # a draft pays nothing
    assert book.find(key, "99213", (), "11", date(2024, 12, 31)) is None
    assert book.find(key, "00000", (), "11", MARCH) is None


def test_what_was_read_is_not_read_again(db, django_assert_num_queries):
    key = published("core", date(2025, 1, 1), b"code,amount\n99213,100\n").price_list_id
    with django_assert_num_queries(2):
        before = prices([key], ["99213", "99214"])
    with django_assert_num_queries(1):
        assert prices([key], ["99213", "99214"]) == before
    published("core", date(2025, 2, 1), b"code,amount\n99213,200\n")
    assert [price.cents for price in prices([key], ["99213"])[key, "99213"]] == [10000, 20000]


def test_a_faulty_file_leaves_nothing(db):
    with pytest.raises(PriceFileError):
        import_price_list(code="core", effective_on=MARCH, data=b"code,amount\n99213,100\n99214,abc\n")
    assert not PriceList.objects.exists()


def test_days_weights_and_areas_come_into_the_book_and_a_plan_names_its_tables(db):
    data = b"code,per,area,percentile,amount,weight\n0120,day,,,1800,\nDRG,weight,,,6500,\n470,,,,,1.9052\nD1110,,941,80,150,\n"
    key = published("usual", date(2025, 1, 1), data).price_list_id
    assert table_keys({"usual", "other"}) == {"usual": key}
    book = PriceBook(prices([key], ["0120", "DRG", "470", "D1110"]))
    assert book.find_per(key, "0120", MARCH, "day").cents == 180000
    assert book.find_per(key, "DRG", MARCH, "weight").cents == 650000
    assert book.find_weight(key, "470", MARCH) == 19052
    assert book.find_percentile(key, "D1110", (), MARCH, "94110", 80).cents == 15000
    assert book.find_percentile(key, "D1110", (), MARCH, "10001", 80) is None
    assert book.find(key, "0120", (), "", MARCH) is None


def test_published_prices_stay_also_against_sql(db):
    version = published("core", date(2025, 1, 1), b"code,amount\n99213,100\n")
    statements = [
        "UPDATE providers_price SET amount_cents = 1",
        "DELETE FROM providers_price",
        f"INSERT INTO providers_price (version_id, code, modifier, place, per, area, percentile, weight_e4, amount_cents) VALUES ({version.pk}, 'A0001', '', '', 'unit', '', 0, 0, 1)",  # noqa: E501
        "UPDATE providers_pricelistversion SET effective_on = '2024-01-01'",
    ]
    for statement in statements:
        with pytest.raises(IntegrityError, match="is published"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert list(Price.objects.values_list("code", "amount_cents")) == [("99213", 10000)]


def test_publishing_twice_or_on_the_same_day_is_refused(db):
    version = published("core", date(2025, 1, 1), b"code,amount\n99213,100\n")
    with pytest.raises(ConflictError):
        publish_price_list(version_id=version.pk, now=NOW)
    again = import_price_list(code="core", effective_on=date(2025, 1, 1), data=b"code,amount\n99213,90\n")
    with pytest.raises(PriceListError):
        publish_price_list(version_id=again.pk, now=NOW)
    assert PriceListVersion.objects.filter(state="published").get() == version
