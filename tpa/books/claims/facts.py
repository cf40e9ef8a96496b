"""The facts of many claims at once: a handful of queries for a thousand claims, whatever is in them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims.dental import with_dental
from tpa.books.claims.overrides import read_orders
from tpa.books.members import authorizations
from tpa.books.members import selectors as members
from tpa.books.plans import selectors as plans
from tpa.books.providers import selectors as providers
from tpa.books.providers.code_tables import edit_tables
from tpa.books.providers.sanctions import LISTED
from tpa.engine.accumulators.balances import Balances
from tpa.engine.adjudication import facts
from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.compiled_edits import NO_TABLES, EditTables
from tpa.engine.adjudication.overrides import Override
from tpa.engine.coordination.answers import OtherPayer, payers_from_json, with_answers
from tpa.engine.plan.terms import PlanTerms
from tpa.engine.pricing.price import BASE_RATE, Price, PriceBook, PriceKey
from tpa.infra.postgres.prepared import Asked, keys_text, prepared, prepared_all


class Waiting(NamedTuple):
    """A claim on the list of work: the version that its decision takes, and the claim as the engine sees it."""

    version: int
    family_id: int
    claim: facts.Claim


class FamilyFacts(NamedTuple):
    """A family as the engine sees it, and how many accumulator entries it has since its last checkpoint."""

    family: facts.Family
    fresh_count: int


_CLAIM = f"""c.id, c.family_id, c.member_id, c.form, c.received_on, c.provider_tax_id, c.provider_npi, c.specialty,
    c.frequency, c.original_reference, c.facility_code, c.admitted_on, c.related_causes, c.other_payers, c.assigned,
    c.drg, c.zip_code, c.repriced_cents, c.accident_on, c.dental, {LISTED}, ARRAY(
        SELECT jsonb_build_array(false, reasons) FROM claims_pend
        WHERE claim_id = c.id AND resolution = 'released' AND resolved_at <= coalesce(%(known_at)s, resolved_at)
        UNION ALL SELECT '[false, [["replacement"]]]' FROM claims_closing
        WHERE by_claim_id = c.id AND why = 'replaced' AND closed_at <= coalesce(%(known_at)s, closed_at)
        UNION ALL SELECT jsonb_build_array(null, jsonb_build_array(id, payer)) FROM claims_payeranswer
        WHERE claim_id = c.id AND recorded_at <= coalesce(%(known_at)s, recorded_at)
        UNION ALL SELECT jsonb_build_array(true, jsonb_build_array(id, why, orders)) FROM claims_override
        WHERE claim_id = c.id AND in_force_at <= coalesce(%(known_at)s, in_force_at)
            AND (ended_at IS NULL OR ended_at > %(known_at)s)
    ), c.service_on"""
_FAMILIES = """
    SELECT DISTINCT family_id FROM (
        SELECT family_id FROM claims_work WHERE family_id > %s ORDER BY family_id, received_at, claim_id LIMIT %s
    ) AS next ORDER BY 1"""
# A claim is looked up by its key, whatever the planner knows of the tables: OFFSET 0 keeps it from reading them whole.
_WAITING = f"""
    SELECT w.version, {_CLAIM} FROM (
        SELECT claim_id, family_id, version, received_at FROM claims_work WHERE family_id = ANY(%(families)s::bigint[])
        ORDER BY family_id, received_at, claim_id LIMIT %(limit)s
    ) w CROSS JOIN LATERAL (SELECT * FROM claims_claim WHERE id = w.claim_id OFFSET 0) c
    ORDER BY w.family_id, w.received_at, w.claim_id"""
_CHOSEN = f"SELECT 0, {_CLAIM} FROM claims_claim c WHERE c.id = ANY(%(claims)s::bigint[])"
_LINES = """
    SELECT claim_id, number, from_on, through_on, charge_cents, procedure, modifiers, revenue_code, place, units_milli,
        diagnoses, tooth, surfaces, "authorization", repriced_cents, emergency, area, placed_before_on,
        noncovered_cents
    FROM claims_claimline WHERE claim_id = ANY(%s::bigint[]) ORDER BY claim_id, number"""
_HISTORY = """
    SELECT came.member_id, came.from_on, came.claim_id, c.provider_tax_id, c.provider_npi, came.procedure,
        came.modifiers, came.revenue_code, came.tooth, came.surfaces, came.area, came.units_milli, came.charge_cents,
        line.benefit, line.copay_cents, NOT line.denied
    FROM unnest(%s::bigint[], %s::date[]) AS days(member_id, from_on)
    JOIN claims_claimline AS came ON came.member_id = days.member_id AND came.from_on = days.from_on
        AND came.claim_id NOT IN (SELECT unnest(%s::bigint[]))
    JOIN LATERAL (
        SELECT id, outcome FROM claims_decision WHERE claim_id = came.claim_id ORDER BY version DESC LIMIT 1
    ) AS live ON live.outcome NOT IN ('reversed', 'estimate')
    JOIN claims_decisionline AS line ON line.decision_id = live.id AND line.number = came.number
    JOIN claims_claim AS c ON c.id = came.claim_id
    ORDER BY came.claim_id, came.number"""


def families_with_work(*, after: int, limit: int) -> list[int]:
    """Families that the next `limit` waiting claims belong to, among those with a key over `after`; ascending."""
    return [family_id for (family_id,) in prepared(_FAMILIES, [after, limit])]


def waiting_claims(employer_id: int, family_ids: Collection[int], limit: int) -> list[Waiting]:
    """Up to `limit` claims on the list of work of these families, in the order in which each family's are decided."""
    asked = {"families": keys_text(family_ids), "limit": limit, "known_at": None}
    return _claims(employer_id, prepared(_WAITING, asked))


def chosen_claims(employer_id: int, claim_ids: Collection[int], *, known_at: datetime | None = None) -> list[Waiting]:
    """Any claims as the engine sees them, cleared of what was settled by `known_at` (None: now); version 0."""
    return _claims(employer_id, prepared(_CHOSEN, {"claims": keys_text(claim_ids), "known_at": known_at}))


def _claims(employer_id: int, rows: Sequence[tuple[Any, ...]]) -> list[Waiting]:
    claim_ids = [row[1] for row in rows]
    lines: dict[int, list[facts.ServiceLine]] = {claim_id: [] for claim_id in claim_ids}
    asks = {row[1]: providers.Ask(row[7], row[6], row[-1]) for row in rows}
    who = set(asks.values())
    came, known = prepared_all((_LINES, [keys_text(claim_ids)]), providers.ask_standings(employer_id, who))
    standings = providers.read_standings(known, who)
    for claim_id, *line in came:
        line[5], line[9] = tuple(line[5]), tuple(line[9])
        lines[claim_id].append(facts.ServiceLine(*line))
    said = {row[1]: _said(row[-2]) for row in rows}
    return [
        Waiting(
            version,
            family_id,
            _claim(
                dental,
                listed,
                said[claim_id],
                claim_id,
                member_id,
                form,
                received_on,
                tuple(lines[claim_id]),
                tax_id,
                npi,
                standings[asks[claim_id]].specialty or specialty,
                standings[asks[claim_id]].network,
                standings[asks[claim_id]].price_list_id,
                frequency,
                reference,
                facility_code,
                admitted_on,
                tuple(causes),
                payers_from_json(others),
                assigned,
                said[claim_id].cleared,
                drg,
                zip_code,
                repriced_cents,
                accident_on,
            ),
        )
        for (
            version,
            claim_id,
            family_id,
            member_id,
            form,
            received_on,
            tax_id,
            npi,
            specialty,
            frequency,
            reference,
            facility_code,
            admitted_on,
            causes,
            others,
            assigned,
            drg,
            zip_code,
            repriced_cents,
            accident_on,
            dental,
            listed,
            *_,
        ) in rows
    ]


class _Said(NamedTuple):
    """What was said of a claim after it came: the reasons to wait that are settled, overrides, other plans' answers."""

    cleared: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    answers: tuple[OtherPayer, ...] = ()


_NOTHING = _Said()


def _said(texts: Sequence[str]) -> _Said:
    if not texts:
        return _NOTHING
    cleared: list[str] = []
    overrides: list[Override] = []
    answers: list[tuple[int, list[Any]]] = []
    for is_override, told in map(json.loads, texts):
        if is_override:
            overrides += read_orders(*told)
        elif is_override is None:
            answers.append(told)
        else:
            cleared += (reason[0] for reason in told)
    payers = payers_from_json(json.dumps([payer for _, payer in sorted(answers)])) if answers else ()
    return _Said(tuple(cleared), tuple(sorted(overrides)), payers)


def _claim(dental: str | None, listed: str, said: _Said, *known: Any) -> facts.Claim:
    claim = facts.Claim(*known)
    if listed:
        claim = claim._replace(sanction=listed)
    if said.overrides:
        claim = claim._replace(overrides=said.overrides)
    if said.answers:
        claim = claim._replace(other_payers=with_answers(claim.other_payers, said.answers))
    return claim if dental is None else with_dental(claim, dental)


_PINNED = """
    SELECT claim_id, specialty, network, price_list_id FROM claims_decision
    WHERE claim_id = ANY(%s) AND decided_at = %s AND price_list_id IS NOT NULL AND outcome <> 'reversed'"""


def claims_decided_at(employer_id: int, claim_ids: Collection[int], instant: datetime) -> list[Waiting]:
    """Claims as the decisions of that instant saw them: the provider stands where it stood then. Version 0."""
    pinned = {claim_id: standing for claim_id, *standing in prepared(_PINNED, [list(claim_ids), instant])}
    found = []
    for one in chosen_claims(employer_id, claim_ids, known_at=instant):
        if one.claim.claim_id in pinned:
            specialty, network, price_list_id = pinned[one.claim.claim_id]
            claim = one.claim._replace(specialty=specialty, network=network, price_list_id=price_list_id)
            one = one._replace(claim=claim)
        found.append(one)
    return found


def families_of(claims: Sequence[Waiting], *, known_at: datetime | None = None) -> dict[int, FamilyFacts]:
    """The families of these claims as the engine sees them now, with the history of the days that the claims are about.

    With `known_at`, people, coverage and plans are as they were known then, and balances and history are empty: a
    replay brings its own. About ten queries.
    """
    ids = sorted({one.family_id for one in claims})
    asked = members.ask_facts(ids, known_at)
    if known_at is None:
        *rows, sums, lines = prepared_all(*asked, accumulators.ask_balances(ids), _ask_history(claims))
        balances, histories = accumulators.read_balances(sums), _read_history(lines, claims)
    else:
        rows, balances, histories = prepared_all(*asked), {}, {}
    people = members.read_facts(rows, known_at)
    covered_by = {one.plan_id for family in people.values() for spans in family.coverages.values() for one in spans}
    dated = plans.published_terms(covered_by, known_at=known_at)
    plans_in_force = [one.terms for versions in dated.values() for one in versions]
    prices = price_book(claims, plans_in_force, known_at=known_at)
    authorized = _authorized(ids, dated, known_at)
    coding = _edit_tables(claims, plans_in_force, histories)
    nothing = accumulators.FamilyBalances([], 0)
    found = {}
    for family_id in ids:
        known, held = people[family_id], balances.get(family_id, nothing)
        family = facts.Family(
            family_id,
            known.people,
            known.coverages,
            {
                one.plan_id: dated[one.plan_id]
                for spans in known.coverages.values()
                for one in spans
                if one.plan_id in dated
            },
            prices,
            Balances(held.rows),
            histories.get(family_id, {}),
            elsewhere=known.elsewhere,
            authorizations=authorized.get(family_id, {}),
            edit_tables=coding,
        )
        found[family_id] = FamilyFacts(family, held.fresh_count)
    return found


def _authorized(
    family_ids: list[int], dated: Mapping[int, tuple[facts.DatedPlan, ...]], known_at: datetime | None
) -> dict[int, dict[int, tuple[facts.Authorization, ...]]]:
    """What is authorized, by family and member; asked for only where a plan wants to know."""
    if any(one.terms.authorizations for versions in dated.values() for one in versions):
        return authorizations.of_families(family_ids, known_at=known_at)
    return {}


def _edit_tables(
    claims: Iterable[Waiting], plans: Iterable[PlanTerms], histories: Mapping[int, facts.History]
) -> EditTables:
    """What the kept tables of coding edits that these plans name say of the procedures of these claims, and before."""
    tables = {name for terms in plans if terms.edits is not None for name in terms.edits.tables}
    if not tables:
        return NO_TABLES
    codes = {line.procedure for one in claims for line in one.claim.lines}
    codes |= {prior.procedure for days in histories.values() for lines in days.values() for prior in lines}
    return edit_tables(tables, codes - {""})


def price_book(claims: Iterable[Waiting], plans: Iterable[PlanTerms], *, known_at: datetime | None = None) -> PriceBook:
    """The prices that any of these claims may need by these plans, each looked up once; as published by `known_at`."""
    lists: set[int] = set()
    codes: set[str] = {BASE_RATE}
    for one in claims:
        lists.add(one.claim.price_list_id)
        codes.add(one.claim.drg)
        for line in one.claim.lines:
            codes.update((line.procedure, line.revenue_code))
    named: set[str] = set()
    for terms in plans:
        plan = compile_plan(terms)
        named |= plan.tables
        codes |= plan.priced_codes
    names = {key: name for name, key in providers.table_keys(named).items()}
    found: dict[PriceKey, list[Price]] = {}
    wanted = (lists | names.keys()) - {0}
    for (key, code), rows in providers.prices(wanted, codes - {""}, known_at=known_at).items():
        found[key, code] = rows
        if key in names:
            found[names[key], code] = rows
    return PriceBook(found)


def _ask_history(claims: Sequence[Waiting]) -> Asked:
    """Decided lines of other claims on the same days of the same members."""
    days = {(one.claim.member_id, line.from_on) for one in claims for line in one.claim.lines}
    members_days = [keys_text(member for member, _ in days), f"{{{','.join(day.isoformat() for _, day in days)}}}"]
    return _HISTORY, [*members_days, keys_text(one.claim.claim_id for one in claims)]


def _read_history(rows: Iterable[tuple[Any, ...]], claims: Sequence[Waiting]) -> dict[int, facts.History]:
    """The same by family, member and day."""
    family_of = {one.claim.member_id: one.family_id for one in claims}
    found: dict[int, facts.History] = {}
    for member_id, day, claim_id, tax_id, npi, procedure, modifiers, *rest in rows:
        prior = facts.PriorLine(claim_id, tax_id or npi, procedure, tuple(modifiers), *rest)
        found.setdefault(family_of[member_id], {}).setdefault((member_id, day), []).append(prior)
    return found
