"""A selection of claims decided again: shown by a job, applied by a job, by a second person over the amount."""

from datetime import date

import pytest

from tests.workflows import stories
from tests.workflows.claim_stories import LONG_AGO, NPI, new_claim
from tests.workflows.test_ripple import MUCH, PLAN, claim, decide, live, open_plan, sound
from tpa.books.claims.models import Correction, Decision
from tpa.books.claims.selecting import Selection
from tpa.books.members.models import Coverage, Load, LoadChange
from tpa.books.members.timeline import Segment, segments_as_json
from tpa.books.plans import services as plans
from tpa.books.plans.models import Plan
from tpa.infra import clock, jobs
from tpa.infra.models import Job, OutboxEvent
from tpa.workflows import readjudication
from tpa.workflows.corrections import (
    NotDecidedError,
    PreviewMovedError,
    SecondPersonError,
    apply_correction,
    preview_claims,
    preview_load,
    renew,
)
from tpa.workflows.eligibility_load_effects import open_work
from tpa.workflows.plan_publishing import publish_plan
from tpa.workflows.readjudication import SelectionError, ask_apply, ask_selection

MARCH = Selection(date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
def homes(in_employer):
    return open_plan(in_employer, count=3)


def correct_plan(text, effective_on=date(2026, 1, 1)):
    """A corrected version of the plan, published for a date in the past."""
    version = plans.draft_version(
        plan_id=Plan.objects.get().pk, text=text, effective_on=effective_on, by="story", at=LONG_AGO
    )
    publish_plan(version_id=version.pk, by="ana", at=clock.now(), reason="the fifth was a tenth")


def run(employer, correction):
    readjudication.run_job(employer_id=employer.pk, job_id=correction.job_id)
    return Correction.objects.get(pk=correction.pk)


def ordered(correction, by="ben", alone=MUCH):
    return ask_apply(correction_id=correction.pk, signature=correction.signature, by=by, alone_up_to_cents=alone)


def test_a_corrected_plan_shows_what_it_changes_of_the_past_and_a_second_person_applies_it(in_employer, homes):
    keys = decide(in_employer, *(claim(home, 150_000, 2) for home in homes))
    assert [live(key).paid_cents for key in keys] == [80_000] * 3
    correct_plan(PLAN.replace("20%", "10%"))
    correction = run(in_employer, Correction.objects.get())
    assert (correction.why, correction.note, correction.state) == (
        "plan_correction",
        "the fifth was a tenth",
        "previewed",
    )
    assert (correction.families_count, correction.changes_count, correction.payee_cents) == (3, 3, 30_000)
    with pytest.raises(SecondPersonError):
        ordered(correction, by="ana", alone=29_999)
    assert run(in_employer, ordered(correction)).state == "applied"
    assert [live(key).paid_cents for key in keys] == [90_000] * 3
    assert Job.objects.filter(kind="readjudication", state="done").count() == 2
    assert sound(in_employer)


def test_a_version_for_days_to_come_changes_nothing_of_the_past(in_employer, homes):
    decide(in_employer, claim(homes[0], 150_000, 2))
    correct_plan(PLAN.replace("20%", "10%"), date(2026, 12, 1))
    assert not Correction.objects.exists()


def test_a_family_that_has_moved_on_is_left_and_the_others_are_applied(in_employer, homes):
    keys = decide(in_employer, *(claim(home, 150_000, 2) for home in homes))
    correct_plan(PLAN.replace("20%", "10%"))
    correction = run(in_employer, Correction.objects.get())
    again = preview_claims(claim_ids=[keys[1]], why="audit", note="", by="ana", take_back=True)
    apply_correction(correction_id=again.pk, signature=again.signature, by="ben", alone_up_to_cents=MUCH)
    done = run(in_employer, ordered(correction))
    assert (done.state, done.ended_note) == ("applied", "1 families had moved on and were left")
    assert [live(key).paid_cents for key in (keys[0], keys[2])] == [90_000] * 2
    states = dict(done.families.values_list("family_id", "state"))
    assert [states[home.family_id] for home in homes] == ["applied", "stale", "applied"]
    assert sound(in_employer)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 4),
        ({"starts_on": date(2026, 3, 3)}, 1),
        ({"ends_before": date(2026, 3, 3)}, 3),
        ({"procedure": "99213"}, 4),
        ({"procedure": "99214"}, 0),
        ({"provider": NPI}, 4),
        ({"provider": "1992999832"}, 0),
        ({"rule": "cost_share.coinsurance"}, 1),
        ({"rule": "cost_share.deductible"}, 4),
        ({"rule": "cost_share"}, 0),
    ],
)
def test_a_selection_takes_what_holds_all_that_is_given(in_employer, homes, changes, count):
    decide(in_employer, *(claim(home, 40_000, 2) for home in homes), claim(homes[0], 20_000, 3))
    selection = MARCH._replace(**changes)
    if not count:
        with pytest.raises(SelectionError):
            ask_selection(selection=selection, why="audit", note="", by="ana")
        return
    correction = ask_selection(selection=selection, why="audit", note="", by="ana")
    run(in_employer, correction)
    assert Job.objects.get(pk=correction.job_id).total_count == count
    # Nothing has changed, so nothing comes out otherwise.
    assert Correction.objects.get().changes_count == 0


def test_plan_and_price_list_select_too(in_employer, homes):
    decide(in_employer, *(claim(home, 40_000, 2) for home in homes))
    plan, prices = Plan.objects.get().pk, Decision.objects.first().price_list_id
    for selection, found in (
        (MARCH._replace(plan_id=plan, price_list_id=prices), 3),
        (MARCH._replace(plan_id=plan + 1), 0),
        (MARCH._replace(price_list_id=prices + 1), 0),
    ):
        assert readjudication.selecting.claims_count(selection) == found


class KilledError(BaseException):
    """As if the process had gone."""


@pytest.mark.parametrize("step", ["preview", "apply"])
def test_a_job_that_is_cut_off_goes_on_where_it_was_and_does_nothing_twice(in_employer, homes, monkeypatch, step):
    keys = decide(in_employer, *(claim(home, 150_000, 2) for home in homes))
    correct_plan(PLAN.replace("20%", "10%"))
    monkeypatch.setattr(readjudication, "FAMILIES", 1)
    correction = Correction.objects.get()
    if step == "apply":
        correction = ordered(run(in_employer, correction))
    own, calls = readjudication.redecided if step == "preview" else readjudication.apply_families, []

    def killed(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KilledError
        return own(*given)

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(readjudication, own.__name__, killed)
        run(in_employer, correction)
    done = run(in_employer, correction)
    assert done.families.count() == 3
    if step == "preview":
        done = run(in_employer, ordered(done))
    assert done.state == "applied"
    assert [[one.version for one in Decision.objects.filter(claim_id=key).order_by("version")] for key in keys] == [
        [1, 2, 3]
    ] * 3
    assert sound(in_employer)


def test_a_job_that_is_called_off_leaves_the_families_that_it_has_not_come_to(in_employer, homes, monkeypatch):
    keys = decide(in_employer, *(claim(home, 150_000, 2) for home in homes))
    correct_plan(PLAN.replace("20%", "10%"))
    correction = ordered(run(in_employer, Correction.objects.get()))
    monkeypatch.setattr(readjudication, "FAMILIES", 1)
    own = readjudication.apply_families

    def called_off_meanwhile(*given):
        jobs.cancel_job(job_id=correction.job_id)
        return own(*given)

    with monkeypatch.context() as patch:
        patch.setattr(readjudication, "apply_families", called_off_meanwhile)
        done = run(in_employer, correction)
    assert (done.state, done.ended_by, done.ended_note) == ("applied", "ben", "Called off: 2 families were left")
    assert [live(key).paid_cents for key in keys] == [90_000, 80_000, 80_000]
    assert sorted(done.families.values_list("state", flat=True)) == ["applied", "stale", "stale"]
    assert sound(in_employer)


def test_a_preview_that_is_called_off_before_it_is_begun_ends(in_employer, homes):
    decide(in_employer, claim(homes[0], 150_000, 2))
    found = ask_selection(selection=MARCH, why="audit", note="", by="ana")
    jobs.cancel_job(job_id=found.job_id)
    assert run(in_employer, found).state == "stale"
    assert Correction.objects.get().ended_note == "Called off: 0 families were left"


def terminated(*homes, ends_before, again_on=None):
    """A load that ends the families' coverage earlier than the books had it; from a later day on they are covered again."""
    now = clock.now()
    load = stories.load(now)
    Load.objects.filter(pk=load.pk).update(applied_at=now)
    load.refresh_from_db()
    for held in Coverage.objects.filter(family__in=[home.family_id for home in homes], superseded_at=None):
        before = Segment(held.starts_on, held.ends_before, held.plan_id, held.tier)
        after = [before._replace(ends_before=ends_before)]
        after += [before._replace(starts_on=again_on)] if again_on else []
        Coverage.objects.filter(pk=held.pk).update(superseded_at=now, superseded_load=load)
        for segment in after:
            held.pk, held.starts_on, held.ends_before = None, segment.starts_on, segment.ends_before
            held.recorded_at, held.load = now, load
            held.save(force_insert=True)
        LoadChange.objects.create(
            load=load,
            member_id=held.member_id,
            kind=LoadChange.Kind.CHANGED,
            line=held.line,
            before=segments_as_json([before]),
            after=segments_as_json(after),
            recorded_at=now,
        )
    return load


def test_the_work_list_of_a_late_termination_is_decided_again_and_closed(in_employer, homes):
    home = homes[0]
    one, two = decide(in_employer, claim(home, 60_000, 2), claim(home, 60_000, 20))
    assert [live(key).paid_cents for key in (one, two)] == [8_000, 48_000]
    load = terminated(home, ends_before=date(2026, 3, 15))
    open_work(load)
    assert [event.payload["open"][2] for event in OutboxEvent.objects.filter(payload__open__0="retro_coverage")] == [
        two
    ]
    correction = preview_load(load_id=load.pk, note="left on the 14th", by="ana")
    apply_correction(correction_id=correction.pk, signature=correction.signature, by="ben", alone_up_to_cents=MUCH)
    assert (live(two).outcome, live(two).paid_cents, live(one).version) == ("denied", 0, 1)
    assert OutboxEvent.objects.filter(payload__close__0="retro_coverage", payload__close__1=two).exists()
    assert sound(in_employer)
    with pytest.raises(NotDecidedError):
        preview_load(load_id=terminated(homes[1], ends_before=date(2026, 3, 15)).pk, note="", by="ana")


def test_a_late_termination_of_three_families_reaches_into_the_next_plan_year(in_employer):
    # Grandfathered: the law's figures of 2027 are not known yet.
    terms = PLAN.replace('line = "medical"', 'line = "medical"\ngrandfathered = true')
    carried = "individual = 500, family = 1000, carry_over = { months = 3 }"
    homes = open_plan(in_employer, terms.replace("individual = 500, family = 1000", carried), count=3)

    def came(home, cents, on):
        made = new_claim(home, ("99213", cents), on=on, ref=f"{home.family_id}-{on}")
        return made._replace(claim=made.claim._replace(received_on=date(2027, 4, 1)))

    # 300.00 of November go into the deductible and carry into the next year: there 200.00 are left of it.
    first = decide(in_employer, *(came(home, 30_000, date(2026, 11, 20)) for home in homes))
    second = decide(in_employer, *(came(home, 60_000, date(2027, 1, 5)) for home in homes))
    assert [live(key).paid_cents for key in (*first, *second)] == [0] * 3 + [32_000] * 3
    load = terminated(*homes, ends_before=date(2026, 11, 16), again_on=date(2027, 1, 1))
    open_work(load)
    correction = preview_load(load_id=load.pk, note="on leave without coverage", by="ana")
    assert (correction.changes_count, correction.payee_cents) == (6, -3 * 24_000)
    # One family moves on before it is applied: then nothing of the correction is.
    later = decide(in_employer, came(homes[0], 10_000, date(2027, 2, 1)))
    with pytest.raises(PreviewMovedError):
        apply_correction(correction_id=correction.pk, signature=correction.signature, by="ben", alone_up_to_cents=MUCH)
    assert [live(key).version for key in (*first, *second)] == [1] * 6
    assert live(later[0]).paid_cents == 8_000
    again = renew(correction_id=correction.pk, by="ana")
    apply_correction(correction_id=again.pk, signature=again.signature, by="ben", alone_up_to_cents=MUCH)
    assert [live(key).outcome for key in first] == ["denied"] * 3
    # The whole 500.00 are to be met in the new year; what came after it stays a fifth.
    assert [live(key).paid_cents for key in (*second, *later)] == [8_000] * 3 + [8_000]
    assert sound(in_employer)


def test_a_signature_of_another_preview_is_refused(in_employer, homes):
    decide(in_employer, *(claim(home, 150_000, 2) for home in homes))
    correct_plan(PLAN.replace("20%", "10%"))
    correction = run(in_employer, Correction.objects.get())
    with pytest.raises(PreviewMovedError):
        ask_apply(correction_id=correction.pk, signature="0" * 64, by="ben", alone_up_to_cents=MUCH)
    assert Correction.objects.get().state == "previewed"
