"""What happened in a month, as fees look at it: claims decided, money recovered, things counted, work measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.document import Section

RECOVERIES = ("subrogation", "stop_loss", "refund", "rebate")
"""Where money comes back from: liable third parties, the stop-loss carrier, overpaid providers, drug makers."""


class ClaimRow(NamedTuple):
    """One decision in one line of coverage, or several summed up. A reversal has the signs turned round.

    `claim_count` is 0 in the further lines of coverage of one claim. `savings_cents`: charge less allowed, of what is
    not denied. `network`: the tier of the plan that decided. `decision` tells decisions apart; 0 where it is a sum.
    """

    line: str
    claim_count: int
    paid_cents: int
    savings_cents: int = 0
    network: str = ""
    incurred_on: date | None = None
    decision: int = 0


class PaidClaims(NamedTuple):
    """The claims of one line of coverage that the employer is asked to fund, reversals taken off.

    `claim_count` may be negative where more was reversed than decided.
    """

    line: str
    claim_count: int
    paid_cents: int
    savings_cents: int = 0


class Worked(NamedTuple):
    """A month's work on claims. `waits`: days from receipt to the first decision -> how many claims waited so long.

    `wrong_count` and `wrong_cents`: claims that were decided again because of a fault of the TPA's, and what payees got
    too much or too little, without its sign.
    """

    waits: Mapping[int, int] = MappingProxyType({})
    paid_cents: int = 0
    wrong_count: int = 0
    wrong_cents: int = 0


class Activity(NamedTuple):
    """The month's claims, and what else fees are computed on.

    `recovered_cents`: by RECOVERIES. `counts`: things counted by name (cobra_notices, hsa_accounts). `measures`: results
    by name in basis points (financial_accuracy). `premiums_cents`: by premium code. `charged_cents`: what earlier stages
    of the schedule charge for this month, by fee label. `fees_before_cents`: the same of the months before, the latest first.
    `worked`: this month and those before it, the latest first.
    """

    claims: tuple[ClaimRow, ...] = ()
    recovered_cents: Mapping[str, int] = MappingProxyType({})
    counts: Mapping[str, int] = MappingProxyType({})
    measures: Mapping[str, int] = MappingProxyType({})
    premiums_cents: Mapping[str, int] = MappingProxyType({})
    charged_cents: Mapping[str, int] = MappingProxyType({})
    fees_before_cents: tuple[Mapping[str, int], ...] = ()
    worked: tuple[Worked, ...] = ()

    def fees_cents(self, labels: Collection[str] | None) -> int:
        """What the fees of earlier stages come to: those named, all without names."""
        return _sum_of(self.charged_cents, labels)

    def fees_of_period_cents(self, months: int, labels: Collection[str] | None) -> int:
        """The same of this month and those before it, `months` in all."""
        return self.fees_cents(labels) + sum(_sum_of(one, labels) for one in self.fees_before_cents[: months - 1])


def _sum_of(fees: Mapping[str, int], labels: Collection[str] | None) -> int:
    return sum(cents for label, cents in fees.items() if labels is None or label in labels)


class Which(NamedTuple):
    """Which claims a fee looks at; None and an open date: every one."""

    lines: tuple[str, ...] | None = None
    networks: tuple[str, ...] | None = None
    incurred_from: date | None = None
    incurred_before: date | None = None

    def of(self, claims: Iterable[ClaimRow]) -> list[ClaimRow]:
        """The rows that are meant. A row without a day of service is meant by no dates."""
        return [row for row in claims if self._means(row)]

    def _means(self, row: ClaimRow) -> bool:
        if self.lines is not None and row.line not in self.lines:
            return False
        if self.networks is not None and row.network not in self.networks:
            return False
        if self.incurred_from is None and self.incurred_before is None:
            return True
        day = row.incurred_on
        return (
            day is not None
            and (self.incurred_from is None or self.incurred_from <= day)
            and (self.incurred_before is None or day < self.incurred_before)
        )


def parse_which(section: Section) -> Which:
    """`lines` of coverage, `networks` (tiers of the plan), `incurred_from` and `incurred_before`; all optional."""
    return Which(
        section.texts("lines", None, options=FUND_LINES),
        section.texts("networks", None),
        section.day("incurred_from", None),
        section.day("incurred_before", None),
    )


def claims_by_line(claims: Iterable[ClaimRow]) -> tuple[PaidClaims, ...]:
    """What is to be funded, by line of coverage, the lines in their order; lines without anything are left out."""
    sums: dict[str, list[int]] = {}
    for row in claims:
        one = sums.setdefault(row.line, [0, 0, 0])
        for place, figure in enumerate((row.claim_count, row.paid_cents, row.savings_cents)):
            one[place] += figure
    return tuple(PaidClaims(line, *figures) for line, figures in sorted(sums.items()) if any(figures))
