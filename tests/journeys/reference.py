"""Books kept plainly: what an employer's accounts must come to, worked out from what happened and not from postings.

One plan (500.00 deductible, then 20 %, at most 2,000.00 a person), one payee, one stop-loss contract without an
aggregate. Nothing here calls the platform.
"""

from dataclasses import dataclass, field

DEDUCTIBLE, MOST, SPECIFIC = 50_000, 200_000, 20_000


@dataclass
class Version:
    """A decision on a claim. `cents` is below zero where it takes the one before it back.

    `stage`: open, issued (in a payment that stands) or funded (its payment was voided).
    """

    claim: int
    cents: int
    share: tuple[int, int]
    reverses: "Version | None" = None
    stage: str = "open"
    is_reversed: bool = False


@dataclass
class Paid:
    """A payment: what is in it, what it carried on, what of earlier payments it took."""

    amount: int
    versions: list[Version]
    carried: int
    taken: "list[Paid]"
    state: str = "issued"
    taken_by: "Paid | None" = None
    number: str = ""


@dataclass
class Person:
    """Charges by claim, in the order of receipt; those taken back are gone."""

    charges: dict[int, int] = field(default_factory=dict)

    def shares(self) -> dict[int, tuple[int, int]]:
        """Claim -> (deductible, coinsurance)."""
        found, used, owed = {}, 0, 0
        for claim, charge in self.charges.items():
            deductible = min(charge, DEDUCTIBLE - used, MOST - owed)
            coinsurance = min((charge - deductible + 2) // 5, MOST - owed - deductible)
            used, owed = used + deductible, owed + deductible + coinsurance
            found[claim] = (deductible, coinsurance)
        return found


@dataclass
class Reference:
    """The employer's books."""

    people: dict[int, Person] = field(default_factory=dict)
    versions: dict[int, list[Version]] = field(default_factory=dict)
    payments: dict[int, Paid] = field(default_factory=dict)
    deposits: int = 0
    carrier: int = 0
    asked: dict[int, int] = field(default_factory=dict)
    refused: dict[int, dict[int, int]] = field(default_factory=dict)
    swept: dict[int, int] = field(default_factory=dict)

    # Claims

    def decide(self, person: int, claim: int, charge: int) -> None:
        """A new claim, the last in the person's order."""
        self.people[person].charges[claim] = charge
        self._follow(person)

    def take_back(self, person: int, claim: int) -> None:
        """A claim is taken back for good; the person's later claims follow."""
        del self.people[person].charges[claim]
        self._reverse(self.versions[claim][-1])
        self._follow(person)

    def _follow(self, person: int) -> None:
        charges = self.people[person].charges
        for claim, share in self.people[person].shares().items():
            past = self.versions.setdefault(claim, [])
            if past and past[-1].share == share:
                continue
            if past:
                self._reverse(past[-1])
            past.append(Version(claim, charges[claim] - sum(share), share))

    def _reverse(self, version: Version) -> None:
        version.is_reversed = True
        self.versions[version.claim].append(Version(version.claim, -version.cents, version.share, version))

    def standing(self) -> list[tuple[int, int]]:
        """(person, claim) of all claims that stand."""
        return [(person, claim) for person, held in self.people.items() for claim in held.charges]

    # Payments

    def waits(self, version: Version) -> bool:
        """Whether a run has to settle it."""
        if version.stage == "issued":
            return False
        if version.reverses is None:
            return not version.is_reversed
        return version.reverses.stage == "issued"

    def owed_back(self) -> list[Paid]:
        """Payments that carried something on which no later one has taken."""
        return [one for one in self.payments.values() if one.carried and one.state != "void" and one.taken_by is None]

    def plan(self, order: list[tuple[int, int]]) -> Paid | None:
        """What a run pays of the decisions, named as (claim, version) in their order; None where it pays nothing."""
        waiting = [one for claim, n in order if self.waits(one := self.versions[claim][n - 1])]
        debt = sum(one.carried for one in self.owed_back()) - sum(min(0, one.cents) for one in waiting)
        left, chosen, is_short = max(0, self.free()), [], False
        for one in waiting:
            if one.cents > 0 and one.stage == "open":
                drawn = min(one.cents, debt)
                if one.cents > drawn and (is_short or one.cents - drawn > left):
                    is_short = True
                    continue
                left, debt = left - (one.cents - drawn), debt - drawn
            chosen.append(one)
        if not chosen:
            return None
        total, taken = sum(one.cents for one in chosen), []
        for one in self.owed_back():
            if total <= 0:
                break
            taken.append(one)
            total -= one.carried
        return Paid(max(0, total), chosen, max(0, -total), taken)

    def issue(self, key: int, paid: Paid) -> None:
        """The payment of a plan leaves."""
        for version in paid.versions:
            version.stage = "issued"
        for one in paid.taken:
            one.taken_by = paid
        self.payments[key] = paid

    def may_void(self, paid: Paid) -> bool:
        """Not where a later payment rests on it."""
        if paid.state != "issued" or paid.taken_by is not None or not paid.amount:
            return False
        later = [one for past in self.versions.values() for one in past if one.reverses and one.stage == "issued"]
        return not any(one.reverses is version for one in later for version in paid.versions)

    def void(self, paid: Paid) -> None:
        """As if it had not been issued, but that the employer's money for what is still owed is set aside."""
        paid.state = "void"
        for version in paid.versions:
            version.stage = "open" if version.reverses or version.cents == 0 else "funded"
        for one in paid.taken:
            one.taken_by = None

    # Accounts, as debits less credits

    def cash(self) -> int:
        """What came less what the bank has paid."""
        cleared = sum(one.amount for one in self.payments.values() if one.state == "cleared")
        return self.deposits + self.carrier - cleared

    def outstanding(self) -> int:
        """Issued, and not cleared."""
        return -sum(one.amount for one in self.payments.values() if one.state == "issued")

    def set_aside(self) -> int:
        """Funded, and to be paid again."""
        return -sum(one.cents for one in self._owed("funded"))

    def free(self) -> int:
        """The employer's deposits that nothing has used."""
        return self.cash() + self.outstanding() + self.set_aside()

    def payable(self) -> int:
        """Decided, and not funded."""
        return -sum(one.cents for one in self._owed("open"))

    def expense(self) -> int:
        """What all claims that stand cost."""
        return sum(one.cents for past in self.versions.values() for one in past)

    def receivable(self) -> int:
        """What payees hold that the plan does not owe."""
        back = [one for past in self.versions.values() for one in past if one.reverses and self.waits(one)]
        return sum(one.carried for one in self.owed_back()) - sum(one.cents for one in back)

    def _owed(self, stage: str) -> list[Version]:
        rows = [one for past in self.versions.values() for one in past]
        return [one for one in rows if one.reverses is None and not one.is_reversed and one.stage == stage]

    # Stop-loss

    def excess(self) -> dict[int, int]:
        """Person -> what was paid above the deductible, as far as it was not taken back."""
        found = {}
        for person, held in self.people.items():
            paid = [self.versions[claim][-1] for claim in held.charges]
            found[person] = max(0, sum(one.cents for one in paid if one.stage == "issued") - SPECIFIC)
        return found

    def sweep(self) -> None:
        """What the carrier owes is looked at."""
        self.swept = self.excess()

    def carrier_owes(self) -> int:
        """As of the last look; below zero where it has paid too much."""
        return sum(cents - self.still_refused(who) for who, cents in self.swept.items()) - self.carrier

    def still_refused(self, person: int) -> int:
        """What was refused lies on top of what was asked for: it goes first where less is owed by now."""
        return max(0, self._refused(person) - max(0, self.asked.get(person, 0) - self.swept[person]))

    def ask(self, person: int, filing: int, cents: int, accepted: int) -> None:
        """The carrier is asked, accepts so much and pays it at once."""
        self.asked[person] = self.asked.get(person, 0) + cents
        self.refused.setdefault(person, {})[filing] = cents - accepted
        self.carrier += accepted

    def appeal(self, person: int, filing: int) -> None:
        """It pays the rest."""
        self.carrier += self.refused[person].pop(filing)

    def may_appeal(self) -> list[tuple[int, int, int]]:
        """(person, filing, what was refused of it)."""
        return [(who, *one) for who, held in self.refused.items() for one in held.items() if one[1]]

    def pay_carrier_back(self, cents: int) -> None:
        """It is taken off what was asked for the people for whom too much was, in the order in which they came; what was
        refused of them is done with.
        """
        self.carrier -= cents
        for person in sorted(self.asked):
            refused = self._refused(person)
            part = min(cents, max(0, self.asked[person] - refused - self.swept[person]))
            if part:
                self.asked[person] -= part + refused
                self.refused[person] = {}
            cents -= part

    def _refused(self, person: int) -> int:
        return sum(self.refused.get(person, {}).values())
