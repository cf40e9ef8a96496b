"""What a plan recovers where a third party is liable for an injury that the plan has paid for (R-A25).

A self-funded plan's own terms control. Where they say nothing of the attorney's fee, the plan bears its part of what it
cost to win the money (the common fund: US Airways v. McCutchen, 569 U.S. 88); where they exclude that, it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded, portion, split


class FeeTerms(StrEnum):
    """What the plan's terms say of the attorney's fee and costs."""

    SILENT = "silent"
    """Nothing: the plan bears its proportionate part."""
    SHARED = "shared"
    """The plan bears its proportionate part."""
    EXCLUDED = "excluded"
    """The plan bears none."""


class SettlementError(DomainError):
    """The figures of a settlement do not fit together."""

    code = "settlement"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a third party pays, in cents. `fee_cents` is what the attorney takes of it, `costs_cents` what it cost besides.

    `damages_cents`: the member's whole loss, what the plan has paid included; asked for where the plan's terms let the
    member be made whole first.
    """

    settlement_cents: int
    fee_cents: int = 0
    costs_cents: int = 0
    damages_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """Who gets what of a settlement, in cents: settlement = fee + costs + recovered + member's.

    The member's is below zero where terms that exclude sharing take more than fee and costs have left.
    """

    lien_cents: int
    after_fees_cents: int
    """The settlement less fee and costs, before the plan is paid back."""
    fee_share_cents: int
    """The plan's part of the fee."""
    costs_share_cents: int
    recovered_cents: int
    member_cents: int


def settle(
    lien_cents: int, found: Settlement, *, fee_terms: FeeTerms = FeeTerms.SILENT, made_whole: bool = False
) -> Recovery:
    """What the plan recovers of its lien.

    The lien is what the plan paid for the injury, and no more than the settlement. With `made_whole` the plan gets what
    is left once the member has, after fee and costs, the whole of the loss that the plan did not pay.
    Raises SettlementError where fee and costs are more than the settlement, or damages are wanted.
    """
    taken = found.fee_cents + found.costs_cents
    if min(lien_cents, found.settlement_cents, found.fee_cents, found.costs_cents) < 0:
        raise SettlementError("An amount of a settlement is below zero.")
    if taken > found.settlement_cents:
        raise SettlementError("Fee and costs are more than the settlement.", where="/fee")
    claimed = min(lien_cents, found.settlement_cents)
    fee_share = costs_share = 0
    if fee_terms is not FeeTerms.EXCLUDED and found.settlement_cents:
        fee_share = divide_rounded(claimed * found.fee_cents, found.settlement_cents)
        costs_share = divide_rounded(claimed * found.costs_cents, found.settlement_cents)
    after_fees = found.settlement_cents - taken
    recovered = claimed - fee_share - costs_share
    if made_whole:
        if found.damages_cents is None:
            raise SettlementError("The member's whole loss is wanted.", where="/damages")
        own_loss = max(0, found.damages_cents - lien_cents)
        recovered = min(recovered, max(0, after_fees - own_loss))
    return Recovery(lien_cents, after_fees, fee_share, costs_share, recovered, after_fees - recovered)


def fee_of(settlement_cents: int, fee_bp: int) -> int:
    """The attorney's fee as a percentage of the settlement."""
    return portion(settlement_cents, fee_bp)


def by_payment(recovered_cents: int, paid_cents: Sequence[int]) -> list[int]:
    """A recovery split over the payments that it is for, by their amounts: what each one costs the fund less."""
    return split(recovered_cents, paid_cents)


def given_back(cents: int, came_cents: Sequence[int], over_cents: Sequence[int]) -> list[int]:
    """What is given back of a recovery split over the payments that it came for.

    `came_cents` is what has come for each, `over_cents` what of it is more than the payment costs today: that goes first.
    """
    over = sum(over_cents)
    if cents <= over:
        return split(cents, over_cents)
    rest = split(cents - over, [came - one for came, one in zip(came_cents, over_cents, strict=True)])
    return [one + more for one, more in zip(over_cents, rest, strict=True)]


def owed_to_carrier(paid_cents: int, recovered_cents: int, deductible_cents: int, reimbursed_cents: int) -> int:
    """What of a recovery the stop-loss carrier gets back: what it has reimbursed beyond what it would owe without it.

    `paid_cents` is what was eligible for the person before the recovery, `deductible_cents` the specific deductible.
    """
    owed = max(0, paid_cents - recovered_cents - deductible_cents)
    return min(recovered_cents, max(0, reimbursed_cents - owed))
