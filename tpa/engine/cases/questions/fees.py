"""What an invoice of a month comes to: fee schedule, premiums, census, claims, credits and other facts make its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from tpa.engine.billing.activity import RECOVERIES, Activity, ClaimRow, claims_by_line
from tpa.engine.billing.census import Census, Enrolment
from tpa.engine.billing.fees.performance import MEASURES
from tpa.engine.billing.invoice import CreditDue, Invoice, InvoiceFacts, PastMonth, compose_invoice
from tpa.engine.billing.schedule import FEES, RETRO_MONTHS, FeeLine, Premium, check_labels, read_fee
from tpa.engine.billing.taxes import Place, places_of
from tpa.engine.billing.tiers import parse_tier_rates
from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.words import Words
from tpa.kernel.coverage import FUND_LINES, TIERS
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount
from tpa.kernel.periods import FOREVER, month_of

_ALWAYS = date(1900, 1, 1)
MOST_PEOPLE = 100_000
COUNTED = (
    "cobra_notices",
    "cobra_participants",
    *(f"{kind}_accounts" for kind in ("hsa", "hra", "fsa", "commuter", "wellness")),
)


def solve(row: Words) -> Mapping[str, Answer]:
    """The lines, and what they come to by fee, by broker and in all."""
    month = row.day("month")
    fees, premiums = _fees(row), [_premium(one) for one in row.sections("premium_rates")]
    lives_in: dict[int, str] = {}
    census = Census(month, people := _people(row, lives_in=lives_in))
    activity = _activity(row)
    facts = InvoiceFacts(
        census,
        fees,
        premiums,
        activity,
        claims=claims_by_line(activity.claims) if row.flag("bills_claims", False) else (),
        past=[_past(one, fees, premiums, people) for one in row.sections("billed")],
        credits=[_credit(one, month) for one in row.sections("credits")],
        places=_places(row, census, lives_in, activity),
        prior_balance_cents=row.signed_cents("prior_balance", 0),
    )
    return _answers(compose_invoice(facts), activity)


def _places(row: Words, census: Census, lives_in: Mapping[int, str], activity: Activity) -> list[Place]:
    """Where fees and claims are taxed: `place`, but for the people and claims that have one of their own."""
    situs = row.place() if "place" in row else ""
    row.value("place", None)
    heads = [lives_in.get(subscriber, "") for subscriber, _ in census.counted("first_of_month")]
    claims = [
        (Words.of(one).place() if "place" in one else "", claim.paid_cents)
        for one, claim in zip(row.sections("claims"), activity.claims, strict=True)
    ]
    return places_of(situs, heads, claims)


def _answers(invoice: Invoice, activity: Activity) -> dict[str, Answer]:
    charges: Counter[str] = Counter()
    brokers: Counter[str] = Counter()
    for line in invoice.lines:
        charges[line.description] += line.cents
        if line.basis.get("fee", line.description) != line.description and line.month == invoice.month:
            charges[line.basis["fee"]] += line.cents
        if "broker" in line.basis:
            brokers[line.basis["broker"]] += line.cents
    return {
        "lines": tuple(f"{line.description} {format_amount(line.cents)}" for line in invoice.lines),
        "charges": dict(charges),
        "brokers": dict(brokers),
        "retroactive": sum(line.cents for line in invoice.lines if line.month != invoice.month),
        "fees": invoice.fees_cents,
        "taxes": invoice.taxes_cents,
        "premium": invoice.premium_cents,
        "credits": invoice.credits_cents,
        "total": invoice.fees_cents + invoice.taxes_cents,
        "with_claims": invoice.fees_cents
        + invoice.taxes_cents
        + invoice.premium_cents
        + sum(claim.paid_cents for claim in activity.claims)
        + sum(activity.premiums_cents.values()),
        "amount_due": invoice.amount_due_cents,
    }


def _fees(row: Words) -> list[FeeLine]:
    found = []
    for one in row.sections("fees"):
        with one:
            code = one.choice("fee", FEES)
            found.append(read_fee(code, str(one.text("name", FEES[code].label)), one))
    if not found:
        raise DocumentError("At least one fee is wanted.", where=row.at("fees"))
    try:
        check_labels(found)
    except DocumentError as fault:
        where = row.at("fees") + fault.where.replace("/label", "/name")
        raise DocumentError(fault.message, where=where, remedy=fault.remedy) from fault
    return found


def _premium(section: Section) -> Premium:
    with Words.of(section) as one:
        name = str(one.text("name"))
        return Premium(name, name, parse_tier_rates(one), one.whole("retro_months", RETRO_MONTHS, most=120))


def _credit(section: Section, month: date) -> CreditDue:
    with Words.of(section) as one:
        cents, where = int(one.cents("amount")), one.at("amount")
        against, taxed_in = one.choice("against", ("fund", "fee", "premium"), "fund"), one.day("corrects", None)
        name = str(one.text("name"))
    if not cents:
        raise DocumentError("A credit is above nothing.", where=where)
    return CreditDue("credit", name, cents, month, against, taxed_in and month_of(taxed_in).starts_on)


def _people(row: Words, suffix: str = "", lives_in: dict[int, str] | None = None) -> list[Enrolment]:
    """Everybody of `lives`, `lives_by_line`, `members` and `people`. Subscribers of `lives` are covered in every line.

    `lives_in` is told where somebody lives elsewhere than the plan is.
    """
    found: list[Enrolment] = []
    lives, members = (row.numbers(f"{key}{suffix}", TIERS, most=MOST_PEOPLE) for key in ("lives", "members"))
    for tier in dict.fromkeys([*lives, *members]):
        dependents = members.get(tier, lives.get(tier, 0)) - lives.get(tier, 0)
        if dependents < 0:
            raise DocumentError(f"Tier {tier} has fewer members than lives.", where=row.at(f"members{suffix}"))
        first = len(found)
        found += [_always(first + n, "", tier, 0) for n in range(lives.get(tier, 0))]
        found += [_always(first, "", tier, n + 1) for n in range(dependents)]
    everywhere = [one._replace(line=line) for one in found for line in FUND_LINES]
    by_line = row.section(f"lives_by_line{suffix}") if f"lives_by_line{suffix}" in row else Words({})
    row.value(f"lives_by_line{suffix}", None)
    for line in by_line.keys():  # noqa: SIM118
        if line not in FUND_LINES:
            raise DocumentError(f"One of {', '.join(FUND_LINES)} is wanted.", where=by_line.at(line))
        tiers = [tier for tier, count in by_line.numbers(line, TIERS, most=MOST_PEOPLE).items() for _ in range(count)]
        everywhere += [_always(-1 - n, line, tier, 0) for n, tier in enumerate(tiers)]
    for n, one in enumerate(row.sections(f"people{suffix}")):
        everywhere += _person(one, 10**6 + n, {} if lives_in is None else lives_in)
    return everywhere


def _always(subscriber: int, line: str, tier: str, person: int) -> Enrolment:
    return Enrolment(subscriber, line, tier, _ALWAYS, FOREVER, person)


def _person(section: Section, subscriber: int, lives_in: dict[int, str]) -> Iterator[Enrolment]:
    with Words.of(section) as one:
        if "place" in one:
            lives_in[subscriber] = one.place()
        one.text("name", None)
        lines = one.texts("lines", FUND_LINES, options=FUND_LINES)
        tier = one.choice("tier", TIERS, "EE")
        starts_on, ends_before = one.day("starts_on", _ALWAYS), one.day("ends_before", FOREVER)
        members = one.whole("members", 1, least=1, most=50)
        if starts_on >= ends_before:
            raise DocumentError("starts_on must be before ends_before.", where=one.at("ends_before"))
    for line in lines:
        for person in range(members):
            yield Enrolment(subscriber, line, tier, starts_on, ends_before, person)


def _activity(row: Words) -> Activity:
    return Activity(
        tuple(_claim(one, n + 1) for n, one in enumerate(row.sections("claims"))),
        row.amounts("recovered", RECOVERIES),
        row.numbers("counts", COUNTED),
        row.rates("measured", MEASURES),
        row.amounts("premiums"),
        fees_before_cents=tuple(_by_label(one) for one in row.sections("fees_before")),
    )


def _by_label(section: Section) -> dict[str, int]:
    one = Words.of(section)
    return {name: int(one.cents(name)) for name in one.keys()}  # noqa: SIM118


def _claim(section: Section, number: int) -> ClaimRow:
    """One claim, or `count` of them in one figure; a claim taken back has the count -1 and amounts below zero."""
    with Words.of(section) as one:
        count = one.whole("count", 1, least=-(10**6))
        paid = one.signed_cents("paid", 0)
        if "savings" in one:
            savings = one.signed_cents("savings", 0)
        else:
            savings = one.signed_cents("charge", 0) - one.signed_cents("allowed", 0)
        for key in ("savings", "charge", "allowed"):
            one.value(key, None)
        line = one.choice("line", FUND_LINES, "medical")
        network, incurred_on = one.text("network", ""), one.day("incurred_on", None)
        one.value("place", None)
    return ClaimRow(line, count, paid, savings, network, incurred_on, number if abs(count) == 1 else 0)


def _past(section: Section, fees: list[FeeLine], premiums: list[Premium], people: list[Enrolment]) -> PastMonth:
    """A month that was billed: whom the invoice counted, and who is known of it now (the question's people without it)."""
    with Words.of(section) as one:
        month = month_of(one.day("month")).starts_on
        then = _people(one)
        now = _people(one, "_now") or people
        return PastMonth(fees, premiums, Census(month, then), Census(month, now), _activity(one))


KIND = Kind("What an invoice of a month comes to.", solve)
