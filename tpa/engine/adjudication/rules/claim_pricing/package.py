"""One price for several lines: a case rate, a stay by days, a DRG."""

from collections.abc import Collection, Sequence

from tpa.engine.adjudication.compiled import CompiledShare
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.pricing.method import Package
from tpa.kernel.money import portion, split

NAME = "claim_pricing.package"
BUNDLED = "97"


def spread_packages(lines: Sequence[LineWork]) -> None:
    """Lay the one price on its lines, and move out the rest of their charges; lines that were denied take no part."""
    packages: dict[tuple[str, Package], list[LineWork]] = {}
    for work in lines:
        if work.package is not None:
            packages.setdefault(work.package, []).append(work)
    for (method, package), members in packages.items():
        charges = {work.line.number: work.line.charge_cents for work in members}
        owed = _of_those(package, charges)
        parts = spread(owed, tuple(charges.values()), tuple(charges), lesser=members[0].tier.tier.lesser_of_billed)
        for work, allowed in zip(members, parts, strict=True):
            _allow(work, method, owed.cents, allowed)


def _of_those(package: Package, numbers: Collection[int]) -> Package:
    """The price without what denied lines brought into it: days that are not covered, or the case itself."""
    wishes = tuple(wish for wish in package.wishes if wish[0] in numbers)
    return package._replace(cents=sum(cents for _, cents in wishes), wishes=wishes) if package.wishes else package


def spread(package: Package, charges: tuple[int, ...], numbers: tuple[int, ...], *, lesser: bool) -> list[int]:
    """The price on lines of these charges: each takes its wish as far as its charge reaches, the rest goes on in order.

    With `lesser` never more than the charges together; without it, what they cannot hold lies on the first that wished.
    """
    cents = min(package.cents, sum(charges)) if lesser else package.cents
    if package.most_bp is not None:
        cents = min(cents, portion(sum(charges), package.most_bp))
    if not package.wishes:
        return split(cents, charges)
    wishes = dict(package.wishes)
    parts = []
    for number, charge in zip(numbers, charges, strict=True):
        parts.append(min(wishes.get(number, 0), charge, cents))
        cents -= parts[-1]
    for place, charge in enumerate(charges):
        more = min(cents, charge - parts[place])
        parts[place] += more
        cents -= more
    parts[next(place for place, number in enumerate(numbers) if number in wishes)] += cents
    return parts


def _allow(work: LineWork, method: str, package_cents: int, allowed: int) -> None:
    work.allowed_cents = work.priced_cents = allowed
    excess_cents = work.line.charge_cents - allowed
    inputs = (("method", method), ("package_cents", package_cents), ("allowed_cents", allowed))
    group = work.tier.excess_group if excess_cents > 0 else "CO"
    work.move(NAME, group, "45" if allowed else BUNDLED, excess_cents, work.tier.tier.clause, inputs)


def _may_be_package(share: CompiledShare) -> bool:
    return any(step.is_package for step in share.prices)


RULE = Rule(
    "A case rate, a stay by days or a DRG is one price for its lines.",
    spread_packages,
    operator="Priced with other lines by {method} at {package_cents}, of which {allowed_cents} lies on this line.",
    member="These services have one price of {package_cents} together; {allowed_cents} of it is on this line.",
    wanted=_may_be_package,
)
