"""A group number belongs to one employer: at set-up, in enrolment files, in the index that routes claims."""

import io

import pytest

from tenants.scope import desk_scope, employer_scope
from tests.web.api.book import NOW, key_for
from tests.web.operator.desk import desk_as
from tests.workflows.eligibility_files import covered, file_834, file_csv, member
from tests.workflows.test_claim_intake import claim_of, file_of, taken_in
from tpa.books.agreements.errors import GroupTakenError, TermsError
from tpa.books.agreements.models import GroupNumber
from tpa.books.edi.models import IntakeItem
from tpa.books.members.models import Load, LoadRow, Member
from tpa.books.plans.models import Plan
from tpa.infra.clock import clock_at
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.workflows.eligibility_load import apply_load, enrol, preview_load, stage_file
from tpa.workflows.eligibility_load_intake import read_enrolment_file, receive_enrolment_file
from tpa.workflows.group_numbers import (
    GroupInUseError,
    GroupMissingError,
    GroupOfAnotherError,
    add_group_number,
    remove_group_number,
)

ROW = ("S1", "self", "ADA", "1980-05-17", "medical", "PPO", "EE", "2025-01-01")
CSV = file_csv(ROW)


@pytest.fixture
def plans(employer, other_employer):
    """A plan each, so that files can be loaded; acme has G1 and GRP, umbra G2."""
    for one in (employer, other_employer):
        with employer_scope(one):
            Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=NOW)


def loaded(employer, data):
    with employer_scope(employer), clock_at(NOW):
        load = stage_file(data=data, received_at=NOW, received_by="hris")
        return apply_load(load_id=load.pk, by="hris", at=NOW)


def refused(employer, data):
    """Code and place of the refusal; nothing is staged."""
    with employer_scope(employer), clock_at(NOW):
        with pytest.raises((GroupOfAnotherError, GroupMissingError)) as refusal:
            stage_file(data=data, received_at=NOW, received_by="hris")
        assert not Load.objects.exists()
        assert not LoadRow.objects.exists()
    return refusal.value.code, refusal.value.where


# Set-up


def test_a_number_is_one_employers_however_it_is_written(employer, other_employer):
    add_group_number(employer_id=employer.pk, number=" 00-4711 a ")
    for taken in ("004711A", "00 4711-a"):
        with pytest.raises(GroupTakenError):
            add_group_number(employer_id=other_employer.pk, number=taken)
    with desk_scope():
        assert list(GroupNumber.objects.filter(employer=employer).values_list("number", flat=True)) == [
            "00-4711 a",
            "G1",
            "GRP",
        ]


@pytest.mark.parametrize("number", ["", " - ", "x" * 51, "A\x00B"])
def test_a_text_that_is_no_number_is_refused(employer, number):
    with pytest.raises(TermsError):
        add_group_number(employer_id=employer.pk, number=number)


def test_a_number_that_nobody_is_enrolled_under_may_go_to_another_employer(employer, other_employer, plans):
    loaded(employer, CSV)
    with pytest.raises(GroupInUseError):
        remove_group_number(employer_id=employer.pk, number="g-1")
    with pytest.raises(NotFoundError):
        remove_group_number(employer_id=other_employer.pk, number="GRP")
    remove_group_number(employer_id=employer.pk, number="GRP")
    assert add_group_number(employer_id=other_employer.pk, number="GRP").employer_id == other_employer.pk


# Enrolment files


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (CSV, "row 2"),
        (file_csv(ROW).replace(b"S1,G1", b"S1,g-1"), "row 2"),
        (file_834(member("S1", "ADA", "19800517", covered())), "segment 7, byte 267"),
    ],
    ids=["csv", "written otherwise", "834"],
)
def test_a_file_that_names_another_employers_number_is_refused(other_employer, plans, data, where):
    assert refused(other_employer, data) == ("group_of_another_employer", where)


def test_one_row_with_another_employers_number_is_enough(employer, plans):
    data = file_csv(ROW, ("S2", *ROW[1:])).replace(b"S2,G1", b"S2,G2")
    assert refused(employer, data) == ("group_of_another_employer", "row 3")


@pytest.mark.parametrize("named", [b"S1,,", b"S1,G9,"], ids=["none", "nobody's"])
def test_a_file_that_names_none_of_its_own_is_refused(employer, plans, named):
    assert refused(employer, CSV.replace(b"S1,G1,", named)) == ("group_missing", "row 2")


def test_an_834_may_name_its_group_once_for_all_or_with_a_coverage(employer, other_employer, plans):
    silent = (
        file_834(member("S1", "ADA", "19800517", covered())).replace(b"REF*1L*G1~\n", b"").replace(b"SE*12", b"SE*11")
    )
    assert refused(employer, silent)[0] == "group_missing"
    once = silent.replace(b"N1*P5", b"REF*38*G1~\nN1*P5").replace(b"SE*11", b"SE*12")
    with_coverage = silent.replace(b"DTP*348", b"REF*1L*G1~\nDTP*348").replace(b"SE*11", b"SE*12")
    for data in (once, with_coverage):
        assert refused(other_employer, data) == (
            "group_of_another_employer",
            "segment 8, byte 278" if data is once else "segment 7, byte 267",
        )
    assert loaded(employer, once).preview["members_added"] == 1
    with employer_scope(employer):
        assert Member.objects.get().group_number == "G1"


def test_an_employer_without_numbers_takes_files_without_numbers(employer, plans):
    with desk_scope():
        GroupNumber.objects.filter(employer=employer).delete()
    assert refused(employer, CSV) == ("group_missing", "row 2")
    assert loaded(employer, CSV.replace(b"S1,G1,", b"S1,,")).preview["members_added"] == 1


def test_a_row_with_a_number_that_nobody_has_is_in_error_until_it_is_entered(employer, plans):
    with employer_scope(employer), clock_at(NOW):
        data = file_csv(ROW, ("S2", *ROW[1:])).replace(b"S2,G1", b"S2,G7")
        load = stage_file(data=data, received_at=NOW, received_by="hris")
        assert load.preview["codes"] == {"group_unknown": 1}
        assert load.preview["problems"][0]["where"] == "row 3"
        add_group_number(employer_id=employer.pk, number="G7")
        assert preview_load(load_id=load.pk).preview["codes"] == {}


def test_a_person_entered_by_hand_is_not_put_under_another_employers_number(employer, plans):
    entry = dict(zip(("subscriber_number", "relationship", "first_name", "birth_on"), ROW, strict=False))
    told = {**entry, "last_name": "LIND", "line": "medical", "plan": "PPO", "starts_on": "2025-01-01"}
    with employer_scope(employer), clock_at(NOW):
        with pytest.raises(GroupOfAnotherError):
            enrol(entries=[{**told, "group_number": "G2"}], by="hr", at=NOW)
        assert not Member.objects.exists()
        enrol(entries=[told], by="hr", at=NOW)
        assert Member.objects.get().group_number == ""


def test_the_file_of_another_employer_is_kept_refused_and_says_why(other_employer, plans):
    with employer_scope(other_employer), clock_at(NOW):
        received = receive_enrolment_file(content=io.BytesIO(CSV), name="a.csv")
        file = read_enrolment_file(file_id=received.file.pk)
    assert (file.state, [(one["code"], one["where"]) for one in file.issues]) == (
        "refused",
        [("group_of_another_employer", "row 2")],
    )


# Claims


def routed(group, number="S1"):
    """Counts of a claims file with one claim that states this group number."""
    counts = taken_in(file_of(claim_of(number, f"C{group}", group=group))).counts
    return counts["registered"], counts["queued"]


def test_a_claim_finds_a_member_under_the_employers_number_alone(employer, plans):
    loaded(employer, CSV)
    assert (routed("G1"), routed(""), routed("GRP"), routed("G2")) == ((1, 0), (1, 0), (0, 1), (0, 1))


def test_somebody_without_a_number_is_found_under_each_of_the_employers(employer, plans):
    header, cells = (line.split(",") for line in CSV.decode().split("\n"))
    with employer_scope(employer), clock_at(NOW):
        enrol(entries=[{**dict(zip(header, cells, strict=True)), "group_number": ""}], by="hr", at=NOW)
    assert (routed("G1"), routed("GRP"), routed("G8")) == ((1, 0), (1, 0), (0, 1))
    add_group_number(employer_id=employer.pk, number="G-8")
    assert routed("g8 ") == (1, 0)
    remove_group_number(employer_id=employer.pk, number="G8")
    assert routed("G-8") == (0, 1)


def test_members_of_one_number_under_two_employers_are_two_matches_unless_the_group_tells_them_apart(
    employer, other_employer, plans
):
    loaded(employer, CSV)
    loaded(other_employer, CSV.replace(b"S1,G1", b"S1,G2"))
    assert (routed("G1"), routed("G2")) == ((1, 0), (1, 0))
    assert routed("") == (0, 1)
    assert IntakeItem.objects.get().reason == "several"


# Doors


def test_numbers_are_given_and_taken_away_over_rest(employer, other_employer, desk_client):
    key = key_for(None)
    named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), **key}
    send = {"content_type": "application/json", **named}
    answer = desk_client.post("/api/v1/group-numbers/", {"number": "77-A"}, **send)
    assert (answer.status_code, answer.json()["number"]) == (201, "77-A")
    taken = desk_client.post("/api/v1/group-numbers/", {"number": "g2"}, **send)
    assert (taken.status_code, taken.json()["code"]) == (409, "group_number_taken")
    listed = desk_client.get("/api/v1/group-numbers/", **named).json()["data"]
    assert sorted(one["number"] for one in listed) == ["77-A", "G1", "GRP"]
    assert desk_client.delete("/api/v1/group-numbers/77A/", **named).status_code == 204
    assert desk_client.delete("/api/v1/group-numbers/77A/", **named).status_code == 404


def test_numbers_are_given_at_the_desk(employer):
    browser = desk_as("tpa_admin")
    browser.post("/admin/agreements/groupnumber/add/", {"employer": employer.pk, "number": "77-A"})
    added = GroupNumber.objects.get(plain="77A")
    asked = f"/admin/agreements/groupnumber/{added.pk}/remove/"
    assert browser.get(asked).status_code == 200
    assert GroupNumber.objects.filter(plain="77A").exists()
    browser.post(asked, {"reason": "entered twice"})
    assert not GroupNumber.objects.filter(plain="77A").exists()
    taken = browser.post("/admin/agreements/groupnumber/add/", {"employer": employer.pk, "number": "G2"})
    assert "Group number G2 is taken." in taken.content.decode()
