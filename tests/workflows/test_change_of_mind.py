"""Whatever is decided, replaced, taken back and made retroactive: in the end the books are as if it had been so at once."""

from collections import Counter
from datetime import date

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.test_ripple import claim, control, decide, open_plan
from tests.workflows.test_ripple import live as live_decision
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import facts, live
from tpa.books.claims.corrections import families_of_decided
from tpa.books.claims.models import Claim, Closing, Correction, Decision, DecisionLine, Pend, Totals
from tpa.books.ledger import selectors as ledger
from tpa.books.members.models import Coverage
from tpa.engine.accumulators.balances import Balances
from tpa.engine.adjudication.adjudicate import adjudicate
from tpa.engine.adjudication.decision import Decision as EngineDecision
from tpa.infra import clock
from tpa.kernel.periods import FOREVER
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_pends import release
from tpa.workflows.corrections import apply_correction, preview_claims, preview_family
from tpa.workflows.proof import verify_books

MUCH = 10**9
NAMES = {"member_cents": "member_responsibility_cents"}
AMOUNTS = st.sampled_from([4_999, 12_345, 30_000, 50_000, 50_001, 120_000])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), AMOUNTS, st.integers(1, 20)),
        st.tuples(st.just("void"), st.integers(0, 5)),
        st.tuples(st.just("replace"), st.integers(0, 5), AMOUNTS),
        st.tuples(st.just("take_back"), st.integers(0, 5)),
        st.tuples(st.just("retro"), st.integers(5, 25)),
        st.tuples(st.just("reinstate")),
        st.tuples(st.just("early"), AMOUNTS, st.integers(1, 20)),
        st.tuples(
            st.just("ripple"),
        ),
    ),
    min_size=2,
    max_size=7,
)


class UndoneError(Exception):
    """The example is over: its transaction is rolled back."""


def made(correction):
    done = apply_correction(
        correction_id=correction.pk, signature=correction.signature, by="ben", alone_up_to_cents=MUCH
    )
    for family in done.families.all():
        as_it_was_shown(family)
    return done


def as_it_was_shown(family):
    """What the dry run has shown of a family is what stands now, claim by claim, and so are its accumulators."""
    for one in family.shown["changes"]:
        stands = live_decision(one["replaced_by"] or one["claim"])
        told = one["new"] or {"outcome": "reversed"}
        assert {name: getattr(stands, NAMES.get(name, name)) for name in told} == told
    held = {
        (member, code, day.isoformat()): amount for (member, code, day), amount in balances_of(family.family_id).items()
    }
    for member, code, day, _, after in family.shown["accumulators"]:
        assert held.get((member, code, day), 0) == after


def balances_of(family_id):
    held = accumulators.balances([family_id])
    return Balances(held[family_id].rows if family_id in held else []).rows()


def learn_end(home, ends_before):
    """Coverage of the whole family ended on a day, or did not, as the books learn now."""
    now = clock.now()
    for held in Coverage.objects.filter(family=home.family_id, superseded_at=None):
        Coverage.objects.filter(pk=held.pk).update(superseded_at=now, superseded_load=held.load)
        held.pk, held.ends_before, held.recorded_at = None, ends_before, now
        held.save(force_insert=True)


def ripple(home):
    return made(preview_family(family_id=home.family_id, start=1, why="audit", note="", by="ana"))


class Story:
    """The claims of a family in the order of their first receipt; what stands of them is found by their number."""

    def __init__(self, employer, home):
        self.employer, self.home, self.count = employer, home, 0

    def take(self, step):
        getattr(self, step[0])(*step[1:])

    def send(self, cents, day, number, **changes):
        self.count += 1
        new = control(claim(self.home, cents, day, **changes), number)
        decide(self.employer, new._replace(source_ref=f"{self.count}"))

    def decide(self, cents, day):
        # A day of its own for every claim, so that none is the duplicate of another.
        self.send(cents, 1 + (day + self.count) % 27, f"N{self.count}")

    def standing(self, n):
        rows = Decision.objects.order_by("claim_id", "-version").distinct("claim_id").values_list("claim_id", "outcome")
        keys = [key for key, outcome in rows if outcome != "reversed"]
        return Claim.objects.get(pk=keys[n % len(keys)]) if keys else None

    def void(self, n):
        if found := self.standing(n):
            self.send(found.charge_cents, found.service_on.day, found.patient_control_number, frequency="8")

    def replace(self, n, cents):
        if found := self.standing(n):
            self.send(cents, found.service_on.day, found.patient_control_number, frequency="7")

    def take_back(self, n):
        if found := self.standing(n):
            made(preview_claims(claim_ids=[found.pk], why="audit", note="", by="ana", take_back=True))

    def retro(self, day):
        self.learn(date(2026, 3, day))

    def reinstate(self):
        self.learn(FOREVER)

    def early(self, cents, day):
        """A replacement that comes before what it replaces, and waits until a person names it."""
        number = f"E{self.count}"
        self.send(cents, 1 + day, number, frequency="7")
        waits = Pend.objects.get(resolved_at=None)
        self.send(cents + 1, 1 + day, number)
        original = Claim.objects.latest("pk").pk
        release(employer_id=self.employer.pk, pend_ids=[waits.pk], by_id=7, note="it came late", corrects=original)
        decide_waiting(employer_id=self.employer.pk)
        assert Closing.objects.get(pk=original).by_claim_id == waits.claim_id

    def learn(self, ends_before):
        learn_end(self.home, ends_before)
        keys = list(Decision.objects.values_list("claim_id", flat=True).distinct())
        decided = [key for found in families_of_decided(keys).values() for key in found]
        if decided:
            made(preview_claims(claim_ids=decided, why="retro_coverage", note="", by="ana"))

    def ripple(self):
        ripple(self.home)


def from_scratch(employer, home):
    """The surviving claims decided once, in their order, with nothing before them."""
    order = live.pasts([home.family_id])[home.family_id].decisions
    chosen = {one.claim.claim_id: one for one in facts.chosen_claims(employer.pk, [one.claim_id for one in order])}
    if not chosen:
        return Balances(), {}
    family = facts.families_of(list(chosen.values()))[home.family_id].family
    family.balances, family.history = Balances(), {}
    found = {}
    for one in order:
        outcome = adjudicate(chosen[one.claim_id].claim, family)
        assert isinstance(outcome, EngineDecision)
        family.fold(chosen[one.claim_id].claim, outcome)
        found[one.claim_id] = outcome
    return family.balances, found


def nonzero(rows):
    return {key: amount for key, amount in rows.items() if amount}


def check(employer, home):
    balances, found = from_scratch(employer, home)
    assert nonzero(balances_of(home.family_id)) == nonzero(balances.rows())
    paid = sum(one.paid_cents for one in found.values() if one.outcome == "paid")
    refused = sum(one.charge_cents for one in found.values() if one.outcome == "denied")
    assert (ledger.balance("5010"), ledger.balance("2000"), ledger.balance("9000")) == (paid, -paid, refused)
    totals, lines = Counter(), Counter()
    for measure, cents in Totals.objects.filter(measure__in=("paid", "charge")).values_list("measure", "cents"):
        totals[measure] += cents
    for one in found.values():
        lines["paid"] += one.paid_cents
        lines["charge"] += one.charge_cents
    assert nonzero(totals) == nonzero(lines)
    # A reversal is the inverse: what was reversed adds up to nothing.
    gone = Claim.objects.exclude(pk__in=list(found)).values("pk")
    assert sum(DecisionLine.objects.filter(decision__claim_id__in=gone).values_list("paid_cents", flat=True)) == 0
    assert verify_books(employer_id=employer.pk).faults == []


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_end_is_the_same_as_deciding_what_survives_from_scratch(in_employer, steps):
    try:
        with transaction.atomic():
            home = open_plan(in_employer)[0]
            story = Story(in_employer, home)
            for step in steps:
                story.take(step)
            ripple(home)
            check(in_employer, home)
            assert not Correction.objects.filter(state="applying").exists()
            raise UndoneError
    except UndoneError:
        pass
