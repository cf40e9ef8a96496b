"""Setting the demo's TPA up through the services that a customer's set-up goes through. Doing it again changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.conf import settings

from tenants import directory
from tenants.errors import EmployerNotFound
from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tenants.services import provision_employer
from tpa.books.agreements import selectors as agreements_known
from tpa.books.agreements import services as agreements
from tpa.books.agreements.models import AsoAgreement, Carrier, FeeSchedule, StopLossContract
from tpa.books.identity import services as identity
from tpa.books.identity.models import User
from tpa.books.members import selectors as members
from tpa.books.payments import accounts
from tpa.books.payments import selectors as payments
from tpa.books.plans import services as plans
from tpa.books.plans.models import Plan
from tpa.books.plans.selectors import design
from tpa.books.providers import services as providers
from tpa.books.providers.models import (
    EmployerNetwork,
    Network,
    NetworkMembership,
    PriceList,
    Provider,
    ProviderContract,
)
from tpa.infra import clock
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.workflows.demo.book import DemoEmployer, DemoYear
from tpa.workflows.demo.claims import DemoProvider
from tpa.workflows.demo.files import TAXONOMY
from tpa.workflows.demo.names import STATE
from tpa.workflows.demo.population import PLAN_YEAR
from tpa.workflows.demo.services import PRICED
from tpa.workflows.group_numbers import add_group_number
from tpa.workflows.stop_loss_contracts import approve_contract_version, propose_contract

STARTS_ON = date(PLAN_YEAR, 1, 1)
BY = "demo"
ALONE_UP_TO_CENTS = 2_500_000
"""Of a payment run and of an invoice; beyond it two persons are needed."""
AUTHORITY_CENTS = {"examiner": 1_000_000}
"""How much a person of this role may change on a claim alone; the others as much as there is."""


class Login(NamedTuple):
    """Somebody who may log in to the demo."""

    host: str
    email: str
    role: str


def set_up_desk(demo_providers: Sequence[DemoProvider], password: str) -> list[Login]:
    """The TPA's own book: people, carrier, providers, network, price list."""
    with desk_scope():
        Carrier.objects.get_or_create(name="Demo Reinsurance", defaults={"claims_email": "claims@carrier.example"})
        if not PriceList.objects.filter(code="DEMO").exists():
            _prices()
            _providers(demo_providers)
        return [
            _login(settings.TPA_HOST, f"{name}@tpa.example", role, password)
            for name, role in (("admin", "tpa_admin"), ("examiner", "examiner"), ("finance", "finance"))
        ]


def two_persons() -> tuple[int, int]:
    """Who proposes what moves money, and who lets it go."""
    with desk_scope():
        maker, checker = (User.objects.get(email=f"{name}@tpa.example") for name in ("finance", "admin"))
    return maker.person, checker.person


def _login(host: str, email: str, role: str, password: str, employer: Employer | None = None) -> Login:
    if not User.objects.filter(email=email).exists():
        user = identity.create_user(email=email, name=role.replace("_", " ").title(), password=password)
        identity.grant_role(
            user=user,
            role=role,
            employer_id=employer.pk if employer else None,
            authority_cents=AUTHORITY_CENTS.get(role, 10**9),
        )
    return Login(host, email, role)


def _prices() -> None:
    rows = ["code,amount", *(f"{code},{format_amount(one.price_cents)}" for code, one in sorted(PRICED.items()))]
    version = providers.import_price_list(
        code="DEMO", name="Demo network", effective_on=date(2020, 1, 1), data="\n".join(rows).encode()
    )
    providers.publish_price_list(version_id=version.pk, now=clock.now())


def _providers(demo_providers: Sequence[DemoProvider]) -> None:
    network = Network.objects.create(code="DEMO", name="Demo network")
    ProviderContract.objects.create(
        network=network, price_list=PriceList.objects.get(code="DEMO"), starts_on=date(2020, 1, 1)
    )
    made = Provider.objects.bulk_create(
        Provider(npi=one.npi, tax_id=one.tax_id, name=one.name, specialty=TAXONOMY[one.specialty])
        for one in demo_providers
    )
    NetworkMembership.objects.bulk_create(
        NetworkMembership(provider=row, network=network, tier="network", starts_on=date(2020, 1, 1))
        for row, one in zip(made, demo_providers, strict=True)
        if one.in_network
    )


def set_up_employer(demo: DemoEmployer, password: str) -> tuple[Employer, list[Login]]:
    """One employer: schema, portal logins, plans, agreement and fees."""
    try:
        employer = directory.employer_of_code(demo.code)
    except EmployerNotFound:
        employer = provision_employer(code=demo.code, name=demo.name, situs=STATE)
    host = directory.portal_host(employer)
    with desk_scope():
        logins = [
            _login(host, f"finance@{demo.code}.example", "employer_finance", password, employer),
            _login(host, f"hr@{demo.code}.example", "employer_hr", password, employer),
        ]
        _contracts(demo, employer)
        if not agreements_known.group_numbers(employer.pk).exists():
            add_group_number(employer_id=employer.pk, number=demo.group)
    with employer_scope(employer):
        for plan in demo.plans:
            if not Plan.objects.filter(code=plan.code).exists():
                _plan(plan.code, plan.name, plan.line, plan.template)
        _paying_terms(demo)
    return employer, logins


def _paying_terms(demo: DemoEmployer) -> None:
    """The account that claims are paid from."""
    if payments.terms() is not None:
        return
    maker, checker = two_persons()
    made = accounts.propose_terms(
        bank_name="Demo Bank",
        routing_number="091000019",
        account_number=f"0012{demo.group}"[:17],
        company_id="1123456789",
        alone_up_to_cents=ALONE_UP_TO_CENTS,
        layout="generic",
        made_by_id=maker,
        now=clock.now(),
    )
    accounts.approve_terms(terms_id=made.pk, by_id=checker, now=clock.now())


def _plan(code: str, name: str, line: str, template: str) -> None:
    now = clock.now()
    made = plans.create_plan(code=code, name=name, line=line, at=now)
    version = plans.draft_version(plan_id=made.pk, text=design(template), effective_on=STARTS_ON, by=BY, at=now)
    plans.publish_version(version_id=version.pk, by=BY, at=now)


def _contracts(demo: DemoEmployer, employer: Employer) -> None:
    if not EmployerNetwork.objects.filter(employer=employer).exists():
        EmployerNetwork.objects.create(
            employer=employer, network=Network.objects.get(code="DEMO"), starts_on=date(2020, 1, 1)
        )
    if not AsoAgreement.objects.filter(employer=employer).exists():
        agreements.sign_aso_agreement(
            employer_id=employer.pk,
            number=f"ASO-{demo.code.upper()}",
            starts_on=STARTS_ON,
            lines=[agreements.LineTerms(line) for line in sorted({plan.line for plan in demo.plans})],
            services=["claims", "eligibility", "network", "stop_loss", "reporting"],
            funding_model=demo.funding_model,
            funding_terms=demo.funding_terms,
            billing_terms={"alone_up_to_cents": ALONE_UP_TO_CENTS},
            signed_on=date(PLAN_YEAR - 1, 11, 15),
        )
    if not FeeSchedule.objects.filter(employer=employer).exists():
        fees = [agreements.FeeTerms(**fee) for fee in demo.fees]
        version = agreements.save_fee_schedule(
            employer_id=employer.pk, name="Administration fees", effective_on=STARTS_ON, fees=fees
        )
        agreements.publish_fee_schedule(version_id=version.pk, now=clock.now())


def sign_stop_loss(year: DemoYear, employer: Employer) -> None:
    """The stop-loss contract, once the members are known: its laser names one of them."""
    with desk_scope():
        if StopLossContract.objects.filter(employer=employer).exists():
            return
    document = dict(year.employer.stop_loss)
    if year.lasered is not None:
        with employer_scope(employer):
            number = year.lasered.member_number(year.lasered.people[0])
            member = members.member_search(number).get()
        laser = {"unit_id": public_id("mem", employer.pk, member.pk), "deductible_cents": 15_000_000}
        document["specific"] = {**document["specific"], "lasers": [laser]}
    maker, checker = two_persons()
    with desk_scope():
        version = propose_contract(
            employer_id=employer.pk,
            carrier_id=Carrier.objects.get(name="Demo Reinsurance").pk,
            number=f"SL-{employer.code.upper()}-{PLAN_YEAR}",
            document=document,
            person_id=maker,
            eligible_employee_count=year.employer.employees,
        ).version
        approve_contract_version(version_id=version.pk, person_id=checker)


def clearinghouse_key() -> str:
    """A key for the demo's own uploads: the TPA's, for files alone. Keys expire by real time, whatever year is played."""
    with desk_scope(), clock.clock_at(datetime.now(UTC)):
        _, text = identity.issue_key(name="demo clearinghouse", scopes=["files.read", "files.write", "members.write"])
    return text


def new_password() -> str:
    """A password for all logins of this demo."""
    return f"demo-{secrets.token_hex(6)}"
