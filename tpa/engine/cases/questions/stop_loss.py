"""What a stop-loss carrier reimburses: by person, for the group, month by month; and what it has to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tpa.engine.cases.question import Answer, Kind
from tpa.engine.cases.stop_loss_read import HEADS, Claims, People, contract_of, last_day, lives_of
from tpa.engine.stoploss.advance import advances
from tpa.engine.stoploss.aggregate import Lives
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import AggregateExposure, Exposure, SpecificExposure, exposure
from tpa.engine.stoploss.notices import REASONS, notices
from tpa.engine.stoploss.promises import broken_promises
from tpa.engine.stoploss.windows import CARRIED
from tpa.kernel.document import Section


def solve(row: Section) -> Mapping[str, Answer]:
    """The exposure of a contract from claims and lives as known on a day, with the notices and advances of that day."""
    people = People()
    contract, stated = contract_of(row, people)
    claims = Claims(row, contract, people)
    lives = lives_of(row, contract, stated)
    as_of = row.day("as_of", last_day(contract))
    found = exposure(contract, claims.amounts, lives, as_of)
    all_paid = [one if one.paid_on else one._replace(paid_on=as_of) for one in claims.amounts]
    expected = exposure(contract, all_paid, lives, as_of)
    answers: dict[str, Answer] = {
        "premium": _premium(contract, lives),
        "paid_by": contract.paid_window.last_day,
        "file_by": contract.file_by,
        "broken": _broken(row, contract, people),
    }
    specific = aggregate = 0
    if found.specific is not None:
        specific = found.specific.reimbursable_cents
        answers |= _specific(found.specific, people)
        answers["at_risk"] = _by_name(expected.specific, people, minus=found.specific)
        due = {people.name(one.unit_id): one.cents for one in advances(contract, found, expected, as_of)}
        answers["advances"] = {name: due.get(name, 0) for name in people.keys}
        told = notices(contract, found, [one for one in claims.events if one.on <= as_of])
        answers["notices"] = {
            name: tuple(one for one in REASONS if (key, one) in {(notice.unit_id, notice.reason) for notice in told})
            for name, key in people.keys.items()
        }
    if found.aggregate is not None:
        aggregate = found.aggregate.reimbursable_cents
        answers |= _aggregate(found.aggregate)
    out = _left_out(found, claims)
    ours = (one for one in claims.amounts if one.about.kind != CARRIED)
    paid = sum(one.cents for one in ours if one.paid_on and one.known_on <= as_of)
    answers |= {
        "left_out": {name: out.get(one.decision_id, "") for name, one in claims.by_name.items()},
        "employer": paid - specific - aggregate,
    }
    return answers


def _broken(row: Section, contract: Contract, people: People) -> tuple[str, ...]:
    """The promises of `contract_before` that the contract does not keep, each with its place and once."""
    if "contract_before" not in row:
        row.value("contract_before", None)
        return ()
    before, _ = contract_of(row, people, "contract_before")
    return tuple(dict.fromkeys(f"{one.clause} {one.path}" for one in broken_promises(before, contract)))


def _premium(contract: Contract, lives: Iterable[Lives]) -> int:
    heads = [row for row in lives if row.factor == HEADS]
    asked = [cover.premium for cover in (contract.specific, contract.aggregate) if cover and cover.premium]
    return sum(one.rate_of(row.tier) * row.lives_count for one in asked for row in heads)


def _by_name(
    cover: SpecificExposure | None,
    people: People,
    key: str = "reimbursable_cents",
    minus: SpecificExposure | None = None,
) -> dict[str, int]:
    """A figure of the units by name, less the same of another cover."""
    sums = dict.fromkeys(people.keys, 0)
    for one, sign in ((cover, 1), (minus, -1)):
        for unit in one.units if one else ():
            name = people.name(unit.unit_id)
            sums[name] = sums.get(name, 0) + sign * getattr(unit, key)
    return sums


def _specific(cover: SpecificExposure, people: People) -> dict[str, Answer]:
    groups: dict[str, int] = {}
    for unit in cover.units:
        for group, cents in unit.by_group:
            groups[group] = groups.get(group, 0) + cents

    def by_name(key: str) -> dict[str, int]:
        return _by_name(cover, people, key)

    return {
        "eligible": by_name("eligible_cents"),
        "excess": by_name("excess_cents"),
        "reimbursed": by_name("reimbursable_cents"),
        "retained": by_name("retained_cents"),
        "by_group": groups,
        "specific": cover.reimbursable_cents,
        "specific_excess": cover.excess_cents,
        "aggregating_used": cover.retained_cents,
    }


def _aggregate(cover: AggregateExposure) -> dict[str, Answer]:
    return {
        "countable": cover.countable_cents,
        "attachment": cover.attachment.annual_cents,
        "attachment_to_date": cover.attachment.to_date_cents,
        "minimum_attachment": cover.attachment.minimum_cents,
        "terminal_attachment": cover.attachment.terminal_cents,
        "aggregate": cover.reimbursable_cents,
        "monthly_attachments": {_key(one.month): one.attachment_cents for one in cover.attachment.months},
        "accommodation": {_key(one.month): one.change_cents for one in cover.months},
        "accommodated": cover.accommodated_cents,
        "true_up": cover.true_up_cents,
    }


def _key(month: date) -> str:
    return f"{month:%Y-%m}"


def _left_out(found: Exposure, claims: Claims) -> dict[int, str]:
    """By claim the reason why all or a part of it does not count."""
    out = {one.decision_id: one.reason for one in found.left_out}
    unpaid = {one.decision_id: "not_paid" for one in claims.amounts if one.paid_on is None}
    later = {one.decision_id: "not_known" for one in claims.amounts if one.known_on > found.as_of}
    return {**unpaid, **out, **later}


KIND = Kind("What a stop-loss carrier reimburses.", solve)
