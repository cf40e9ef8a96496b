"""A claim as JSON: what is read, what is refused and where, and that the same claim comes out of every form."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from tenants import directory
from tenants.scope import employer_scope
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.test_adjudication import broken_for
from tests.x12.samples import dental, full_professional, professional
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import facts
from tpa.books.claims.models import Claim, Decision, DecisionLine, Work
from tpa.books.claims.selectors import whole_claim
from tpa.books.members import turns
from tpa.engine.adjudication.facts import MissingTooth, Treatment
from tpa.kernel.document import DocumentError
from tpa.web.api.v1.claims import ClaimLineSerializer, ClaimSerializer, DecisionLineSerializer, DecisionSerializer
from tpa.web.api.v1.claims import _shown as _with_standing
from tpa.workflows.adjudication import AT_ONCE, Counts, decide_waiting
from tpa.workflows.claim_intake_forms import from_837, from_json, to_json
from tpa.workflows.claim_routing import ReferenceTakenError, UnknownMemberError, register_claim_json
from tpa.workflows.proof import Proof, verify_books
from tpa.x12.claims import Dated

NOW = datetime(2026, 4, 1, 3, 30, tzinfo=UTC)


def document(**changes):
    told = {
        "form": "professional",
        "patient": {"group_number": "GRP", "member_number": "S000001-0", "birth_on": "1980-05-17", "first_name": "Ada"},
        "provider_npi": "1992999824",
        "provider_tax_id": "123456789",
        "diagnoses": ["J06.9"],
        "lines": [{"from_on": "2026-03-02", "charge_cents": 20_000, "procedure": "99213", "place": "11"}],
    }
    return {**told, **changes}


def registered(employer, told, ref="key 1"):
    """The claim's key, what was told of it being what the books then say."""
    told_ = register_claim_json(employer_id=employer.pk, document=told, source_ref=ref, received_at=NOW)
    with employer_scope(employer):
        kept = whole_claim(told_.claim.pk)
    assert _shown(told_) == _shown(kept)
    return kept.claim.pk


def _shown(whole):
    """A claim as the API shows it."""
    context = {"employer_id": 1}
    return (
        ClaimSerializer.show(_with_standing(whole.claim, whole.standing), context),
        ClaimLineSerializer.show_all(whole.lines, context),
        DecisionSerializer.show(whole.standing.decision, context) if whole.standing.decision else None,
        DecisionLineSerializer.show_all(whole.explained, context),
    )


@pytest.fixture
def homes(employer):
    return open_book(employer, count=1)


def test_a_claim_by_rest_is_registered_and_decided(employer, homes, in_employer):
    claim_id = registered(employer, document())
    claim = Claim.objects.get(pk=claim_id)
    assert (claim.source, claim.member_id, claim.charge_cents) == ("rest", homes[0].member_ids[0], 20_000)
    assert claim.diagnoses == ["J069"]
    # Half past three in the night in UTC is still the day before where the employer is.
    assert claim.received_on == date(2026, 3, 31)
    assert Decision.objects.get().claim_id == claim_id
    assert not Work.objects.exists()
    assert verify_books(employer_id=employer.pk) == Proof(1, [])


def test_what_waited_before_is_decided_before(employer, homes, in_employer):
    (earlier,) = register(new_claim(homes[0], ("99213", 20_000), received_at=NOW - timedelta(days=1)))
    later = registered(employer, document())
    assert list(Decision.objects.order_by("family_seq").values_list("claim_id", flat=True)) == [earlier, later]


def test_a_claim_that_breaks_the_engine_is_registered_and_left_to_the_workers(
    employer, homes, in_employer, monkeypatch
):
    with monkeypatch.context() as patch:
        broken_for(patch, lambda claim: True)
        claim_id = registered(employer, document())
    assert [work.claim_id for work in Work.objects.all()] == [claim_id]
    assert not Decision.objects.exists()
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)


def test_a_family_with_many_waiting_claims_is_left_to_the_workers(employer, homes, in_employer):
    register(*(new_claim(homes[0], ("99213", 20_000), ref=f"{n}") for n in range(AT_ONCE)))
    registered(employer, document())
    assert (Work.objects.count(), Decision.objects.count()) == (AT_ONCE + 1, 0)


def test_a_family_that_a_worker_holds_is_left_to_it(own_database):
    employer = directory.employer_of_code("acme")
    (home,) = open_book(employer, count=1)

    def post():
        try:
            with transaction.atomic():
                registered(employer, document())
        finally:
            connection.close()

    with employer_scope(employer), transaction.atomic(), ThreadPoolExecutor(1) as pool:
        turns.take_turns(family_ids=[home.family_id])
        pool.submit(post).result()
        assert (Work.objects.count(), Decision.objects.count()) == (1, 0)
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)


def test_the_same_key_is_the_same_claim_and_another_claim_under_it_is_refused(employer, homes, in_employer):
    assert registered(employer, document()) == registered(employer, document())
    with pytest.raises(ReferenceTakenError):
        registered(employer, document(provider_tax_id="987654321"))
    with pytest.raises(ReferenceTakenError):
        registered(employer, document(lines=[{**document()["lines"][0], "units_milli": 2000}]))
    assert (Claim.objects.count(), Decision.objects.count(), Work.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"colour": "blue"}, "/colour"),
        ({"form": "paper"}, "/form"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"from_on": "2026-02-30", "charge_cents": 1}]}, "/lines/0/from_on"),
        ({"lines": [{"from_on": "2026-03-02", "charge_cents": "1.5"}]}, "/lines/0/charge_cents"),
        ({"lines": [{"from_on": "2026-03-02", "charge_cents": 1.5}]}, "/lines/0/charge_cents"),
        ({"lines": [{"from_on": "2026-03-02", "charge_cents": -1}]}, "/lines/0/charge_cents"),
        ({"lines": [{"from_on": "2026-03-02", "charge_cents": 10**14}]}, "/lines"),
        ({"estimate": True, "lines": [{"through_on": "2026-03-01", "charge_cents": 1}]}, "/lines/0/from_on"),
        ({"lines": [{"from_on": "2026-03-02", "through_on": "2026-03-01", "charge_cents": 1}]}, "/lines/0/through_on"),
        ({"lines": [{**document()["lines"][0], "procedure": "9" * 30}]}, "/lines/0/procedure"),
        ({"lines": [{**document()["lines"][0], "modifiers": ["25", "TOOLONG"]}]}, "/lines/0/modifiers/1"),
        (
            {"lines": [{**document()["lines"][0], "number": 1}, {**document()["lines"][0], "number": 1}]},
            "/lines/1/number",
        ),
        ({"diagnoses": ["J06.912345678"]}, "/diagnoses/0"),
        ({"patient": {"member_number": "S000001", "birth_on": "17 May"}}, "/patient/birth_on"),
        ({"patient": "Ada"}, "/patient"),
        ({"patient_control_number": "A\x00B"}, "/patient_control_number"),
        ({"admitted_on": 20260301}, "/admitted_on"),
    ],
)
def test_a_fault_is_named_with_its_place_and_nothing_is_stored(employer, homes, in_employer, change, where):
    with pytest.raises(DocumentError) as fault:
        registered(employer, document(**change))
    assert fault.value.where == where
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    "patient",
    [
        {"member_number": "S999999", "birth_on": "1980-05-17"},
        {"member_number": "S000001", "birth_on": "1980-05-18"},
        {"member_number": "S000001"},
        {"member_number": "S000001", "birth_on": "1980-05-17"},
    ],
    ids=["number", "birth date", "no birth date", "two people"],
)
def test_a_patient_who_is_nobody_or_two_people_is_refused(employer, homes, in_employer, patient):
    with pytest.raises(UnknownMemberError) as refused:
        registered(employer, document(patient=patient))
    assert refused.value.where == "/patient"
    assert not Claim.objects.exists()


def test_an_employers_members_are_nobody_to_another(employer, other_employer, homes):
    with pytest.raises(UnknownMemberError):
        registered(other_employer, document())


def test_an_estimate_is_decided_and_pays_nothing(employer, homes):
    claim_id = registered(employer, document(estimate=True))
    decide_waiting(employer_id=employer.pk)
    with employer_scope(employer):
        decision = Decision.objects.get(claim_id=claim_id)
        assert (decision.outcome, decision.paid_cents) == ("estimate", 0)
        moves = DecisionLine.objects.filter(decision=decision).values_list("moves", flat=True)
        assert any('"OA","101"' in text for text in moves)
        assert accumulators.balances([decision.family_id]) == {}


def test_what_only_a_dental_claim_says_reaches_the_facts_of_the_decision(employer, homes):
    banded = Dated("452", date(2025, 3, 1), date(2025, 3, 1))
    came = dental()._replace(predetermination=True, dates=(banded,))
    told = to_json(from_837(came)) | {"patient": document()["patient"]}
    told["missing_teeth"].append({"tooth": "c", "extracted_on": "2020-05-01"})
    claim_id = registered(employer, told)
    with employer_scope(employer):
        (waiting,) = facts.chosen_claims(employer.pk, [claim_id])
    claim = waiting.claim
    assert claim.predetermination
    assert claim.missing_teeth == (MissingTooth("1"), MissingTooth("C", date(2020, 5, 1)))
    assert claim.treatment == Treatment(24, 6, date(2025, 3, 1))
    filling, crown = claim.lines
    assert (filling.tooth, filling.surfaces, filling.area, filling.placed_before_on) == ("8", "MO", "", None)
    assert (crown.tooth, crown.area, crown.placed_before_on) == ("30", "10", date(2015, 6, 1))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"missing_teeth": [{"tooth": "40"}]}, "/missing_teeth/0/tooth"),
        ({"treatment": {"months": 0}}, "/treatment/months"),
        ({"lines": [{**document()["lines"][0], "area": "50"}]}, "/lines/0/area"),
        ({"lines": [{**document()["lines"][0], "noncovered_cents": 10**9}]}, "/lines/0/noncovered_cents"),
    ],
)
def test_what_is_no_tooth_no_treatment_no_area_and_more_than_the_charge_is_refused(change, where):
    with pytest.raises(DocumentError) as refused:
        from_json(document(**change))
    assert refused.value.where == where


@pytest.mark.parametrize("came", [full_professional(), professional(), dental()], ids=["full", "plain", "dental"])
def test_what_waits_in_the_queue_as_json_is_the_claim_that_came(came):
    read = from_837(came)
    assert from_json(json.loads(json.dumps(to_json(read)))) == read
