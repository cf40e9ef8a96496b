"""The demo's book of business: the same on every run, and written as files that hold to the guides."""

import hashlib
import io
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tpa.books.plans.models import Plan
from tpa.workflows.claim_intake_forms import from_837
from tpa.workflows.claim_patients import Incoming, find_patients
from tpa.workflows.demo.book import EMPLOYERS, make_book, make_year
from tpa.workflows.demo.claims import luhn_npi
from tpa.workflows.demo.files import claim_files, enrolment_file
from tpa.workflows.demo.population import PLAN_YEAR
from tpa.workflows.eligibility_load import apply_load, stage_file
from tpa.workflows.group_numbers import add_group_number
from tpa.x12.claims import Claim837
from tpa.x12.enrolment import Member834
from tpa.x12.events import SetEnd
from tpa.x12.readers.claim_837 import read_837
from tpa.x12.readers.enrolment_834 import read_834

AT = datetime(PLAN_YEAR, 1, 31, 18, tzinfo=UTC)
GROUPS = {employer.prefix: employer.group for employer in EMPLOYERS}


@pytest.fixture(scope="module")
def book():
    return make_book()


def fingerprint(content):
    return hashlib.sha256(content).hexdigest()


def test_two_runs_make_the_same_year(book):
    providers, years = book
    again = make_year(EMPLOYERS[0], providers)
    assert again == years[0]


def test_two_runs_write_the_same_bytes(book):
    _, years = book
    claims = [claim for claim in years[0].claims if claim.received_on < date(PLAN_YEAR, 4, 1)]
    first = [fingerprint(content) for content in claim_files(claims, GROUPS, at=AT, number=1)]
    assert first == [fingerprint(content) for content in claim_files(claims, GROUPS, at=AT, number=1)]


def test_the_groups_have_their_lives(book):
    _, years = book
    assert [len(year.families) for year in years] == [60, 400, 2500]


def test_a_quarters_claims_are_read_without_a_fault(book):
    _, years = book
    claims = [claim for year in years for claim in year.claims if claim.received_on < date(PLAN_YEAR, 4, 1)]
    forms = Counter()
    for content in claim_files(claims, GROUPS, at=AT, number=1):
        for event in read_837(io.BytesIO(content)):
            assert not getattr(event, "issues", ()), event
            if isinstance(event, Claim837):
                forms[event.kind] += 1
    assert forms == Counter(claim.form for claim in claims)
    assert set(forms) == {"P", "I", "D"}


@pytest.mark.parametrize("full", [True, False])
def test_the_enrolment_is_read_without_a_fault(book, full):
    _, years = book
    families = years[1].families if full else [years[1].late_termination]
    employer = years[1].employer
    content = enrolment_file(families, employer=employer.name, group=employer.group, at=AT, number=1, full=full)
    events = list(read_834(io.BytesIO(content)))
    assert [event.accepted for event in events if isinstance(event, SetEnd)] == [True]
    members = [event for event in events if isinstance(event, Member834)]
    assert len(members) == sum(len(family.people) for family in families)
    assert not [issue for event in events for issue in getattr(event, "issues", ())]


def odd(year, letters):
    return [claim for claim in year.claims if claim.control[-1] in letters]


def test_odd_claims_are_among_them_and_only_those_sent_again_are_copies(book):
    _, years = book
    for year in years:
        assert {claim.control[-1] for claim in year.claims if not claim.control[-1].isdigit()} == set("RLXNGBT")
        count = Counter(map(service, year.claims))
        assert {count[service(claim)] for claim in odd(year, "LXNGBT")} == {1}
        assert min(count[service(claim)] for claim in odd(year, "R")) == 2


def service(claim):
    return claim.family.number, claim.person.suffix, claim.served_on, claim.provider, claim.lines


def test_a_mistyped_number_finds_its_member_and_four_kinds_of_claims_wait_for_a_person(book, employer):
    """By name, birth date and sex. Nobody has the number or the group, somebody another birth date, or two are meant."""
    year = book[1][0]
    name = year.employer
    add_group_number(employer_id=employer.pk, number=name.group)
    with employer_scope(employer):
        Plan.objects.create(code="ALDER-PPO", name="PPO", line="medical", created_at=AT)
        content = enrolment_file(year.families, employer=name.name, group=name.group, at=AT, number=1)
        load = stage_file(data=content, received_at=AT, received_by="hris")
        apply_load(load_id=load.pk, by="ana", at=AT)
    came = {}
    for content in claim_files(odd(year, "XNGBT"), GROUPS, at=AT, number=1):
        for event in read_837(io.BytesIO(content)):
            if isinstance(event, Claim837):
                assert not event.issues
                came[event.patient_control_number] = Incoming(event.patient_control_number, from_837(event))
    assert len(came) == 6
    found = {
        (one.incoming.source_ref[-1], str(one.reason), len(one.candidates)) for one in find_patients([*came.values()])
    }
    assert found == {("X", "", 1), ("N", "none", 0), ("G", "none", 0), ("B", "birth", 1), ("T", "several", 2)}


@pytest.mark.parametrize(("stem", "npi"), [(123456789, "1234567893"), (124531959, "1245319599")])
def test_provider_numbers_carry_their_check_digit(stem, npi):
    assert luhn_npi(stem) == npi
