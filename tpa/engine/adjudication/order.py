"""The golden order: stages in this list, inside a stage by what a rule says it comes `after`, then by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from graphlib import TopologicalSorter

from tpa.engine.adjudication.compiled import CompiledPlan, CompiledShare, Program
from tpa.engine.adjudication.line import LineWork
from tpa.engine.adjudication.rule import Rule
from tpa.engine.plan.terms_share import Way
from tpa.kernel.errors import must
from tpa.kernel.folder import exports

STAGES = {
    "claim": "Once a claim, before its lines.",
    "screens": "Each line: may it be paid at all, under which plan, tier and benefit?",
    "pricing": "Each line: the allowed amount.",
    "claim_pricing": "Once a claim that asks for it: its priced lines weighed against each other.",
    "overrides": "Each line that an examiner has decided otherwise.",
    "limits": "Each line from here on: what the benefit has left, before cost sharing.",
    "cost_share": "The member's share, in the order that the benefit says (`member_pays`). Every part stops at the"
    " out-of-pocket maximums, which so come last.",
    "maximums": "What the plan pays at most.",
    "coordination": "What another plan has paid.",
    "finish": "Once a claim, after its lines.",
}
_PRICING, _CLAIM_PRICING = ("pricing",), ("claim_pricing",)
_SHARING = ("limits", "cost_share", "maximums", "coordination")
_Step = Callable[[LineWork], None]


def _ordered() -> dict[str, Rule]:
    found = exports("tpa.engine.adjudication.rules", Rule)
    order: dict[str, Rule] = {}
    for stage in STAGES:
        names = sorted(name for name in found if name.startswith(f"{stage}."))
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name in names:
            before = [f"{stage}.{other}" for other in found[name].after]
            must(set(before) <= set(names), f"{name} comes after a rule that is not in its stage")
            sorter.add(name, *before)
        sorter.prepare()
        while sorter.is_active():
            ready = sorted(sorter.get_ready())
            order.update((name, found[name]) for name in ready)
            sorter.done(*ready)
    must(len(order) == len(found), "a rule lies outside the stages")
    return order


ORDER = _ordered()
"""Rule by name (`stage.file`), in the order of application."""


def stage_rules(stage: str) -> tuple[Callable[..., None], ...]:
    """The functions of a stage, in order."""
    return tuple(rule.apply for name, rule in ORDER.items() if name.startswith(f"{stage}."))


_CHOOSES_PLAN = "screens.plan_version"


def screens_before_plan() -> tuple[_Step, ...]:
    """The screens up to the one that finds the plan version, in order."""
    names = [name for name in ORDER if name.startswith("screens.")]
    return tuple(ORDER[name].apply for name in names[: names.index(_CHOOSES_PLAN) + 1])


def build_screens(plan: CompiledPlan) -> tuple[_Step, ...]:
    """The screens after that one with which a plan version has anything to do, in order; kept with the plan."""
    names = [name for name in ORDER if name.startswith("screens.")]
    later = [ORDER[name] for name in names[names.index(_CHOOSES_PLAN) + 1 :]]
    screens = plan.screens = tuple(rule.apply for rule in later if rule.asked_by(plan))
    return screens


def settable() -> list[str]:
    """Names of the rules that an examiner may set aside on a line."""
    return [name for name, rule in ORDER.items() if rule.may_be_set_aside]


def build_program(share: CompiledShare) -> Program:
    """The rules after the screens that concern a benefit's share, in order; kept with the share."""
    weighing = _steps(share, _CLAIM_PRICING)
    program = share.program = Program(_steps(share, _PRICING), bool(weighing), _steps(share, _SHARING))
    return program


def _steps(share: CompiledShare, stages: tuple[str, ...]) -> tuple[Callable[..., None], ...]:
    steps: list[Callable[..., None]] = []
    for stage in stages:
        rules = {name: rule for name, rule in ORDER.items() if name.startswith(f"{stage}.") and rule.wanted(share)}
        steps += _cost_share(share, rules) if stage == "cost_share" else [rule.apply for rule in rules.values()]
    return tuple(steps)


def _cost_share(share: CompiledShare, rules: dict[str, Rule]) -> list[_Step]:
    """The parts of cost sharing in the benefit's own order; other rules of the stage come before them."""
    parts: dict[str, Callable[..., None]] = {
        name: rules.pop(f"cost_share.{name}").apply for name in ("copay", "deductible", "coinsurance")
    }

    def steps(way: Way) -> list[_Step]:
        return [
            partial(parts[name], way=way)
            if name in parts and name != "deductible"
            else partial(parts["deductible"], step=name)
            for name in way.member_pays
        ]

    before: list[_Step] = [rule.apply for rule in rules.values()]
    terms, usual = share.share, steps(share.share.way)
    if terms.first_visits is not None:
        return [*before, _by_visit(steps(terms.first_visits.way), usual)]
    if terms.first_amount is not None:
        return [*before, _by_amount(steps(terms.first_amount.way), usual)]
    return before + usual


def _by_visit(first: list[_Step], usual: list[_Step]) -> _Step:
    def share_cost(work: LineWork) -> None:
        for step in first if work.is_first_visit else usual:
            step(work)

    return share_cost


def _by_amount(first: list[_Step], usual: list[_Step]) -> _Step:
    """The first dollars of the line by their own steps, the rest by the usual ones."""

    def share_cost(work: LineWork) -> None:
        rest_cents = work.open_cents - work.first_cents
        work.open_cents = work.first_cents
        for step in first:
            step(work)
        paid_cents, work.open_cents = work.open_cents, rest_cents
        for step in usual:
            step(work)
        work.open_cents += paid_cents

    return share_cost


def order_text() -> str:
    """The order as the documentation shows it: a list of stages and rules in Markdown."""
    parts = []
    for stage, says in STAGES.items():
        parts.append(f"\n**{stage}**: {says}\n")
        parts += [f"- `{name}`: {rule.says}" for name, rule in ORDER.items() if name.startswith(f"{stage}.")]
    return "\n".join(parts).strip() + "\n"
