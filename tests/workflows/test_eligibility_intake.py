"""An enrolment file at the door: kept as it came, read once, answered, staged or refused."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from tenants.scope import employer_scope
from tests.workflows.eligibility_files import covered, file_834, file_csv, member
from tpa.books.edi import selectors as edi
from tpa.books.edi.errors import EmptyFile
from tpa.books.edi.models import InboundFile
from tpa.books.members.errors import LoadStateError
from tpa.books.members.models import Load, Member
from tpa.books.plans.models import Plan
from tpa.infra.clock import clock_at
from tpa.workflows import eligibility_load as loads
from tpa.workflows import eligibility_load_intake as intake
from tpa.workflows.sweep import sweep_claims

NOW = datetime(2025, 1, 10, 12, tzinfo=UTC)
DATA = file_834(member("S1", "ADA", "19800501", covered()))


@pytest.fixture(autouse=True)
def _noon(in_employer):
    Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=NOW)
    with clock_at(NOW):
        yield


def receive(data, name="january.834"):
    return intake.receive_enrolment_file(content=io.BytesIO(data), name=name, received_by="hris")


def read(data):
    return intake.read_enrolment_file(file_id=receive(data).file.pk)


def answers(file):
    return [(one.kind, bytes(one.content)) for one in edi.acknowledgements(file.pk)]


def test_an_834_is_kept_answered_and_staged():
    file = read(DATA)
    load = Load.objects.get()
    assert (file.kind, file.state, file.counts) == (
        "834",
        "done",
        {"rows": 1, "errors": 0, "warnings": 0, "load": load.pk},
    )
    with edi.content(file) as stream:
        assert stream.read() == DATA
    assert (load.file_id, load.name, load.received_at, load.received_by) == (file.pk, "january.834", NOW, "hris")
    ((kind, answer),) = answers(file)
    assert kind == "999"
    assert b"IK5*A~" in answer.replace(b"\n", b"")
    assert not Member.objects.exists()
    loads.apply_load(load_id=load.pk, by="ana", at=NOW)
    assert Member.objects.get().member_number == "S1"


def test_an_834_for_test_is_answered_and_shown_and_never_applied():
    file = read(DATA.replace(b"*0*P*:", b"*0*T*:"))
    load = Load.objects.get()
    assert (file.state, file.is_test, load.state, load.preview["members_added"]) == ("done", True, "tested", 1)
    ((kind, answer),) = answers(file)
    assert (kind, b"*0*T*:" in answer) == ("999", True)
    for act in (loads.apply_load, loads.undo_load):
        with pytest.raises(LoadStateError, match="of a test file, which is never applied"):
            act(load_id=load.pk, by="ana", at=NOW)
    assert not Member.objects.exists()
    mixed = read(DATA.replace(b"*0*P*:", b"*0*T*:") + DATA.replace(b"000000001", b"000000002"))
    assert (mixed.state, mixed.issues[0]["code"], Load.objects.count()) == ("refused", "enrolment_834", 1)
    assert (
        loads.apply_load(load_id=Load.objects.get(pk=read(DATA).counts["load"]).pk, by="ana", at=NOW).state == "applied"
    )


def test_the_same_file_again_is_the_first_one_and_is_read_once():
    first = receive(DATA)
    again = receive(DATA, name="copy.834")
    assert (first.is_new, again.is_new, again.file.pk) == (True, False, first.file.pk)
    for _ in range(3):
        intake.read_enrolment_file(file_id=first.file.pk)
    assert Load.objects.count() == 1
    assert len(answers(first.file)) == 1


def test_a_refused_834_tells_where_and_is_answered_so():
    file = read(DATA.replace(b"20250101", b"20250230"))
    assert file.state == "refused"
    assert [(one["code"], one["where"]) for one in file.issues] == [("date_invalid", "segment 13 (DTP03), byte 384")]
    assert b"IK5*R" in answers(file)[0][1]
    assert not Load.objects.exists()


def test_a_csv_is_staged_without_an_answer():
    file = read(
        file_csv(
            ("S1", "self", "Ada", "1980-05-01", "medical", "PPO", "EE", "2025-01-01"),
            ("S2", "boss", "Bo", "1980-05-01"),
        )
    )
    assert (file.kind, file.state, file.counts["rows"], file.counts["errors"]) == ("csv", "done", 2, 1)
    assert [(one["code"], one["where"]) for one in file.issues] == [("relationship_unknown", "row 3")]
    assert answers(file) == []
    load = Load.objects.get()
    assert (load.scope, loads.preview_load(load_id=load.pk, scope="full").scope) == ("change", "full")


def test_what_is_no_enrolment_is_kept_and_refused():
    file = read(b"\x00\x01 not a file")
    assert (file.state, file.issues[0]["code"]) == ("refused", "csv_unreadable")
    with pytest.raises(EmptyFile):
        receive(b"")


def test_another_employer_does_not_see_the_file(other_employer):
    file = receive(DATA).file
    with employer_scope(other_employer):
        assert not InboundFile.objects.filter(pk=file.pk).exists()
        assert receive(DATA).is_new is True


def test_a_file_whose_message_was_lost_is_found_and_read(in_employer, monkeypatch):
    woken = []
    monkeypatch.setattr("tpa.workflows.sweep.wake", lambda task, **told: woken.append((task, told)))
    file = receive(DATA).file
    sweep_claims()
    assert woken == []
    with clock_at(NOW + timedelta(minutes=2)):
        sweep_claims()
    assert woken == [("read_enrolment_file", {"employer_id": in_employer.pk, "file_id": file.pk})]
