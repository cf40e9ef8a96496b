"""A small book for stories about claims: one PPO of 2026, one clinic in its network, families as many as are wanted."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.claims import services as claims
from tpa.books.claims.registration import NewClaim
from tpa.books.edi import services as edi
from tpa.books.members.models import Coverage, Family, Load, Member
from tpa.books.plans import services as plans
from tpa.books.providers import payee_addresses
from tpa.books.providers.models import (
    EmployerNetwork,
    Network,
    NetworkMembership,
    Price,
    PriceList,
    PriceListVersion,
    Provider,
    ProviderContract,
)
from tpa.engine.adjudication import facts
from tpa.engine.paying.address import mailing_address
from tpa.kernel.periods import FOREVER

ROOT = Path(__file__).parents[2]
LONG_AGO = datetime(2025, 11, 1, tzinfo=UTC)
RECEIVED = datetime(2026, 4, 1, 12, tzinfo=UTC)
NPI, TAX_ID = "1992999824", "123456789"
PRIMARY_CARE = "207Q00000X"
PRICES = {"99213": 15_000, "80053": 4_000, "27447": 1_000_000, "99243": 25_000, "98941": 8_000}
"""Code -> what the network's price list allows, in cents."""
BORN = date(1980, 5, 17)


class Household(NamedTuple):
    """A family's key, its members' keys (the subscriber first), and the subscriber's number."""

    family_id: int
    member_ids: list[int]
    number: str


def open_clinic(employer: Employer) -> None:
    """The employer rents the network of the clinic; network, clinic and prices are made for the first who does."""
    with desk_scope():
        network, is_new = Network.objects.get_or_create(code="NET", defaults={"name": "Network"})
        EmployerNetwork.objects.create(employer_id=employer.pk, network=network, starts_on=date(2020, 1, 1))
        if not is_new:
            return
        clinic = Provider.objects.create(npi=NPI, tax_id=TAX_ID, name="Clinic", specialty=PRIMARY_CARE)
        NetworkMembership.objects.create(provider=clinic, network=network, tier="network", starts_on=date(2020, 1, 1))
        prices = PriceList.objects.create(code="NET", name="Network prices")
        version = PriceListVersion.objects.create(price_list=prices, number=1, effective_on=date(2020, 1, 1))
        Price.objects.bulk_create(
            Price(version=version, code=code, amount_cents=cents) for code, cents in PRICES.items()
        )
        PriceListVersion.objects.filter(pk=version.pk).update(
            state="published", published_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        ProviderContract.objects.create(network=network, price_list=prices, starts_on=date(2020, 1, 1))
    know_address()


def know_address(tax_id: str = TAX_ID) -> None:
    """A claims file has given the provider's address."""
    with desk_scope():
        elm = mailing_address("1 Elm Street", "", "Denver", "CO", "80202")
        payee_addresses.hear_addresses(heard={tax_id: [elm]}, file_id=1, now=LONG_AGO)


def publish_ppo() -> int:
    """The sample PPO, in force from 2026; its plan's key."""
    text = (ROOT / "tpa/books/plans/templates/ppo.toml").read_text()
    plan = plans.create_plan(code="PPO", name="PPO", line="medical", at=LONG_AGO)
    version = plans.draft_version(plan_id=plan.pk, text=text, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO)
    plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
    return plan.pk


def enrol(
    employer: Employer,
    plan_id: int,
    *,
    count: int = 1,
    people: int = 2,
    first: int = 1,
    line: str = "medical",
    ends_before: date = FOREVER,
) -> list[Household]:
    """Families in the plan since 2026, each of a subscriber, a spouse and children, and known to the claims' index."""
    load = Load.objects.create(
        format="entry", scope="change", effective_on=date(2026, 1, 1), received_at=LONG_AGO, received_by="story"
    )
    families = Family.objects.bulk_create(
        Family(subscriber_number=f"S{number:06d}") for number in range(first, first + count)
    )
    members = Member.objects.bulk_create(
        Member(
            family=family,
            member_number=f"{family.subscriber_number}-{n}",
            group_number="GRP",
            relationship=("self", "spouse", "child")[min(n, 2)],
            last_name="Lind",
            first_name=("Ada", "Bo", "Cy", "Di", "Ed")[n],
            birth_on=BORN if n < 2 else BORN + timedelta(days=30 * 366 + n),
            sex="F",
            address_1=f"{n + 1} Oak Road",
            city="Boulder",
            state="CO",
            postal_code="80301",
            recorded_at=LONG_AGO,
            changed_at=LONG_AGO,
        )
        for family in families
        for n in range(people)
    )
    tier = "EE" if people == 1 else "EF"
    Coverage.objects.bulk_create(
        Coverage(
            member=member,
            family=member.family,
            line=line,
            plan_id=plan_id,
            tier=tier,
            starts_on=date(2026, 1, 1),
            ends_before=ends_before,
            recorded_at=LONG_AGO,
            load=load,
        )
        for member in members
    )
    edi.index_members(
        employer.pk,
        [
            (one.group_number, number, one.birth_on, one.pk, one.family_id)
            for one in members
            for number in (one.member_number, one.family.subscriber_number)
        ],
    )
    by_family: dict[int, list[int]] = {}
    for one in members:
        by_family.setdefault(one.family_id, []).append(one.pk)
    return [Household(family.pk, by_family[family.pk], family.subscriber_number) for family in families]


def open_book(employer: Employer, *, count: int = 1, people: int = 2) -> list[Household]:
    """Clinic, plan and families at once."""
    open_clinic(employer)
    with employer_scope(employer):
        return enrol(employer, publish_ppo(), count=count, people=people)


def line(number: int, code: str, charge_cents: int, on: date) -> facts.ServiceLine:
    """One line at the clinic's office."""
    return facts.ServiceLine(number, on, on, charge_cents, code, place="11", diagnoses=("J069",))


def new_claim(
    home: Household,
    *lines: tuple[str, int],
    on: date = date(2026, 3, 2),
    ref: str = "",
    who: int = 0,
    received_at: datetime = RECEIVED,
    npi: str = NPI,
) -> NewClaim:
    """A claim of the clinic: (code, charge) each line."""
    claim = facts.Claim(
        0,
        home.member_ids[who],
        "professional",
        received_at.date(),
        tuple(line(n, code, cents, on) for n, (code, cents) in enumerate(lines, 1)),
        TAX_ID,
        npi,
    )
    return NewClaim("rest", ref or f"{home.family_id}-{who}-{on}-{lines}", home.family_id, received_at, claim)


def register(*new: NewClaim) -> list[int]:
    """Into the books and on the list of work; the keys in order."""
    keys = claims.register_claims(claims=new, now=RECEIVED).keys
    return [keys[one.source, one.source_ref] for one in new]
