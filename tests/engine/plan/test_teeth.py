"""Teeth, quadrants, arches and surfaces."""

import pytest

from tpa.engine.plan.teeth import (
    PERMANENT,
    PRIMARY,
    SETS,
    Site,
    is_within,
    known_tooth,
    quadrant_of,
    sites_of,
    teeth_of,
)


@pytest.mark.parametrize(
    ("tooth", "quadrant"),
    [
        *[("1", "10"), ("8", "10"), ("9", "20"), ("16", "20"), ("17", "30"), ("24", "30"), ("25", "40"), ("32", "40")],
        *[("A", "10"), ("E", "10"), ("F", "20"), ("J", "20"), ("K", "30"), ("O", "30"), ("P", "40"), ("T", "40")],
        *[("51", "10"), ("82", "40"), ("TS", "40"), ("33", ""), ("", "")],
    ],
)
def test_a_tooth_stands_in_its_quadrant(tooth, quadrant):
    assert quadrant_of(tooth) == quadrant


def test_teeth_are_written_in_one_way():
    assert [known_tooth(text) for text in ("03", "c", " 14 ", "0", "99")] == ["3", "C", "14", "", ""]


@pytest.mark.parametrize(
    ("site", "tooth", "area", "surfaces", "places"),
    [
        (Site.TOOTH, "3", "", "", ("3",)),
        (Site.TOOTH, "", "10", "", ()),
        (Site.SURFACE, "8", "", "IFM", ("8-O", "8-B", "8-M")),
        (Site.SURFACE, "3", "", "MM", ("3-M",)),
        (Site.QUADRANT, "3", "", "", ("10",)),
        (Site.QUADRANT, "", "30", "", ("30",)),
        (Site.QUADRANT, "", "01", "", ()),
        (Site.ARCH, "20", "", "", ("02",)),
        (Site.ARCH, "", "20", "", ("01",)),
        (Site.ARCH, "", "02", "", ("02",)),
        (Site.ARCH, "", "00", "", ()),
    ],
)
def test_a_service_was_done_at_places(site, tooth, area, surfaces, places):
    assert sites_of(site, tooth, area, surfaces) == places


def test_an_area_holds_its_teeth():
    assert is_within("3", "10") and is_within("3", "01") and is_within("3", "00") and is_within("3", "")
    assert not is_within("3", "02") and not is_within("3", "20")


def test_groups_of_teeth_do_not_overlap_and_leave_none_out():
    for whole in (PERMANENT, PRIMARY):
        assert whole <= SETS["anterior"] | SETS["molars"] | SETS["premolars"]
    assert SETS["anterior"].isdisjoint(SETS["posterior"])
    assert SETS["premolars"] == teeth_of(["4-5", "12-13", "20-21", "28-29"])
    assert SETS["first_and_second_molars"] == teeth_of(["2-3", "14-15", "18-19", "30-31"])


@pytest.mark.parametrize("word", ["0", "33", "5-2", "A-9", "incisors", "A-Z"])
def test_what_is_no_tooth_is_refused(word):
    with pytest.raises(ValueError, match=word):
        teeth_of([word])
