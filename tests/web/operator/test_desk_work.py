"""The desk at work: members, enrolment files, claim files, intake, invoices, jobs."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.scope import employer_scope
from tests.web.operator.desk import EVIL, desk_as, page_of, root
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.eligibility_files import covered, file_834, file_csv, member
from tests.workflows.stories import agree, charge_fees
from tests.workflows.test_claim_intake import claim_of, file_of
from tpa.books.claims.models import Claim
from tpa.books.edi.models import InboundFile, IntakeItem
from tpa.books.funding.models import FundingInvoice
from tpa.books.members.models import Load, Member
from tpa.books.plans.models import Plan
from tpa.infra import jobs
from tpa.infra.models import Job
from tpa.kernel.ids import public_id
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_intake import read_claims_file
from tpa.workflows.eligibility_load_intake import read_enrolment_file
from tpa.workflows.invoice_run import run_job

JANUARY = datetime(2025, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def home(employer):
    return open_book(employer)[0]


def test_a_members_page_answers_for_a_day_as_known_at_an_instant(employer, home):
    path, desk = page_of(employer, "members", "mem", home.member_ids[0]), desk_as("examiner")
    assert "Covered</span> on 2026-03-02" in desk.get(f"{path}?on=2026-03-02").content.decode()
    assert "Not covered</span> on 2025-12-31" in desk.get(f"{path}?on=2025-12-31").content.decode()
    page = desk.get(f"{path}?on=2026-03-02&known_on=2025-10-31").content.decode()
    assert "Not covered</span> on 2026-03-02, as known at the end of 2025-10-31" in page
    assert "Enter a valid date." in desk.get(f"{path}?on=20250230").content.decode()


def test_a_members_page_shows_how_far_along_the_family_is_and_its_claims(employer, home):
    with employer_scope(employer):
        claim_id = register(new_claim(home, ("27447", 1_200_000)))[0]
        decide_waiting(employer_id=employer.pk)
    page = desk_as("examiner").get(f"{page_of(employer, 'members', 'mem', home.member_ids[0])}?on=2026-03-02")
    text = page.content.decode()
    assert f'href="{page_of(employer, "claims", "clm", claim_id)}"' in text
    assert "Medical deductible" in text
    assert "0 visits of 20 visits" in text


def test_html_in_a_name_stays_text(employer, home):
    with employer_scope(employer):
        Member.objects.filter(pk=home.member_ids[0]).update(last_name=EVIL)
        claim_id = register(new_claim(home, ("99213", 20_000)))[0]
    desk = desk_as("examiner")
    paths = [
        page_of(employer, "members", "mem", home.member_ids[0]),
        page_of(employer, "claims", "clm", claim_id),
        f"{root(employer)}members/",
    ]
    for page in (desk.get(path).content.decode() for path in paths):
        assert EVIL not in page
        assert "&lt;script&gt;" in page


@pytest.fixture
def plan(employer):
    with employer_scope(employer):
        return Plan.objects.create(code="PPO", name="PPO", line="medical", created_at=JANUARY)


def upload(desk, employer, content, name="file"):
    """Send an enrolment file in by the page and let the worker read it; its load."""
    answer = desk.post(f"{root(employer)}enrolment/upload/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    with employer_scope(employer):
        read_enrolment_file(file_id=InboundFile.objects.latest("id").pk)
        return answer.content.decode(), Load.objects.first()


def test_an_enrolment_file_is_uploaded_looked_at_applied_and_undone(employer, plan):
    desk = desk_as("eligibility")
    said, load = upload(desk, employer, file_834(member("S1", EVIL[:20], "19800501", covered(tier="EMP"))))
    assert "The file is received." in said
    path = page_of(employer, "enrolment", "lod", load.pk)
    preview = desk.get(path).content.decode()
    assert "People new" in preview
    assert EVIL[:20] not in preview
    assert "The load is applied." in desk.post(f"{path}apply/", follow=True).content.decode()
    with employer_scope(employer):
        assert Member.objects.filter(withdrawn_at=None).count() == 1
    assert "The load is taken back." in desk.post(f"{path}undo/", follow=True).content.decode()
    with employer_scope(employer):
        assert not Member.objects.filter(withdrawn_at=None).exists()


def test_rows_in_error_stop_a_load_until_they_are_left_out(employer, plan):
    rows = [
        ("S1", "self", "Ada", "1980-05-01", "medical", "PPO", "EE", "2025-01-01"),
        ("S2", "self", "Bo", "20250230", "medical", "PPO", "EE", "2025-01-01"),
    ]
    desk = desk_as("eligibility")
    _, load = upload(desk, employer, file_csv(*rows))
    path = page_of(employer, "enrolment", "lod", load.pk)
    assert "Leave out the 1 row in error" in desk.get(path).content.decode()
    desk.post(f"{path}apply/")
    with employer_scope(employer):
        assert (Load.objects.get().state, Member.objects.count()) == ("staged", 0)
    desk.post(f"{path}apply/", {"skip_errors": "yes"})
    with employer_scope(employer):
        assert (Load.objects.get().state, Member.objects.count()) == ("applied", 1)


def test_a_load_is_rejected_and_only_by_who_may(employer, plan):
    desk = desk_as("eligibility")
    _, load = upload(desk, employer, file_834(member("S1", "ADA", "19800501", covered(tier="EMP"))))
    path = page_of(employer, "enrolment", "lod", load.pk)
    assert desk_as("finance").post(f"{path}reject/").status_code == 404
    assert desk.post(f"{path}burn/", follow=True).status_code == 200
    with employer_scope(employer):
        assert Load.objects.get().state == "staged"
    desk.post(f"{path}reject/")
    with employer_scope(employer):
        assert Load.objects.get().state == "rejected"


def test_an_upload_without_a_file_and_the_same_file_again_are_refused_in_words(employer, plan):
    desk, path = desk_as("eligibility"), f"{root(employer)}enrolment/upload/"
    assert "No file was chosen." in desk.post(path, follow=True).content.decode()
    content = file_834(member("S1", "ADA", "19800501", covered(tier="EMP")))
    upload(desk, employer, content)
    again = desk.post(path, {"file": SimpleUploadedFile("f", content)}, follow=True).content.decode()
    assert "Exactly this file was received before." in again
    assert InboundFile.objects.count() == 1


def test_a_claim_file_comes_in_and_its_answers_go_out(employer, home):
    desk = desk_as("examiner")
    content = file_of(claim_of(f"{home.number}-0", "C1"))
    desk.post("/desk/files/upload/", {"file": SimpleUploadedFile("c.837", content)})
    file = InboundFile.objects.get()
    read_claims_file(file_id=file.pk)
    page = desk.get(f"/desk/files/{public_id('fil', 0, file.pk)}/").content.decode()
    assert "999 implementation acknowledgement" in page
    link = page.split('href="/desk/files/')[2].split('"')[0]
    answer = desk.get(f"/desk/files/{link}")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"ISA")
    assert "Nothing of a test file" not in page
    test = content.replace(b"*0*P*:~", b"*0*T*:~")
    desk.post("/desk/files/upload/", {"file": SimpleUploadedFile("t.837", test)})
    tried = read_claims_file(file_id=InboundFile.objects.get(name="t.837").pk)
    page = desk.get(f"/desk/files/{public_id('fil', 0, tried.pk)}/").content.decode()
    assert "Nothing of a test file (ISA15 T) is booked." in page and "Tested" in page
    assert desk.get("/desk/files/").content.decode().count("> Test</span>") == 1
    with employer_scope(employer):
        assert Claim.objects.count() == 1
    assert desk_as("finance", employer).get("/desk/files/").status_code == 404


@pytest.fixture
def unclaimed(employer, home):
    """A claim in the intake queue."""
    content = file_of(claim_of("NOBODY", "C1", first_name="ADA"))
    received = desk_as("implementation").post("/desk/files/upload/", {"file": SimpleUploadedFile("c", content)})
    assert received.status_code == 302
    read_claims_file(file_id=InboundFile.objects.get().pk)
    return IntakeItem.objects.get()


def test_a_claim_without_a_member_is_given_to_one(employer, home, unclaimed):
    desk, path = desk_as("examiner"), f"/desk/intake/{public_id('itk', 0, unclaimed.pk)}/"
    assert f'href="{path}"' in desk.get("/desk/intake/").content.decode()
    page = desk.get(f"{path}?employer={employer.pk}&q=Lind").content.decode()
    assert f'value="{employer.pk}:{home.member_ids[0]}"' in page
    assert desk.post(f"{path}resolve/", {"member": "x"}).status_code == 404
    desk.post(f"{path}resolve/", {"member": f"{employer.pk}:{home.member_ids[0]}"})
    with employer_scope(employer):
        assert Claim.objects.get().member_id == home.member_ids[0]
    assert IntakeItem.objects.get().state == "assigned"
    assert desk.post(f"{path}resolve/", {"discard": "yes"}).status_code == 404


def test_a_claim_without_a_member_is_discarded_by_who_may(employer, unclaimed):
    path = f"/desk/intake/{public_id('itk', 0, unclaimed.pk)}/resolve/"
    assert desk_as("finance").post(path, {"discard": "yes"}).status_code == 404
    desk_as("examiner").post(path, {"discard": "yes"})
    assert IntakeItem.objects.get().state == "discarded"


def test_an_invoice_is_drafted_approved_and_issued(employer):
    agree(employer)
    charge_fees(employer, ("flat", "Set-up", {"amount_cents": 50_000}))
    desk, path = desk_as("finance"), f"{root(employer)}invoices/"
    assert "A month is needed" in desk.post(f"{path}draft/", {"month": "x"}, follow=True).content.decode()
    asked = desk.post(f"{path}draft/", {"month": "2025-01"})
    job = Job.objects.get(kind="month_end")
    assert asked["Location"] == f"/desk/jobs/{job.pk}/"
    assert 'hx-trigger="every 2s"' in desk.get(asked["Location"]).content.decode()
    run_job(employer_id=employer.pk, job_id=job.pk)
    assert "hx-trigger" not in desk.get(asked["Location"], headers={"HX-Request": "true"}).content.decode()
    with employer_scope(employer):
        invoice = FundingInvoice.objects.get()
    at = page_of(employer, "invoices", "inv", invoice.pk)
    assert "not approved" in desk.post(f"{at}issue/", follow=True).content.decode()
    reader = desk_as("stop_loss")
    for step, state in (("approve", "approved"), ("issue", "final")):
        assert reader.post(f"{at}{step}/").status_code == 404
        desk.post(f"{at}{step}/")
        with employer_scope(employer):
            assert FundingInvoice.objects.get().state == state
    assert desk.get(f"{at}pdf/").content.startswith(b"%PDF")


def test_jobs_are_seen_by_who_has_the_employer(employer, other_employer):
    job = jobs.start_job(kind="month_end", employer_id=employer.pk, total=4, requested_by=EVIL)
    jobs.advance_job(job_id=job.pk, done=1, message=EVIL)
    desk = desk_as("examiner")
    page = desk.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert "1 of 4" in page
    assert EVIL not in page + desk.get("/desk/jobs/?state=running").content.decode()
    assert "No job is here." in desk.get("/desk/jobs/?state=failed").content.decode()
    stranger = desk_as("finance", other_employer)
    assert stranger.get(f"/desk/jobs/{job.pk}/").status_code == 404
    assert "No job is here." in stranger.get("/desk/jobs/").content.decode()
