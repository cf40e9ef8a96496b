"""The working line: its open charge, its moves, and the one place where counters are filled and clipped."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.accumulators.carry_over import late_code
from tpa.engine.accumulators.counter import Counter
from tpa.engine.adjudication.compiled import CompiledPlan, CompiledShare, Fills
from tpa.engine.adjudication.compiled_tiers import CompiledTier
from tpa.engine.adjudication.decision import Inputs, LineDecision, Move, PendReason
from tpa.engine.adjudication.facts import Claim, Coverage, Family, Person, PriorLine, ServiceLine, prior_line
from tpa.engine.adjudication.overrides import SET_ASIDE, Override, OverrideKind, found
from tpa.engine.coordination.answers import Prior
from tpa.engine.plan.terms_access import NeedsAuthorization
from tpa.engine.plan.terms_dental import Alternate
from tpa.engine.pricing.method import Package
from tpa.kernel.errors import InvariantError

EMPLOYEE_ONLY = "EE"
MEMBER = "PR"
DISCOUNT = "45"
DUPLICATE = "screens.duplicate"
OTHER_PLAN = "coordination.other_plan"


class Unauthorized(NamedTuple):
    """So many thousandths of the line's units have no authorization that the plan asks for."""

    terms: NeedsAuthorization
    missing_milli: int
    of_milli: int
    carc: str


class ClaimWork:
    """One claim while the rules work on it: what its lines have in common."""

    __slots__ = (
        "answers",
        "claim",
        "coverage",
        "decided",
        "entries",
        "family",
        "history",
        "left",
        "payee",
        "penalties",
        "pends",
        "person",
        "plan",
        "plans",
    )

    def __init__(self, claim: Claim, family: Family) -> None:
        self.claim = claim
        self.family = family
        self.person: Person | None = family.people.get(claim.member_id)
        self.pends: list[PendReason] = []
        self.entries: list[AccumulatorEntry] = []
        self.decided: list[LineDecision] = []
        self.history: dict[date, list[PriorLine]] = {}
        """This claim's own lines, by day, as its later lines see them."""
        self.left: dict[tuple[str, date], int] = {}
        """What is left of a counter, by code and key day, after the lines so far."""
        self.coverage: Coverage | None = None
        self.penalties: dict[str, int] = {}
        """What was taken on this claim for missing authorizations, by the code of the plan's rule."""
        self.plans: list[CompiledPlan] = []
        """Every plan version that decides a line."""
        self.plan: CompiledPlan | None = None
        """Of the line before: `left` was worked out for them."""
        self.payee = "provider"
        self.answers: dict[tuple[str, ...], dict[int, Prior]] = {}
        """What payers have done, by line number; kept by their names."""

    def pend(self, code: str, queue: str, detail: str = "", line_number: int = 0) -> bool:
        """Stop the claim for a person; False where an examiner has settled this reason."""
        if code in self.claim.cleared:
            return False
        self.pends.append(PendReason(code, queue, line_number, detail))
        return True

    def use_plan(self, coverage: Coverage, plan: CompiledPlan) -> None:
        """The next line stands under this coverage and plan: limits may be others than the line's before."""
        if plan is not self.plan or coverage is not self.coverage:
            self.plan, self.coverage = plan, coverage
            self.plans.append(plan)
            self.left.clear()

    def same_day(self, day: date) -> list[PriorLine]:
        """Lines of this member on this day that were not denied, decided before or earlier in this claim."""
        prior = self.family.history.get((self.claim.member_id, day))
        own = self.history.get(day, [])
        return [*(line for line in prior if line.paid), *own] if prior else own


class LineWork:
    """One line while the rules work on it. The charge starts open; what is still open at the end is paid."""

    __slots__ = (
        "allowed_cents", "alternate", "benefit", "claim", "coinsurance_cents", "copay_cents", "coverage",
        "deductible_cents", "denied", "first_cents", "is_admitted", "is_closed", "is_final", "is_first_visit", "line",
        "member_cents", "moves", "open_cents", "package", "person", "plan", "priced_cents", "prior", "rate", "share",
        "tier", "tier_name",
        "unauthorized", "version_id", "work",
    )  # fmt: skip

    plan: CompiledPlan
    person: Person
    coverage: Coverage
    share: CompiledShare
    tier: CompiledTier

    def __init__(self, work: ClaimWork, person: Person, line: ServiceLine) -> None:
        self.work = work
        self.claim = work.claim
        self.person = person
        self.line = line
        self.open_cents = line.charge_cents
        self.allowed_cents = 0
        self.deductible_cents = 0
        self.copay_cents = 0
        self.coinsurance_cents = 0
        self.member_cents = 0
        self.version_id = 0
        self.benefit = ""
        self.tier_name = ""
        self.is_first_visit = False
        self.is_admitted = False
        self.first_cents = 0
        """How much of the open charge belongs to the first dollars of the year."""
        self.alternate: tuple[Alternate, ServiceLine] | None = None
        """The cheaper service as which the line is paid."""
        self.rate: tuple[int, str] | None = None
        """The member's coinsurance in basis points and its clause, where it is not the share's own."""
        self.unauthorized: Unauthorized | None = None
        self.denied = False
        self.is_closed = False
        """Denied or waiting for a person: no later rule looks at the line."""
        self.moves: list[Move] = []
        self.prior: Prior | None = None
        """What other plans have paid before this one."""
        self.priced_cents = 0
        """The price before it is held against the charge."""
        self.is_final = False
        """No edit changes the price."""
        self.package: tuple[str, Package] | None = None
        """The method and its one price for several lines of the claim, this one among them."""

    def move(self, rule: str, group: str, carc: str, cents: int, clause: str = "", inputs: Inputs = ()) -> None:
        """Take `cents` out of the open charge. Zero is no move; more than is open breaks an invariant.

        Below zero only a discount may be: a contract that allows more than the charge.
        """
        if cents == 0:
            return
        if cents > self.open_cents or (cents < 0 and carc != DISCOUNT):
            raise InvariantError(f"{rule} moves {cents} of {self.open_cents} open cents")
        self.open_cents -= cents
        if group == MEMBER:
            self.member_cents += cents
        self.moves.append(Move(rule, group, carc, cents, clause, inputs))
        if self.claim.overrides and (one := self._set_aside(rule)):
            self._give_back(one, self.moves[-1])

    def _set_aside(self, rule: str) -> Override | None:
        return found(self.claim.overrides, self.line.number, OverrideKind.SET_ASIDE, rule)

    def _give_back(self, one: Override, move: Move) -> None:
        """The opposite of a move of a rule that does not count on this line."""
        self.open_cents += move.cents
        if move.group == MEMBER:
            self.member_cents -= move.cents
        inputs: Inputs = ((SET_ASIDE, one.reason), ("override", one.override_id))
        self.moves.append(move._replace(cents=-move.cents, inputs=inputs))

    def repeated(self, *, paid: bool) -> PriorLine | None:
        """The line of another claim of this person, provider and day that is this one again: same codes, place, units, charge.

        Among those that were `paid`, or among those that were denied.
        """
        claim, line = self.claim, self.line
        for prior in self.work.family.history.get((claim.member_id, line.from_on), ()):
            if (
                prior.paid is paid
                and prior.claim_id != claim.claim_id
                and prior.charge_cents == line.charge_cents
                and prior.procedure == line.procedure
                and prior.revenue_code == line.revenue_code
                and prior.modifiers == line.modifiers
                and prior.units_milli == line.units_milli
                and prior.provider == claim.provider
                and prior.is_there(line)
            ):
                return prior
        return None

    def deny(self, rule: str, group: str, carc: str, clause: str = "", inputs: Inputs = ()) -> None:
        """Deny the line for a reason of its own; what was denied before is denied as a duplicate: nobody owes it again."""
        first = self.repeated(paid=False)
        asides = self.claim.overrides
        if first is None or (asides and (self._set_aside(rule) or self._set_aside(DUPLICATE))):
            self.deny_as(rule, group, carc, clause, inputs)
        else:
            self.deny_as(DUPLICATE, "OA", "18", "", (("claim", first.claim_id), ("denied_by", rule)))

    def deny_as(self, rule: str, group: str, carc: str, clause: str = "", inputs: Inputs = ()) -> None:
        """Move everything that is open; no rule after this one looks at the line, unless a person has set this one aside."""
        if self.claim.overrides and self._set_aside(rule):
            self.move(rule, group, carc, self.open_cents, clause, inputs)
            return
        self.denied = self.is_closed = True
        self.allowed_cents = 0
        if any(entry.line_number == self.line.number for entry in self.work.entries):
            # What is denied uses nothing up, whatever an earlier limit has filed for it.
            self.work.entries = [entry for entry in self.work.entries if entry.line_number != self.line.number]
            self.work.left.clear()
        if group == MEMBER and self.prior is not None:
            self._settle_elsewhere(self.prior)
        self.move(rule, group, carc, self.open_cents, clause, inputs)

    def _settle_elsewhere(self, prior: Prior) -> None:
        """Of a denied line the member owes no more than the plans before this one have left open."""
        terms = self.plan.terms.coordination
        assert terms is not None
        owed = self.line.charge_cents - prior.paid_cents
        if prior.left_cents is not None:
            owed = min(owed, prior.left_cents)
        inputs: Inputs = (
            ("method", terms.method.value),
            ("normal_cents", 0),
            ("allowable_cents", 0),
            ("prior_paid_cents", prior.paid_cents),
            ("pays_cents", 0),
        )
        settled = self.open_cents - max(0, owed - self.member_cents)
        if settled > 0:
            self.move(OTHER_PLAN, "OA", "23", min(settled, self.open_cents), terms.clause, inputs)

    def pend(self, code: str, queue: str, detail: str = "") -> bool:
        """Stop the claim for a person; False where an examiner has settled this reason."""
        stopped = self.work.pend(code, queue, detail, self.line.number)
        self.is_closed = self.is_closed or stopped
        return stopped

    def left(self, counter: Counter) -> int:
        """What the member may still use of a counter on the day of service, after the claim's earlier lines."""
        day = self.line.from_on
        if counter.is_dated:
            return max(0, self._room(counter) - self._used_by_claim(counter, day))
        key = (counter.code, counter.key_on(day))
        left = self.work.left.get(key)
        if left is None:
            code, key_on = key
            left = self._room(counter)
            left -= sum(one.amount for one in self.work.entries if one.code == code and one.period_on == key_on)
            left = self.work.left[key] = max(0, left)
        return left

    def _room(self, counter: Counter) -> int:
        is_family = self.coverage.tier != EMPLOYEE_ONLY
        return counter.room(self.work.family.balances, self.person.member_id, self.line.from_on, is_family=is_family)

    def _used_by_claim(self, counter: Counter, day: date) -> int:
        """What this claim's earlier lines have filed in the window of a counter that keeps days."""
        span = counter.window_on(day)
        return sum(one.amount for one in self.work.entries if one.code == counter.code and one.period_on in span)

    def fill(self, counter: Counter, amount: int) -> None:
        """File an accumulator entry. Beyond what is left it breaks an invariant."""
        self._file(counter, amount, self.left(counter))

    def _file(self, counter: Counter, amount: int, left: int) -> None:
        if not 0 <= amount <= left:
            raise InvariantError(f"{counter.code} would pass its limit: {amount} of {left} left")
        line, work = self.line, self.work
        key_on = counter.key_on(line.from_on)
        member_id = self.person.member_id
        if not counter.is_dated:
            work.left[counter.code, key_on] = left - amount
        work.entries.append(AccumulatorEntry(member_id, counter.code, key_on, amount, line.number))
        if counter.carry_over is not None and counter.carries(line.from_on):
            work.entries.append(AccumulatorEntry(member_id, late_code(counter.code), key_on, amount, line.number))

    def note(self, code: str, day: date, amount: int) -> None:
        """File under a code that no counter stops: what later claims must know of this one. Zero is not filed."""
        if amount:
            self.work.entries.append(AccumulatorEntry(self.person.member_id, code, day, amount, self.line.number))

    def noted(self, code: str, first_on: date, last_on: date) -> int:
        """What earlier claims, and this one so far, have noted for the member under the days of a window, both included."""
        own = sum(one.amount for one in self.work.entries if one.code == code and first_on <= one.period_on <= last_on)
        return own + self.work.family.balances.used_between(self.person.member_id, code, first_on, last_on)

    def member_pays(self, rule: str, carc: str, wanted: int, fills: Fills, clause: str, inputs: Inputs) -> int:
        """Move a part of the member's share, clipped to what is open and to every counter that stops it; the cents moved.

        This is the one place that clips. What was moved is what is filed, so that a deductible cut short by the
        out-of-pocket maximum counts only as far as it was really applied.
        """
        cents = wanted if wanted < self.open_cents else self.open_cents
        stopped_by = None
        lefts = [self.left(counter) for counter in fills.caps]
        for counter, left in zip(fills.caps, lefts, strict=True):
            if left < cents:
                cents = left
                stopped_by = counter
        if cents <= 0:
            return 0
        if stopped_by is not None:
            inputs = (*inputs, ("stopped_by", stopped_by.code))
        self.move(rule, MEMBER, carc, cents, clause, inputs)
        if self.claim.overrides and self._set_aside(rule):
            return 0
        for counter, left in zip(fills.caps, lefts, strict=True):
            self._file(counter, cents, left)
        for counter in fills.fed:
            left = self.left(counter)
            if left:
                self._file(counter, min(cents, left), left)
        return cents

    def covered_since(self) -> date:
        """The first day of the unbroken coverage of this line of coverage, under whatever plan."""
        spans = self.work.family.coverages.get(self.claim.member_id, ())
        since_on = self.coverage.starts_on
        earlier = True
        while earlier:
            touching = [
                one.starts_on
                for one in spans
                if one.line == self.coverage.line and one.starts_on < since_on <= one.ends_before
            ]
            earlier = bool(touching)
            since_on = min(touching, default=since_on)
        return since_on

    def same_visit(self) -> list[PriorLine]:
        """Lines of this member with this provider on this day that were not denied, earlier ones of this claim included."""
        provider = self.claim.provider
        return [line for line in self.work.same_day(self.line.from_on) if line.provider == provider]

    def finish(self) -> None:
        """Add the line to what is decided. Raises InvariantError unless charge = paid + moves."""
        line, moves = self.line, tuple(self.moves)
        if self.open_cents < 0 or line.charge_cents != self.open_cents + sum([move[3] for move in moves]):
            raise InvariantError(f"claim {self.claim.claim_id} line {line.number}: charge is not paid + moves")
        self.work.decided.append(
            LineDecision(
                line.number,
                self.version_id,
                self.coverage.line if self.version_id else "",
                self.benefit,
                self.tier_name,
                self.denied,
                line.charge_cents,
                self.allowed_cents,
                self.open_cents,
                self.deductible_cents,
                self.copay_cents,
                self.coinsurance_cents,
                self.member_cents,
                moves,
            )
        )
        if not self.denied and len(self.claim.lines) > 1:
            copay_cents = self.copay_cents
            if self.prior is not None:
                # What another plan has paid of a copay was taken at this visit all the same.
                copay_cents = sum(move.cents for move in moves if move.carc == "3" and move.cents > 0)
            prior = prior_line(self.claim, line, self.benefit, copay_cents, paid=True)
            self.work.history.setdefault(line.from_on, []).append(prior)
