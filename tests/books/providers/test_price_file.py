import pytest

from tpa.books.providers.errors import PriceFileError
from tpa.books.providers.price_file import PriceRow, read_prices


def test_amounts_and_percentages_are_read():
    head = b"\xef\xbb\xbfcode,modifier,place,amount,percent_of_charge\n"
    data = head + b"99213,,,125.00,\n99213,25,11,80.5,\n0450,,,,62.5\n\n"
    assert read_prices(data) == [
        PriceRow("99213", "", "", "unit", "", 0, 12500, None, 0),
        PriceRow("99213", "25", "11", "unit", "", 0, 8050, None, 0),
        PriceRow("0450", "", "", "unit", "", 0, None, 6250, 0),
    ]


def test_columns_may_stand_in_any_order_and_be_left_out():
    assert read_prices(b"amount,code\n10,a1234\n") == [PriceRow("A1234", "", "", "unit", "", 0, 1000, None, 0)]


def test_days_cases_weights_areas_and_percentiles():
    data = b"code,per,area,percentile,amount,weight\n0120,day,,,1800,\nDRG,weight,,,6500,\n470,,,,,1.9052\nD1110,,941,80,150,\n"
    assert read_prices(data) == [
        PriceRow("0120", "", "", "day", "", 0, 180000, None, 0),
        PriceRow("DRG", "", "", "weight", "", 0, 650000, None, 0),
        PriceRow("470", "", "", "unit", "", 0, None, None, 19052),
        PriceRow("D1110", "", "", "unit", "941", 80, 15000, None, 0),
    ]


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (b"code,amount\n99213,12.345\n", "row 2", "'12.345' is not an amount of money."),
        (b"code,amount\n99213,12x\n", "row 2", "'12x' is not an amount of money."),
        (b"code,amount\n99213,-1\n", "row 2", "A price is not negative."),
        (b"code,amount\n99213,\n", "row 2", "A row has either an amount, a percentage or a weight."),
        (
            b"code,amount,percent_of_charge\n99213,1,1\n",
            "row 2",
            "A row has either an amount, a percentage or a weight.",
        ),
        (b"code,amount\n99213,1\n99213,2\n", "row 3", "99213 stands twice for the same modifier, place and kind."),
        (b"code,amount\n99213\n", "row 2", "1 cells under 2 columns."),
        (b"code,amount\n=1+1,5\n", "row 2", "Code, modifier or place has a wrong form."),
        (b"code,price\n99213,5\n", "row 1", "The header does not name these columns."),
        (b"code,amount\n" + b"9" * 5_000_000 + b",5\n", "row 1", None),
        (b"code,amount\n", "", "The file holds no price."),
        (b"code,weight\n470,1.23456\n", "row 2", "A weight is a number with at most four decimals."),
        (
            b"code,amount,per\n0120,5,night\n",
            "row 2",
            "What the price is for, its area or percentile has a wrong form.",
        ),
        (b"code,amount,area\nD1110,5,94\n", "row 2", "What the price is for, its area or percentile has a wrong form."),
        (
            b"code,percent_of_charge,per\n0120,5,day\n",
            "row 2",
            "A row per day, case or weight, or of a percentile, is an amount.",
        ),
        (b"", "row 1", "The header does not name these columns."),
        (b"code,amount\n\xff,5\n", "byte 12", "The file is not UTF-8."),
    ],
)
def test_a_fault_is_refused_with_its_row(data, where, message):
    with pytest.raises(PriceFileError) as refused:
        read_prices(data)
    if message is not None:
        assert (refused.value.where, refused.value.message) == (where, message)
