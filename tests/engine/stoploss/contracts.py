"""Contracts and amounts for the stop-loss stories."""

from datetime import date

from tpa.engine.stoploss.contract_read import parse_contract
from tpa.engine.stoploss.windows import Amount

YEAR = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
RUN_OUT = {"starts_on": "2026-01-01", "ends_before": "2027-04-01"}


def specific(deductible_cents, **terms):
    return {"deductible_cents": deductible_cents, "unit": "person", "lines": ["medical"], **terms}


def aggregate(minimum_cents=0, **terms):
    return {"lines": ["medical"], "minimum_cents": minimum_cents, **terms}


def contract(**covers):
    return parse_contract({"policy": YEAR, "incurred": YEAR, "paid": RUN_OUT, "label": "12/15", **covers})


def amount(decision_id, member_id, cents, day=date(2026, 3, 1), **more):
    facts = {
        "decision_id": decision_id,
        "claim_id": decision_id,
        "member_id": member_id,
        "family_id": member_id * 10,
        "line": "medical",
        "incurred_on": day,
        "paid_on": day,
        "cents": cents,
        "known_on": day,
    }
    return Amount(**(facts | more))
