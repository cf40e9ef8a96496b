"""Mailing addresses: as they stand on a letter, and what is wrong with one that no letter reaches."""

import pytest

from tpa.engine.paying.address import fault_of, mailing_address, require_address
from tpa.kernel.errors import DomainError


def test_addresses_as_they_stand_on_letters():
    here = mailing_address(" 9  Elm Street ", "Suite 4", "Denver", "co", "802021234")
    assert here.lines == ("9 Elm Street", "Suite 4", "Denver CO  80202-1234")
    there = mailing_address("2 King St", "", "Toronto", "ON", "m5v3l9")
    assert there.lines == ("2 King St", "Toronto ON  M5V 3L9", "CANADA")
    far = mailing_address("Calle 5", "", "Tijuana", "BC", "22000", "Mexico")
    assert far.lines == ("Calle 5", "Tijuana BC  22000", "MEXICO")
    assert [fault_of(one) for one in (here, there, far)] == [None, None, None]
    assert mailing_address("1 a", "", "B", "CO", "80202", "USA").country == "US"
    assert here.key == mailing_address("9 ELM STREET", "SUITE 4", "DENVER", "CO", "80202-1234").key


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("", "", "Denver", "CO", "80202"), "line_1"),
        (("1 Elm", "", "", "CO", "80202"), "city"),
        (("1 Elm", "", "Denver", "ZZ", "80202"), "region"),
        (("1 Elm", "", "Denver", "CO", "8020"), "postal_code"),
        (("1 Elm", "", "Denver", "CO", "80202123"), "postal_code"),
        (("2 King St", "", "Toronto", "ON", "80202"), "postal_code"),
        (("2 King St", "", "Toronto", "CO", "M5V 3L9", "CA"), "region"),
        (("1 Elm\x07", "", "Denver", "CO", "80202"), "line_1"),
    ],
)
def test_what_no_letter_reaches_is_refused_with_the_part(parts, name):
    with pytest.raises(DomainError) as caught:
        require_address(mailing_address(*parts))
    assert caught.value.where == name
