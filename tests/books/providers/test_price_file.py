import pytest

from tpa.books.providers.errors import PriceFileError
from tpa.books.providers.price_file import PriceRow, read_prices


def test_amounts_and_percentages_are_read():
    head = b"\xef\xbb\xbfcode,modifier,place,amount,percent_of_charge\n"
    data = head + b"99213,,,125.00,\n99213,25,11,80.5,\n0450,,,,62.5\n\n"
    assert read_prices(data) == [
        PriceRow("99213", "", "", 12500, None),
        PriceRow("99213", "25", "11", 8050, None),
        PriceRow("0450", "", "", None, 6250),
    ]


def test_columns_may_stand_in_any_order_and_be_left_out():
    assert read_prices(b"amount,code\n10,a1234\n") == [PriceRow("A1234", "", "", 1000, None)]


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (b"code,amount\n99213,12.345\n", "row 2", "'12.345' is not an amount of money."),
        (b"code,amount\n99213,12x\n", "row 2", "'12x' is not an amount of money."),
        (b"code,amount\n99213,-1\n", "row 2", "A price is not negative."),
        (b"code,amount\n99213,\n", "row 2", "A row has either an amount or a percentage."),
        (b"code,amount,percent_of_charge\n99213,1,1\n", "row 2", "A row has either an amount or a percentage."),
        (b"code,amount\n99213,1\n99213,2\n", "row 3", "99213 stands twice with the same modifier and place."),
        (b"code,amount\n99213\n", "row 2", "1 cells under 2 columns."),
        (b"code,amount\n=1+1,5\n", "row 2", "Code, modifier or place has a wrong form."),
        (b"code,price\n99213,5\n", "row 1", "The header does not name these columns."),
        (b"code,amount\n" + b"9" * 5_000_000 + b",5\n", "row 1", None),
        (b"code,amount\n", "", "The file holds no price."),
        (b"", "row 1", "The header does not name these columns."),
        (b"code,amount\n\xff,5\n", "byte 12", "The file is not UTF-8."),
    ],
)
def test_a_fault_is_refused_with_its_row(data, where, message):
    with pytest.raises(PriceFileError) as refused:
        read_prices(data)
    if message is not None:
        assert (refused.value.where, refused.value.message) == (where, message)
