"""Grouping what is owed into payments, and setting off what a payee owes back.

A payee is a provider by tax id, a family, or whom a court's order names; one payment a payee and run. A decision that was
reversed after its payment comes as a claim below zero: it lowers the payment in which it is reported. What a payment cannot
bear is carried on as a balance: FB, forwarded to the payee's next payment, or WO, which waits some days so that the payee
can object or send the money (005010X221A1 1.10.2.12 and 1.10.2.17). In every payment::

    amount = claims + interest + carried - taken, and never below zero
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

PROVIDER, MEMBER, ORDERED = "provider", "member", "ordered"
FORWARD, WITHHELD, LETTER = "FB", "WO", "LT"
"""How a balance is recovered: from the next payment, from a payment after a delay, or by a letter that asks for it."""


class Payee(NamedTuple):
    """Who is paid: a provider by its tax id, a family's subscriber, or whom a court's order names in place of that one."""

    kind: str
    tax_id: str = ""
    family_id: int = 0
    name: str = ""
    """Of whom an order names; "" for the others."""


class Payable(NamedTuple):
    """A decision to be settled. `cents` is above zero where it is owed, below where it takes back what was paid."""

    decision_id: int
    claim_id: int
    payee: Payee
    name: str
    npi: str
    cents: int
    is_funded: bool = False
    """The employer's money was set aside before: an earlier payment of it was voided."""
    interest_cents: int = 0
    """What is owed besides because the claim is paid late; below zero: given back."""
    days_late: int = 0

    @property
    def total_cents(self) -> int:
        """The claim's part of a payment, interest in it."""
        return self.cents + self.interest_cents

    @property
    def needed_cents(self) -> int:
        """What of the employer's money has to be there for it."""
        return max(0, self.total_cents - (self.cents if self.is_funded else 0))


class Balance(NamedTuple):
    """What a payee still owes from an earlier payment and may be set off now."""

    balance_id: int
    payee: Payee
    code: str
    cents: int
    claim_id: int | None = None


class Carry(NamedTuple):
    """A balance that a payment leaves behind. `claim_id` None: it is the payment's as a whole."""

    code: str
    cents: int
    claim_id: int | None = None


class Planned(NamedTuple):
    """One payment as it will be."""

    payee: Payee
    claims: tuple[Payable, ...]
    taken: tuple[Balance, ...] = ()
    carried: tuple[Carry, ...] = ()

    @property
    def amount_cents(self) -> int:
        """What leaves; zero where everything is set off."""
        claims = sum(one.total_cents for one in self.claims)
        return claims + sum(one.cents for one in self.carried) - sum(one.cents for one in self.taken)

    @property
    def name(self) -> str:
        """As the latest of its claims has it."""
        return self.claims[-1].name

    @property
    def npi(self) -> str:
        """The one NPI of all its claims; empty where there are several."""
        npis = {one.npi for one in self.claims}
        return npis.pop() if len(npis) == 1 else ""


class Plan(NamedTuple):
    """The payments of a run in the order of their first claim, and what has to wait: for money, or for an address."""

    payments: tuple[Planned, ...]
    held: tuple[Payable, ...]
    unmailed: tuple[Payable, ...] = ()
    """Of payees to whom a check would go and whose address is not known."""


def plan_payments(
    waiting: Sequence[Payable], balances: Sequence[Balance], *, available_cents: int | None, wait_days: int = 0
) -> Plan:
    """What is paid now. `waiting` in its order, the oldest first; `available_cents` None: the money need not be there.

    A later, smaller claim does not overtake one that the money does not cover. `wait_days` above zero: overpayments are
    not set off at once but withheld (WO) from a payment after that time.
    """
    chosen, held = _covered(waiting, balances, available_cents, wait_days)
    groups: dict[Payee, list[Payable]] = {}
    for one in chosen:
        groups.setdefault(one.payee, []).append(one)
    owed: dict[Payee, list[Balance]] = {}
    for balance in balances:
        owed.setdefault(balance.payee, []).append(balance)
    payments = [_payment(payee, claims, owed.get(payee, []), wait_days) for payee, claims in groups.items()]
    return Plan(tuple(payments), tuple(held))


def held_of(owed_cents: Sequence[int], available_cents: int | None) -> list[int]:
    """Of amounts owed to as many payees, the oldest first, those that wait for money; None: the money need not be there."""
    waiting = [Payable(n, n, Payee(PROVIDER, str(n)), "", "", cents) for n, cents in enumerate(owed_cents)]
    return [one.cents for one in plan_payments(waiting, (), available_cents=available_cents).held]


def _covered(
    waiting: Sequence[Payable], balances: Sequence[Balance], available_cents: int | None, wait_days: int
) -> tuple[list[Payable], list[Payable]]:
    """What the money and the payees' own debts cover, and what is held."""
    debts: dict[object, int] = {}
    for one in waiting:
        if one.total_cents < 0:
            _add(debts, one.claim_id if wait_days else one.payee, -one.total_cents)
    for balance in balances:
        _add(debts, balance.payee, balance.cents)
    chosen, held, left = [], list[Payable](), available_cents
    for one in waiting:
        if one.needed_cents and left is not None:
            needed = max(0, one.needed_cents - sum(debts.get(key, 0) for key in _keys(one, wait_days)))
            if needed and (held or needed > left):
                held.append(one)
                continue
            left -= needed
            rest = one.needed_cents
            for key in _keys(one, wait_days):
                drawn = min(rest, debts.get(key, 0))
                _add(debts, key, -drawn)
                rest -= drawn
        chosen.append(one)
    return chosen, held


def _keys(one: Payable, wait_days: int) -> tuple[object, ...]:
    return (one.claim_id, one.payee) if wait_days else (one.payee,)


def _add(sums: dict[object, int], key: object, cents: int) -> None:
    sums[key] = sums.get(key, 0) + cents


def _payment(payee: Payee, claims: Sequence[Payable], owed: Iterable[Balance], wait_days: int) -> Planned:
    carried = _withheld(claims) if wait_days else []
    total = sum(one.total_cents for one in claims) + sum(one.cents for one in carried)
    taken = []
    for balance in owed:
        if total <= 0:
            break
        taken.append(balance)
        total -= balance.cents
    if total < 0:
        carried.append(Carry(FORWARD, -total))
    return Planned(payee, tuple(claims), tuple(taken), tuple(carried))


def _withheld(claims: Sequence[Payable]) -> list[Carry]:
    """What each claim was overpaid by, its correction counted."""
    by_claim: dict[int, int] = {}
    for one in claims:
        by_claim[one.claim_id] = by_claim.get(one.claim_id, 0) + one.total_cents
    return [Carry(WITHHELD, -cents, claim_id) for claim_id, cents in by_claim.items() if cents < 0]
