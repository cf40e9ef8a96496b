"""What an example says that its lines and claims must come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tpa.engine.adjudication.examples.payers import read_adjustment
from tpa.engine.adjudication.pends import PENDS
from tpa.engine.plan.terms import PlanTerms
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount

_MONEY = ("allowed", "paid", "member", "deductible", "copay", "coinsurance")
_OUTCOMES = ("paid", "denied", "pended", "estimate", "voided")
_PAYEES = ("provider", "member", "ordered")
_STOP_LOSS_CLASSES = ("medical", "dental", "vision", "drug", "none")


class Expected(NamedTuple):
    """What a line or a claim must come to: name -> value, as far as the example says; amounts in cents."""

    where: str
    values: Mapping[str, Any]


def claim_expected(section: Section, terms: PlanTerms) -> Expected:
    """The table `expect` of a claim; only what it names is compared."""
    if "expect" not in section:
        return _nothing(section)
    with section.section("expect") as one:
        values = _money(one) | {"payee": one.choice("payee", _PAYEES, None)}
        pends = one.texts("pends", None, options=reasons_to_wait(terms))
        outcome = one.choice("outcome", _OUTCOMES, "pended" if pends else None)
        if pends and outcome != "pended":
            raise DocumentError("Only a claim that waits, with the outcome pended, has pends.", where=one.at("pends"))
        if outcome == "pended" and any(value is not None for value in values.values()):
            raise DocumentError("A claim that waits comes to no amounts, and has no payee.", where=one.where)
    return _told(one, values | {"outcome": outcome, "pends": pends})


def line_expected(section: Section, terms: PlanTerms) -> Expected:
    """The table `expect` of a line."""
    if "expect" not in section:
        return _nothing(section)
    benefits = [benefit.code for benefit in terms.benefits]
    with section.section("expect") as one:
        values = _money(one)
        values |= {"denied": one.flag("denied", None), "benefit": one.choice("benefit", benefits, None)}
        values |= {"stop_loss": one.choice("stop_loss", _STOP_LOSS_CLASSES, None), "moves": _moves(one)}
    return _told(one, values)


def reasons_to_wait(terms: PlanTerms) -> tuple[str, ...]:
    """The codes for which a claim of the plan may wait."""
    return (*PENDS, *(rule.code for rule in terms.control.reviews))


def _nothing(section: Section) -> Expected:
    section.value("expect", None)
    return Expected(section.at("expect"), {})


def _told(one: Section, values: Mapping[str, Any]) -> Expected:
    return Expected(one.where, {name: value for name, value in values.items() if value is not None})


def _money(one: Section) -> dict[str, Any]:
    return {name: amount(one, name, None) for name in _MONEY}


def _moves(one: Section) -> tuple[str, ...] | None:
    """The moves as they are compared: `"PR-1 500"` is `PR-1 500.00`."""
    found = one.value("moves", None)
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise DocumentError("A list of texts is wanted.", where=one.at("moves"))
    told = [read_adjustment(text, f"{one.at('moves')}/{n}", signed=True) for n, text in enumerate(found)]
    return tuple(f"{move.group}-{move.carc} {format_amount(move.cents)}" for move in told)
