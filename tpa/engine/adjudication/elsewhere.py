"""Which payers come before us for a line: by the coverages on file, else by what the claim says."""

from __future__ import annotations

from datetime import date

from tpa.engine.adjudication.facts import Elsewhere
from tpa.engine.adjudication.line import LineWork
from tpa.engine.coordination.answers import OtherPayer, comes_before, plain_name
from tpa.engine.coordination.coverage import HeldCoverage, OrderError, Patient
from tpa.engine.coordination.order import Ranked, order_benefits

OURS = ""
"""The name of our own coverage among a member's; nobody else's is empty."""


def payers_before(work: LineWork) -> tuple[tuple[OtherPayer, ...], tuple[str, ...]]:
    """The payers before us that have answered, and the names of those before us that have not.

    A payer on the claim is the coverage on file of the same name; one that is not on file is before us where the claim
    says so. As many answers as there are coverages before us are taken for theirs, whatever their names.
    Raises OrderError where a fact for the order is missing.
    """
    payers = work.claim.other_payers
    ranked = order_of_benefits(work)
    ours = next((one.rank for one in ranked if one.coverage.name == OURS), 1)
    first = [one.coverage.name for one in ranked if one.rank < ours]
    behind = {plain_name(one.coverage.name) for one in ranked if one.rank > ours}
    answered = tuple(one for one in payers if one.paid_cents is not None and plain_name(one.name) not in behind)
    if any(one.rank == ours and one.coverage.name != OURS for one in ranked) and not answered:
        raise OrderError("No rule says which plan comes first: they share equally.")
    told = {plain_name(one.name) for one in payers}
    silent = [
        one.name
        for one in payers
        if one.paid_cents is None
        and plain_name(one.name) not in behind
        and (_on_file(one, first) or comes_before(one, payers))
    ]
    if len(first) > len(answered) + len(silent):
        silent += [name for name in first if plain_name(name) not in told]
    return answered, tuple(silent)


def order_of_benefits(work: LineWork) -> tuple[Ranked, ...]:
    """Our coverage and the others on file that hold on the line's day, in their order; none where nothing is on file.

    Raises OrderError where a fact is missing.
    """
    elsewhere = work.work.family.elsewhere.get(work.claim.member_id)
    if elsewhere is None:
        return ()
    day = work.line.from_on
    others = [
        one.held
        for one in elsewhere.others
        if (one.held.starts_on is None or one.held.starts_on <= day)
        and day < one.ends_before
        and one.line in ("", work.coverage.line)
    ]
    if not others:
        return ()
    terms = work.plan.terms.coordination
    country = terms.country if terms else "US"
    return order_benefits([_ours(work, elsewhere), *others], Patient(work.person.birth_on), on=day, country=country)


def _ours(work: LineWork, elsewhere: Elsewhere) -> HeldCoverage:
    own, terms = elsewhere.own, work.plan.terms.coordination
    return HeldCoverage(
        OURS,
        relationship=work.person.relationship,
        status=own.status or (terms.covers if terms else "active"),
        hours=own.hours,
        starts_on=own.starts_on or _first_day(work),
        coordinates=True,
        holder=own.holder,
        holder_birth_on=own.holder_birth_on,
        role=own.role,
        decree=own.decree,
        employees=own.employees or (terms.employees if terms else None),
    )


def _first_day(work: LineWork) -> date:
    """Since when the member has been covered without a gap, whatever the tier was."""
    coverage = work.coverage
    starts_on = coverage.starts_on
    spans = work.work.family.coverages.get(work.claim.member_id, ())
    for one in sorted((one for one in spans if one.line == coverage.line), key=lambda one: one.starts_on, reverse=True):
        if one.ends_before == starts_on:
            starts_on = one.starts_on
    return starts_on


def _on_file(payer: OtherPayer, first: list[str]) -> bool:
    return plain_name(payer.name) in {plain_name(name) for name in first}
