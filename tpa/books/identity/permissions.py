"""The permission table: which roles may do what. Everything that is not in it is refused.

An action is named `<book>.<verb>`. A desk role is granted for one employer or for all; a portal role always for one.
"""

from enum import StrEnum


class Role(StrEnum):
    """Roles at the TPA's desk, then roles in an employer's portal."""

    EXAMINER = "examiner"
    ELIGIBILITY = "eligibility"
    FINANCE = "finance"
    STOP_LOSS = "stop_loss"
    IMPLEMENTATION = "implementation"
    TPA_ADMIN = "tpa_admin"
    EMPLOYER_HR = "employer_hr"
    EMPLOYER_FINANCE = "employer_finance"
    BROKER = "broker"


PORTAL_ROLES = frozenset({Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, Role.BROKER})
DESK_ROLES = frozenset(Role) - PORTAL_ROLES

_EXAMINER, _ELIGIBILITY, _FINANCE = Role.EXAMINER, Role.ELIGIBILITY, Role.FINANCE
_STOP_LOSS, _SET_UP = Role.STOP_LOSS, Role.IMPLEMENTATION
_HR, _MONEY, _BROKER = Role.EMPLOYER_HR, Role.EMPLOYER_FINANCE, Role.BROKER

_ROLES: dict[str, frozenset[Role]] = {
    # Figures of the group as a whole, no person in them.
    "summary.read": DESK_ROLES | PORTAL_ROLES,
    "exposure.read": frozenset({_FINANCE, _STOP_LOSS, _MONEY, _BROKER}),
    "invoices.read": frozenset({_FINANCE, _STOP_LOSS, _SET_UP, _MONEY, _BROKER}),
    "invoices.prepare": frozenset({_FINANCE}),
    "invoices.approve": frozenset({_FINANCE}),
    "invoices.dispute": frozenset({_FINANCE, _MONEY}),
    "ledger.read": frozenset({_FINANCE, _STOP_LOSS, _MONEY}),
    "ledger.post": frozenset({_FINANCE}),
    "ledger.close": frozenset({_FINANCE}),
    "funding.read": frozenset({_FINANCE, _STOP_LOSS, _MONEY, _BROKER}),
    "funding.record": frozenset({_FINANCE}),
    "funding.approve": frozenset({_FINANCE}),
    "payments.read": frozenset({_FINANCE, _EXAMINER, _MONEY}),
    "payments.release": frozenset({_FINANCE}),
    # Persons.
    "members.read": frozenset({_EXAMINER, _ELIGIBILITY, _FINANCE, _STOP_LOSS, _SET_UP, _HR}),
    "members.write": frozenset({_ELIGIBILITY, _SET_UP, _HR}),
    "claims.read": frozenset({_EXAMINER, _FINANCE, _STOP_LOSS}),
    "claims.write": frozenset({_EXAMINER}),
    "claims.decide": frozenset({_EXAMINER}),
    "claims.correct": frozenset({_EXAMINER}),
    "accumulators.read": frozenset({_EXAMINER, _ELIGIBILITY, _STOP_LOSS}),
    "accumulators.write": frozenset({_EXAMINER, _ELIGIBILITY}),
    "files.read": frozenset({_EXAMINER, _ELIGIBILITY, _FINANCE, _SET_UP, _HR}),
    "files.write": frozenset({_EXAMINER, _ELIGIBILITY, _SET_UP, _HR}),
    # What other systems are told: ids and figures of the group.
    "events.read": frozenset({_FINANCE, _SET_UP, _HR, _MONEY}),
    "events.subscribe": frozenset({_SET_UP, _HR, _MONEY}),
    # Set-up.
    "plans.read": frozenset(Role),
    "plans.write": frozenset({_SET_UP}),
    "plans.publish": frozenset({_SET_UP}),
    # What a plan's claims would have cost under other terms; the figures name nobody.
    "what_if.read": frozenset({_FINANCE, _STOP_LOSS, _SET_UP, _MONEY, _BROKER}),
    "what_if.run": frozenset({_FINANCE, _STOP_LOSS, _SET_UP}),
    "agreements.read": frozenset({_FINANCE, _STOP_LOSS, _SET_UP, _MONEY, _BROKER}),
    "agreements.write": frozenset({_FINANCE, _STOP_LOSS, _SET_UP}),
    "stoploss.write": frozenset({_STOP_LOSS}),
    "providers.read": DESK_ROLES,
    "providers.write": frozenset({_SET_UP}),
    "employers.read": DESK_ROLES | PORTAL_ROLES,
    "employers.write": frozenset({_SET_UP}),
    "jobs.read": DESK_ROLES | PORTAL_ROLES,
    "jobs.cancel": frozenset({_EXAMINER, _ELIGIBILITY, _FINANCE, _SET_UP}),
    "queues.work": frozenset({_EXAMINER, _ELIGIBILITY, _FINANCE, _STOP_LOSS, _SET_UP}),
    "audit.read": frozenset({_FINANCE}),
    "users.write": frozenset(),
}

ACTIONS: dict[str, frozenset[Role]] = {action: roles | {Role.TPA_ADMIN} for action, roles in _ROLES.items()}
"""Action -> the roles that may do it; the TPA's administrator may do everything at the desk."""

ADMIN_APPS: dict[str, str] = {
    "agreements": "agreements.write",
    "stoploss": "stoploss.write",
    "providers": "providers.write",
    "tenants": "employers.write",
    "edi": "files.write",
    "infra": "queues.work",
    "identity": "users.write",
}
"""App shown in the admin -> the action that changing its rows needs; other apps are the administrator's alone."""


def roles_for(action: str) -> frozenset[Role]:
    """The roles that may do `action`. An action that is not in the table is a fault of the caller: KeyError."""
    return ACTIONS[action]
