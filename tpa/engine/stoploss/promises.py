"""What a carrier has promised for the renewal of its contract, and what of it the next terms do not keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract, Laser, Premium
from tpa.kernel.money import BASIS_POINTS, format_amount

NO_NEW_LASERS, RATE_CAP = "no new lasers", "rate cap"


class Broken(NamedTuple):
    """A promise that is not kept: the clause's name, the place in the next terms, and a sentence."""

    clause: str
    path: str
    message: str


def follows(before: Contract, after: Contract) -> bool:
    """Whether a contract is the renewal of another: its policy begins where the other one's ends."""
    return before.policy.ends_before == after.policy.starts_on


def broken_promises(before: Contract, after: Contract) -> list[Broken]:
    """The clauses of a contract that its renewal does not keep. A quote is looked at whatever its dates."""
    return [*_new_lasers(before, after), *_dearer(before, after)]


def _new_lasers(before: Contract, after: Contract) -> Iterator[Broken]:
    if not before.renewal.no_new_lasers or after.specific is None:
        return
    held = before.specific.lasers if before.specific else {}
    for unit_id, laser in after.specific.lasers.items():
        known = held.get(unit_id)
        if known is None:
            yield _laser(unit_id, "is lasered anew")
        elif _is_worse(known, laser):
            yield _laser(unit_id, "has a worse laser than before")


def _laser(unit_id: int, what: str) -> Broken:
    return Broken(
        NO_NEW_LASERS, "/specific/lasers", f"Unit {unit_id} {what}; the contract before promises {NO_NEW_LASERS}."
    )


def _is_worse(known: Laser, laser: Laser) -> bool:
    """A higher deductible, an exclusion in its place, or the same without the condition that it had."""
    if laser.deductible_cents is None:
        return known.deductible_cents is not None or (known.when is not None and laser.when != known.when)
    if known.deductible_cents is None:
        return False
    return laser.deductible_cents > known.deductible_cents or (known.when is not None and laser.when != known.when)


def _dearer(before: Contract, after: Contract) -> Iterator[Broken]:
    cap = before.renewal.rate_cap_bp
    if cap is None:
        return
    for name in ("specific", "aggregate"):
        old, new = getattr(before, name), getattr(after, name)
        if old is None or new is None or old.premium is None or new.premium is None:
            continue
        for tier, most in _most(old.premium, new.premium, cap).items():
            asked = new.premium.rate_of(tier)
            if asked > most:
                text = f"{name} premium {tier} {format_amount(asked)} is above {format_amount(most)}"
                yield Broken(
                    RATE_CAP,
                    f"/{name}/premium/rates_cents/{tier}",
                    f"{text}; the contract before promises a {RATE_CAP}.",
                )


def _most(old: Premium, new: Premium, cap_bp: int) -> Mapping[str, int]:
    """Tier -> the highest rate that keeps the promise; of tiers that had a rate."""
    tiers = dict.fromkeys([*old.rates_cents, *new.rates_cents])
    return {tier: old.rate_of(tier) * (BASIS_POINTS + cap_bp) // BASIS_POINTS for tier in tiers if old.rate_of(tier)}
