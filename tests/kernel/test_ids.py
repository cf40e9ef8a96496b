"""A public id names one row of one employer and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id, read_public_id

employers = st.integers(0, 2**22 - 1)
keys = st.integers(0, 2**42 - 1)


@given(employers, keys)
def test_an_id_written_and_read_is_the_same(employer, key):
    text = public_id("clm", employer, key)
    assert read_public_id(text, "clm") == ("clm", employer, key)
    assert key_of(text, "clm", employer) == key


def test_ids_sort_by_age_within_an_employer():
    assert public_id("clm", 7, 9) < public_id("clm", 7, 10) < public_id("clm", 7, 32) < public_id("clm", 8, 1)


def test_another_employers_id_is_not_found():
    with pytest.raises(NotFoundError):
        key_of(public_id("clm", 7, 42), "clm", 8)


@pytest.mark.parametrize(
    "text", ["", "clm_", "inv_0000000000001", "clm_000000000000U", "clm_00000000000001", "clm_ZZZZZZZZZZZZZ", "42"]
)
def test_what_is_no_id_of_the_kind_is_not_found(text):
    with pytest.raises(NotFoundError):
        read_public_id(text, "clm")


@pytest.mark.parametrize(("employer", "key"), [(-1, 1), (2**22, 1), (1, -1), (1, 2**42)])
def test_numbers_that_do_not_fit_are_refused(employer, key):
    with pytest.raises(ValueError, match="range"):
        public_id("clm", employer, key)
