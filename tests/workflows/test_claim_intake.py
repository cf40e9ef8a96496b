"""An 837 from its bytes to claims in the right books, answered, once."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from tenants import directory
from tenants import services as tenant_services
from tenants.scope import employer_scope
from tests.workflows.claim_stories import BORN, NPI, TAX_ID, enrol, open_book, open_clinic, publish_ppo
from tests.x12.samples import (
    CLINIC,
    ENVELOPE,
    FAMILY_POLICY,
    KIM,
    POLICY,
    RECEIVER,
    SAM,
    SUBMITTER,
    dental,
    institutional,
    line,
    professional,
)  # fmt: skip
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Claim, ClaimLine, Decision, Work
from tpa.books.edi import selectors as edi
from tpa.books.edi import services as edi_services
from tpa.books.edi.errors import EmptyFile, ItemResolved
from tpa.books.edi.models import Acknowledgement, InboundFile, IntakeItem, MemberKey
from tpa.books.members.models import Member
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.workflows import claim_intake, claim_routing, tasks
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.claim_intake import read_claims_file, receive_claims_file
from tpa.workflows.claim_intake_forms import IncomingClaim, Patient, from_837
from tpa.workflows.claim_patients import Incoming, find_patients
from tpa.workflows.claim_routing import assign_item, discard_item
from tpa.workflows.proof import Proof, verify_books
from tpa.workflows.sweep import sweep_claims
from tpa.x12.claims import Reference
from tpa.x12.writers.claim_837 import write_837

ELM = CLINIC._replace(id=NPI, references=(Reference("EI", TAX_ID),))


@pytest.fixture
def homes(employer):
    return open_book(employer, count=2)


@pytest.fixture
def other_homes(homes, other_employer):
    open_clinic(other_employer)
    with employer_scope(other_employer):
        return enrol(other_employer, publish_ppo(), count=1, first=900)


def claim_of(number, control, *, birth_on=BORN, first_name="ADA", group="GRP", **changes):
    """A visit of the subscriber with this number."""
    who = SAM._replace(party=SAM.party._replace(name="LIND", first_name=first_name, id=number), birth_on=birth_on)
    policy = POLICY._replace(person=who, group_number=group)
    return professional(control, line(1, 20_000), billing=ELM, subscriber=policy, **changes)


def file_of(*came):
    return b"".join(write_837(came, ENVELOPE, submitter=SUBMITTER, receiver=RECEIVER, reference="R1"))


def taken_in(content, name="claims.837"):
    received = receive_claims_file(content=io.BytesIO(content), name=name)
    return read_claims_file(file_id=received.file.pk)


def answer(file, kind):
    (found,) = edi.acknowledgements(file.pk).filter(kind=kind)
    return bytes(found.content).decode()


def test_each_claim_goes_to_the_employer_whose_member_it_is_about(employer, other_employer, homes, other_homes):
    content = file_of(claim_of(homes[0].number, "A1"), claim_of(other_homes[0].number, "B1"), claim_of("NOBODY", "C1"))
    file = taken_in(content)
    assert (file.state, file.counts) == ("done", {"claims": 3, "registered": 2, "queued": 1, "refused": 0})
    assert (file.sender_id, file.control_number) == ("CLEARHOUSE", "000000017")
    assert edi.content(file).read() == content
    for owner, home, control in ((employer, homes[0], "A1"), (other_employer, other_homes[0], "B1")):
        with employer_scope(owner):
            claim = Claim.objects.get()
            assert (claim.patient_control_number, claim.member_id) == (control, home.member_ids[0])
            assert (claim.family_id, claim.charge_cents, claim.diagnoses) == (home.family_id, 20_000, ["J069", "R05"])
            assert ClaimLine.objects.values_list("procedure", "modifiers", "diagnoses", "place").get() == (
                "99213",
                ["25"],
                ["J069"],
                "11",
            )
        assert f"REF*1K*{public_id('clm', owner.pk, claim.pk)}" in answer(file, "277CA")
    item = IntakeItem.objects.get()
    # The subscribers of the group are all called Ada Lind and born that day: the queue names whom it may be about.
    assert (item.reason, item.state) == ("number", "open")
    assert [who[2] for who in item.candidates] == [home.member_ids[0] for home in homes]
    assert "AK9*A*1*1*1" in answer(file, "999")
    assert not edi.acknowledgements(file.pk).filter(kind="TA1").exists()


def test_a_file_for_test_is_read_and_answered_and_books_nothing(employer, homes):
    came = claim_of(homes[0].number, "A1"), claim_of("NOBODY", "B1"), claim_of(homes[0].number, "C1", charge_cents=1)
    test = file_of(*came).replace(b"*0*P*:~", b"*0*T*:~")
    file = taken_in(test)
    counts = {"claims": 3, "registered": 0, "queued": 0, "refused": 1, "tested": 2, "tested_without_member": 1}
    assert (file.state, file.is_test, file.counts) == ("done", True, counts)
    assert not IntakeItem.objects.exists()
    with employer_scope(employer):
        assert not Claim.objects.exists()
    # The answers are those of any file, but for our numbers, and are for test themselves.
    for kind, said in (("999", "AK9*A*1*1*1~"), ("277CA", "STC*A2>20*")):
        told = answer(file, kind).replace(":", ">").replace("\n", "")
        assert said in told
        assert "*T*>~" in told
        assert "REF*1K" not in told
    assert [one["code"] for one in file.issues] == ["charge_total"]
    # The same for production, and one file that holds both.
    assert taken_in(file_of(*came)).counts == {"claims": 3, "registered": 1, "queued": 1, "refused": 1}
    both = taken_in(
        test.replace(b"R1", b"R2") + file_of(claim_of(homes[0].number, "D1")).replace(b"000000017", b"000000018")
    )
    assert (both.counts["registered"], both.counts["tested"]) == (1, 2)


def test_the_claims_of_a_file_are_decided(employer, homes):
    taken_in(file_of(claim_of(homes[0].number, "A1")))
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
    with employer_scope(employer):
        assert claims.standings([Claim.objects.get().pk])[Claim.objects.get().pk].decision.paid_cents == 11_500


def test_the_same_file_twice_makes_no_second_claim(employer, homes):
    content = file_of(claim_of(homes[0].number, "A1"))
    first = taken_in(content)
    again = receive_claims_file(content=io.BytesIO(content), name="renamed.837")
    assert (again.is_new, again.file.pk) == (False, first.pk)
    read_claims_file(file_id=first.pk)
    assert InboundFile.objects.count() == 1
    assert Acknowledgement.objects.count() == 2
    with employer_scope(employer):
        assert (Claim.objects.count(), Work.objects.count()) == (1, 1)


class KilledError(BaseException):
    """As if the process had gone."""


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (claim_routing.keys, "candidates"),
        (claim_routing.claims, "register_claims"),
        (claim_routing.edi, "queue_items"),
        (claim_intake.edi, "note_progress"),
        (claim_intake.edi, "keep_answer"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_reader_killed_after_any_step_is_followed_by_another(employer, homes, monkeypatch, module, step):
    monkeypatch.setattr(claim_intake, "BATCH", 2)
    content = file_of(*(claim_of(homes[n % 2].number if n != 3 else "NOBODY", f"A{n}") for n in range(5)))
    file = receive_claims_file(content=io.BytesIO(content), name="killed.837").file
    own, calls = getattr(module, step), []

    def killed_at_the_second(*args, **kwargs):
        result = own(*args, **kwargs)
        calls.append(step)
        if len(calls) == 2 or step == "keep_answer":
            raise KilledError
        return result

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(module, step, killed_at_the_second)
        read_claims_file(file_id=file.pk)
    file = read_claims_file(file_id=file.pk)
    assert (file.state, file.counts) == ("done", {"claims": 5, "registered": 4, "queued": 1, "refused": 0})
    assert sorted(edi.acknowledgements(file.pk).values_list("kind", "n")) == [("277CA", 1), ("999", 1)]
    assert answer(file, "277CA").count("REF*1K*") == 4
    assert IntakeItem.objects.count() == 1
    with employer_scope(employer):
        assert sorted(Claim.objects.values_list("patient_control_number", flat=True)) == ["A0", "A1", "A2", "A4"]
        assert Work.objects.count() == 4


def test_a_dependent_is_found_under_the_subscribers_number_by_birth_date(employer, homes):
    with employer_scope(employer):
        spouse = Member.objects.get(pk=homes[0].member_ids[1])
        Member.objects.filter(pk=spouse.pk).update(birth_on=KIM.birth_on)
        edi_services.index_members(employer.pk, [("GRP", homes[0].number, KIM.birth_on, spouse.pk, spouse.family_id)])
    subscriber = SAM._replace(party=SAM.party._replace(id=homes[0].number), birth_on=BORN)
    policy = FAMILY_POLICY._replace(person=subscriber, group_number="grp ")
    taken_in(file_of(professional("A1", billing=ELM, subscriber=policy, patient=KIM, patient_relationship="19")))
    with employer_scope(employer):
        assert Claim.objects.get().member_id == spouse.pk


def test_twins_are_told_apart_by_the_first_name_and_without_one_wait_in_the_queue(employer, homes):
    # In these books subscriber and spouse have one birth date, and Ada and Bo are both found under the family's number.
    file = taken_in(
        file_of(
            claim_of(homes[0].number, "A1", first_name="BO"),
            claim_of(homes[0].number, "A2", first_name="ADA"),
            claim_of(homes[0].number, "A3", first_name="EVE"),
        )
    )
    assert file.counts == {"claims": 3, "registered": 2, "queued": 1, "refused": 0}
    with employer_scope(employer):
        found = dict(Claim.objects.values_list("patient_control_number", "member_id"))
    assert found == {"A1": homes[0].member_ids[1], "A2": homes[0].member_ids[0]}
    item = IntakeItem.objects.get()
    assert (item.reason, item.employer_id) == ("several", employer.pk)
    assert [who[2] for who in item.candidates] == homes[0].member_ids


def test_a_claim_goes_to_whom_it_is_about_or_waits_and_says_why(employer, in_employer):
    home = open_book(employer, people=3)[0]
    cy = Member.objects.get(pk=home.member_ids[2])
    Member.objects.filter(pk=cy.pk).update(first_name="Cyr")
    entries = [
        ("GRP", number, cy.birth_on, cy.pk, cy.family_id, "Cyr", "F") for number in (home.number, cy.member_number)
    ]
    edi_services.index_members(employer.pk, entries)
    same = Patient("GRP", home.number, cy.birth_on, "LIND", "CYR")
    told = [
        (same, ""),
        (same._replace(first_name="CYRUS"), ""),  # It begins so, and nothing else is said.
        (same._replace(first_name="CYRUS", sex="M"), "name"),
        (same._replace(sex="M"), ""),  # The same name: the sex was mistyped.
        (same._replace(first_name="EVE"), "name"),  # A twin who is not enrolled.
        (same._replace(first_name=""), ""),
        (same._replace(first_name="", sex="M"), "name"),
        (same._replace(member_number="GONE", sex="F"), ""),  # Name, birth date and sex are one member's.
        (same._replace(member_number="GONE", sex="F", relationship="spouse"), "number"),
        (same._replace(member_number="GONE"), "number"),
        (same._replace(member_number="GONE", first_name="EVE", sex="F"), "none"),
        (same._replace(birth_on=date(2010, 1, 2)), "birth"),
        (same._replace(birth_on=date(2010, 1, 2), first_name="EVE"), "none"),
        (same._replace(group_number="OTHER", member_number="GONE", sex="F"), "none"),
    ]
    placed = find_patients([Incoming(str(n), IncomingClaim(patient, None)) for n, (patient, _) in enumerate(told)])
    assert [one.reason for one in placed] == [reason for _, reason in told]
    assert all([who.member_id for who in one.candidates] == [cy.pk] for one in placed if one.reason != "none")


def test_a_claim_without_a_group_number_is_found_by_the_number_alone_and_with_a_wrong_one_it_is_not(employer, homes):
    file = taken_in(file_of(claim_of(homes[0].number, "A1", group=""), claim_of(homes[0].number, "A2", group="OTHER")))
    assert file.counts == {"claims": 2, "registered": 1, "queued": 1, "refused": 0}


def test_a_number_that_two_employers_know_waits_for_a_person(employer, other_employer, homes, other_homes):
    with employer_scope(other_employer):
        member_id = other_homes[0].member_ids[0]
        entry = ("OTHER", homes[0].number, BORN, member_id, other_homes[0].family_id)
        edi_services.index_members(other_employer.pk, [entry])
    taken_in(file_of(claim_of(homes[0].number, "A1", group="")))
    item = IntakeItem.objects.get()
    assert (item.reason, item.employer_id) == ("several", None)
    assert {who[0] for who in item.candidates} == {employer.pk, other_employer.pk}


def test_a_claim_at_fault_goes_back_and_its_neighbour_stands(employer, homes):
    wrong = claim_of(homes[0].number, "BAD")._replace(charge_cents=19_999)
    file = taken_in(file_of(wrong, claim_of(homes[0].number, "GOOD")))
    assert file.counts == {"claims": 2, "registered": 1, "queued": 0, "refused": 1}
    assert file.issues[0]["code"] == "charge_total"
    assert file.issues[0]["where"].startswith("segment ")
    assert "STC*A7:400" in answer(file, "277CA")
    with employer_scope(employer):
        assert Claim.objects.get().patient_control_number == "GOOD"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda content: content[: len(content) // 2], "segment_cut_off"),
        (lambda content: re.sub(rb"(?<![A-Z])SE[*][0-9]+", b"SE*999", content), "segment_count"),
        (lambda content: b"\x89PNG\r\n\x1a\n" + bytes(300), "isa_missing"),
        (lambda content: b"hello", "isa_missing"),
    ],
    ids=["cut", "wrong counter", "a picture", "a word"],
)
def test_a_file_at_fault_is_kept_and_refused_with_code_and_position(employer, homes, spoil, code):
    content = spoil(file_of(claim_of(homes[0].number, "A1")))
    file = taken_in(content)
    assert file.state == "refused"
    assert file.counts == {"claims": 0, "registered": 0, "queued": 0, "refused": 0}
    assert code in [one["code"] for one in file.issues]
    assert all(one["where"] for one in file.issues)
    assert edi.content(file).read() == content
    with employer_scope(employer):
        assert not Claim.objects.exists()


@pytest.mark.parametrize("day", [b"99991231", b"22000101", b"18991231"])
def test_a_claim_with_days_that_nobody_can_reckon_with_goes_back_and_its_neighbour_stands(employer, homes, day):
    content = file_of(claim_of(homes[0].number, "A1"), claim_of(homes[1].number, "A2"))
    first = content.index(b"DTP*472*D8*20260210")
    spoilt = content[:first] + content[first:].replace(b"20260210", day, 1)
    file = taken_in(spoilt)
    assert file.counts == {"claims": 2, "registered": 1, "queued": 0, "refused": 1}
    assert "STC*A7:187" in answer(file, "277CA")
    with employer_scope(employer):
        assert Claim.objects.get().patient_control_number == "A2"


def test_an_empty_file_is_refused_at_the_door(db):
    with pytest.raises(EmptyFile):
        receive_claims_file(content=io.BytesIO(b""), name="empty.837")
    assert not InboundFile.objects.exists()


def test_claims_of_a_closed_employer_wait(employer, homes):
    tenant_services.suspend_employer(employer_id=employer.pk)
    file = taken_in(file_of(claim_of(homes[0].number, "A1")))
    directory.forget()
    assert file.counts == {"claims": 1, "registered": 0, "queued": 1, "refused": 0}
    assert IntakeItem.objects.get().reason == "closed"


def test_a_person_gives_a_queued_claim_to_a_member_and_it_is_decided(employer, homes):
    taken_in(file_of(claim_of("NOBODY", "A1")))
    item = IntakeItem.objects.get()
    with pytest.raises(NotFoundError):
        assign_item(item_id=item.pk, employer_id=employer.pk, member_id=999_999, by_id=7)
    assert IntakeItem.objects.get().state == "open"
    claim_id = assign_item(item_id=item.pk, employer_id=employer.pk, member_id=homes[1].member_ids[0], by_id=7)
    with employer_scope(employer):
        claim = claims.claim(claim_id)
        assert (claim.source, claim.member_id) == ("intake", homes[1].member_ids[0])
        assert claim.received_at == item.received_at
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
    with pytest.raises(ItemResolved):
        assign_item(item_id=item.pk, employer_id=employer.pk, member_id=homes[1].member_ids[0], by_id=7)
    with pytest.raises(ItemResolved):
        discard_item(item_id=item.pk, by_id=7)


def test_a_discarded_claim_is_in_nobodys_books(employer, homes):
    taken_in(file_of(claim_of("NOBODY", "A1")))
    discard_item(item_id=IntakeItem.objects.get().pk, by_id=7)
    item = IntakeItem.objects.get()
    assert (item.state, item.resolved_by_id, item.claim_id) == ("discarded", 7, None)


def test_the_index_holds_no_number_in_clear_and_each_employer_sees_its_own_rows(employer, homes, other_homes):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, ' ') FROM edi_memberkey k")
        told = cursor.fetchone()[0]
    assert homes[0].number not in told
    assert "GRP" not in told
    with employer_scope(employer):
        assert set(MemberKey.objects.values_list("employer_id", flat=True)) == {employer.pk}


def test_the_sweep_finds_files_and_claims_whose_messages_were_lost(employer, other_employer, homes):
    file = receive_claims_file(content=io.BytesIO(file_of(claim_of(homes[0].number, "A1"))), name="lost.837").file
    assert sweep_claims() == (0, 0)
    with clock.clock_at(clock.now() + timedelta(minutes=2)):
        assert sweep_claims() == (1, 0)
    read_claims_file(file_id=file.pk)
    with clock.clock_at(clock.now() + timedelta(minutes=2)):
        assert sweep_claims() == (0, 1)
    decide_waiting(employer_id=employer.pk)
    with clock.clock_at(clock.now() + timedelta(minutes=2)):
        assert sweep_claims() == (0, 0)


def test_a_large_file_comes_back_byte_for_byte_and_can_be_moved_about_in(db):
    content = bytes(range(256)) * 12_000
    file = receive_claims_file(content=io.BytesIO(content), name="large").file
    assert file.chunks.count() == 3
    stream = edi.content(file)
    assert stream.read() == content
    assert stream.seek(2_000_000) == 2_000_000
    assert stream.read(1000) == content[2_000_000:2_001_000]
    assert stream.seek(-5, io.SEEK_END) == len(content) - 5
    assert stream.read() == content[-5:]


def test_the_command_takes_files_in_and_says_what_became_of_them(employer, homes, tmp_path, capsys):
    path = tmp_path / "march.837"
    path.write_bytes(file_of(claim_of(homes[0].number, "A1"), claim_of("NOBODY", "B1")))
    call_command("receive_claims", str(path))
    assert f"{path.stat().st_size} bytes stored" in capsys.readouterr().out
    call_command("receive_claims", str(path), "--read")
    assert "done: 2 claims, 1 queued, 0 refused, 1 registered (received before)" in capsys.readouterr().out
    decide_waiting(employer_id=employer.pk)
    call_command("prove", employer.code)
    assert f"{employer.code}: 1 decisions replayed, 0 faults" in capsys.readouterr().out


@pytest.mark.parametrize("number", [b"40000", b"0", b"-1"])
def test_a_line_number_that_no_claim_has_sends_that_claim_back_alone(employer, homes, number):
    content = file_of(claim_of(homes[0].number, "BAD"), claim_of(homes[0].number, "GOOD"))
    file = taken_in(content.replace(b"LX*1~", b"LX*" + number + b"~", 1))
    assert file.counts == {"claims": 2, "registered": 1, "queued": 0, "refused": 1}
    assert [one["code"] for one in file.issues] == ["line_number"]
    with employer_scope(employer):
        assert Claim.objects.get().patient_control_number == "GOOD"


def test_whatever_claim_waits_in_the_queue_can_be_given_to_a_member(employer, homes):
    """An interim bill of two million units, with a price below zero by a repricer that nobody should believe."""
    content = file_of(claim_of("NOBODY", "A1"))
    content = (
        content.replace(b":B:1*", b":B:3*").replace(b"*UN*1*", b"*UN*2000000*").replace(b"~SE*", b"~HCP*00*-5~SE*")
    )
    content = re.sub(rb"~SE\*(\d+)", lambda found: b"~SE*%d" % (int(found[1]) + 1), content)
    file = taken_in(content)
    assert file.counts == {"claims": 1, "registered": 0, "queued": 1, "refused": 0}, file.issues
    item = IntakeItem.objects.get()
    claim_id = assign_item(item_id=item.pk, employer_id=employer.pk, member_id=homes[0].member_ids[0], by_id=7)
    with employer_scope(employer):
        assert claims.claim(claim_id).frequency == "3"
        assert ClaimLine.objects.values_list("units_milli", "repriced_cents").get() == (2_000_000_000, None)


def test_minutes_of_anaesthesia_are_counted_in_fifteens_and_blanks_say_nothing(employer, homes):
    content = file_of(claim_of(homes[0].number, "A1"), claim_of("NOBODY", "B1")).replace(b"*UN*1*", b"*MJ*50*")
    taken_in(content.replace(b"*ELM CLINIC*", b"* *"))
    with employer_scope(employer):
        assert ClaimLine.objects.values_list("units_milli", "claim__provider_name").get() == (3_333, "")
    item = IntakeItem.objects.get()
    assert item.claim["lines"][0]["units_milli"] == 3_333
    assign_item(item_id=item.pk, employer_id=employer.pk, member_id=homes[0].member_ids[0], by_id=7)


@pytest.mark.parametrize("use", [b"RP", b"31"])
def test_what_asks_no_payment_for_its_provider_is_answered_and_not_taken_in(employer, homes, use):
    reports = file_of(claim_of(homes[0].number, "A1")).replace(b"*CH~", b"*" + use + b"~")
    file = taken_in(reports + file_of(claim_of(homes[0].number, "B1")).replace(b"000000017", b"000000018"))
    assert file.counts == {"claims": 2, "registered": 1, "queued": 0, "refused": 1}
    assert [(one["code"], one["where"]) for one in file.issues] == [("not_chargeable", "set 0001, BHT06")]
    told = [bytes(one.content).decode() for one in edi.acknowledgements(file.pk).filter(kind="277CA").order_by("n")]
    assert ["STC*A3:481" in one for one in told] == [True, False]
    with employer_scope(employer):
        assert Claim.objects.get().patient_control_number == "B1"


def test_what_a_hospital_bills_as_not_covered_is_kept_and_never_more_than_the_charge():
    came = institutional()
    for told, kept in ((None, 0), (-100, 0), (100, 100), (10**9, came.lines[0].charge_cents)):
        (first, *_) = from_837(came._replace(lines=(came.lines[0]._replace(noncovered_cents=told),))).claim.lines
        assert first.noncovered_cents == kept


def test_a_service_that_is_only_planned_needs_no_day_and_can_be_given_to_a_member(employer, homes):
    planned = tuple(one._replace(dates=()) for one in dental().lines)
    asked = claim_of(homes[0].number, "A1", kind="D")._replace(
        lines=planned, charge_cents=128_000, predetermination=True
    )
    stray = asked._replace(patient_control_number="B1", subscriber=claim_of("NOBODY", "B1").subscriber)
    file = taken_in(file_of(asked, stray))
    assert file.counts == {"claims": 2, "registered": 1, "queued": 1, "refused": 0}, file.issues
    today = clock.desk_time(file.received_at).date()
    assert answer(file, "277CA").count(f"DTP*472*D8*{today:%Y%m%d}") == 2
    item = IntakeItem.objects.get()
    assign_item(item_id=item.pk, employer_id=employer.pk, member_id=homes[0].member_ids[0], by_id=7)
    with employer_scope(employer):
        assert Claim.objects.count() == 2
        assert set(ClaimLine.objects.values_list("from_on", "through_on")) == {(today, today)}


def test_every_message_five_times_and_in_any_order_is_as_good_as_once(employer, homes):
    file = receive_claims_file(
        content=io.BytesIO(file_of(claim_of(homes[0].number, "A1"), claim_of(homes[1].number, "A2"))), name="five.837"
    ).file
    for _ in range(5):
        tasks.decide_claims(employer_id=employer.pk)
        tasks.read_claims_file(file_id=file.pk)
        tasks.sweep_claims()
        tasks.fold_totals(employer_id=employer.pk)
    tasks.decide_claims(employer_id=employer.pk)
    with employer_scope(employer):
        assert [one.paid_cents for one in Decision.objects.all()] == [11_500, 11_500]
    assert verify_books(employer_id=employer.pk) == Proof(2, [])
    assert edi.acknowledgements(file.pk).count() == 2


def test_a_second_reader_leaves_a_file_to_the_first_until_that_one_is_gone(employer, homes, monkeypatch):
    file = receive_claims_file(content=io.BytesIO(file_of(claim_of(homes[0].number, "A1"))), name="busy.837").file
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(claim_intake.edi, "close_file", lambda **kwargs: (_ for _ in ()).throw(KilledError))
        read_claims_file(file_id=file.pk)
    assert read_claims_file(file_id=file.pk, unless_busy=True).state == "received"
    with clock.clock_at(clock.now() + timedelta(minutes=2)):
        assert read_claims_file(file_id=file.pk, unless_busy=True).state == "done"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 4, 2, 3, 59, tzinfo=UTC), "20260401"),
        (datetime(2026, 4, 2, 4, 0, tzinfo=UTC), "20260402"),
        (datetime(2026, 1, 2, 4, 59, tzinfo=UTC), "20260101"),
    ],
    ids=["a minute before midnight", "midnight", "in winter"],
)
def test_answers_tell_the_days_of_the_tpas_wall_clock_and_claims_those_of_the_employers(employer, homes, instant, day):
    """The TPA is in New York, so is the employer: what comes at 23:59 there came on that day, whatever day it is in UTC."""
    with clock.clock_at(instant):
        file = taken_in(file_of(claim_of(homes[0].number, "A1")))
    report = answer(file, "277CA")
    assert re.search(rf"DTP\*050\*D8\*{day}", report)
    assert re.search(rf"DTP\*009\*D8\*{day}", report)
    for kind in ("277CA", "999"):
        assert re.search(rf"GS\*\w\w\*[^*]*\*[^*]*\*{day}\*", answer(file, kind))
    with employer_scope(employer):
        assert f"{Claim.objects.get().received_on:%Y%m%d}" == day
