"""What real files hold beside ordinary claims: some are sent twice or late, some say wrongly whom they are about.

The last letter of a claim's control number tells which: R sent again, L late, X a mistyped member number, N a person whom
nobody has enrolled, G a group number that nobody has, B another birth date, T one of twins, and not which.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tpa.workflows.demo.claims import ClaimMaker, DemoClaim
from tpa.workflows.demo.population import PLAN_YEAR, DemoFamily, DemoPerson, make_families

_TWIN_UNDER = 12
_STRANGERS_FROM = 900_000
"""Numbers above those of every demo family."""


def with_twins(rng: Random, families: list[DemoFamily]) -> list[DemoFamily]:
    """The same families; the first that has a young child as its last one has a twin of that child."""
    born_after = date(PLAN_YEAR - _TWIN_UNDER, 1, 1)
    place, family = next((n, one) for n, one in enumerate(families) if one.people[-1].birth_on > born_after)
    child = family.people[-1]
    twin = child._replace(suffix=f"{int(child.suffix) + 1:02d}", given=rng.choice(("Robin", "Sasha", "Marlow")))
    return [*families[:place], family._replace(people=(*family.people, twin)), *families[place + 1 :]]


def twins_of(families: list[DemoFamily]) -> tuple[DemoFamily, DemoPerson]:
    """The family with twins, and the younger of them."""
    found = (one for one in families if len(one.people) > 1 and one.people[-1].birth_on == one.people[-2].birth_on)
    family = next(found)
    return family, family.people[-1]


def oddities(rng: Random, maker: ClaimMaker, families: list[DemoFamily], claims: list[DemoClaim]) -> list[DemoClaim]:
    """Odd claims beside these ordinary ones: of claims sent again one in eighty, of each other kind fewer."""
    few = max(1, len(claims) // 2_000)
    again = [
        _marked(claim, "R", received_on=claim.received_on + timedelta(days=21))
        for claim in rng.sample(claims, len(claims) // 80)
    ]
    family, twin = twins_of(families)
    return [
        *again,
        *[_late(_visit(rng, maker, families)) for _ in range(max(1, len(claims) // 300))],
        *[_mistyped(rng, _visit(rng, maker, families)) for _ in range(max(1, len(claims) // 500))],
        *[_stranger(rng, maker, families, number) for number in range(2 * few)],
        *[_of_no_group(_visit(rng, maker, families)) for _ in range(few)],
        *[_of_another_day(_visit(rng, maker, families)) for _ in range(few)],
        _told(maker.visit(family, twin), "T", given=""),
    ]


def _marked(claim: DemoClaim, letter: str, **changes: object) -> DemoClaim:
    return claim._replace(control=f"{claim.control}{letter}", **changes)  # type: ignore[arg-type]


def _visit(rng: Random, maker: ClaimMaker, families: list[DemoFamily]) -> DemoClaim:
    family = rng.choice(families)
    return maker.visit(family, rng.choice(family.people))


def _late(claim: DemoClaim) -> DemoClaim:
    """A claim that its provider forgot until the year was over, still within the plan's time for filing."""
    return _marked(claim, "L", received_on=max(claim.received_on, date(PLAN_YEAR + 1, 1, 9)))


def _mistyped(rng: Random, claim: DemoClaim) -> DemoClaim:
    """One digit of the member number is another; name, birth date and sex are right."""
    number, place = claim.member_number, rng.randint(1, 6)
    wrong = f"{number[:place]}{(int(number[place]) + rng.randint(1, 9)) % 10}{number[place + 1 :]}"
    return _marked(claim, "X", member_number=wrong)


def _stranger(rng: Random, maker: ClaimMaker, families: list[DemoFamily], n: int) -> DemoClaim:
    """Somebody who was hired, and whom no enrolment file has named yet."""
    known = rng.choice(families)
    plan = next(one.plan for one in known.coverages if one.line == "medical")
    (family,) = make_families(rng, prefix=known.number[0], count=1, medical=((plan, 1),), dental="")
    hired = family._replace(number=f"{known.number[0]}{_STRANGERS_FROM + n}")
    return _marked(maker.visit(hired, hired.people[0]), "N")


def _of_no_group(claim: DemoClaim) -> DemoClaim:
    """The number of the card's issuer in place of the group's."""
    return _marked(claim, "G", group="80840")


def _of_another_day(claim: DemoClaim) -> DemoClaim:
    """The birth date with another month."""
    born = claim.person.birth_on
    return _told(claim, "B", birth_on=born.replace(month=born.month % 12 + 1, day=min(born.day, 28)))


def _told(claim: DemoClaim, letter: str, **changes: object) -> DemoClaim:
    """The claim with its patient described otherwise."""
    person = claim.person._replace(**changes)  # type: ignore[arg-type]
    people = tuple(person if one == claim.person else one for one in claim.family.people)
    return _marked(claim, letter, person=person, family=claim.family._replace(people=people))
