"""The pages of one employer at the desk, in sections: what the bar of tabs shows, and the pages beside the open one."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template

register = template.Library()


class Tab(NamedTuple):
    """A list or a figure of the employer: the name that its pages give as `here`, and who may read it."""

    here: str
    heading: str
    path: str
    action: str


SECTIONS = {
    "Claims": (
        Tab("claims", "Claims", "claims/", "claims.read"),
        Tab("corrections", "Corrections", "corrections/", "claims.read"),
        Tab("overrides", "Overrides", "overrides/", "claims.read"),
        Tab("appeals", "Appeals", "appeals/", "claims.read"),
        Tab("subrogation", "Subrogation", "subrogation/", "claims.read"),
    ),
    "People": (
        Tab("members", "Members", "members/", "members.read"),
        Tab("loads", "Enrolment", "enrolment/", "files.read"),
    ),
    "Plans": (Tab("plans", "Plans", "plans/", "plans.read"),),
    "Funding": (
        Tab("funding", "Fund", "funding/", "funding.read"),
        Tab("requests", "Requests", "funding-requests/", "funding.read"),
        Tab("bank", "Bank", "bank/", "funding.read"),
        Tab("invoices", "Invoices", "invoices/", "invoices.read"),
        Tab("fees", "Fees", "fees/", "agreements.read"),
        Tab("statement", "Statement", "statement/", "funding.read"),
        Tab("settlements", "Settlements", "settlements/", "funding.read"),
        Tab("pcori", "PCORI fee", "pcori-fee/", "invoices.read"),
    ),
    "Payments": (
        Tab("payments", "Payment runs", "payment-runs/", "payments.read"),
        Tab("payees", "Payees and terms", "payees/", "payments.read"),
        Tab("tax-totals", "1099 totals", "tax-totals/", "payments.read"),
        Tab("surcharges", "State surcharges", "surcharges/", "payments.read"),
    ),
    "Stop-loss": (Tab("exposure", "Stop-loss", "exposure/", "exposure.read"),),
    "What if": (
        Tab("what_ifs", "What if", "what-ifs/", "what_if.read"),
        Tab("renewal", "Renewal", "renewal/", "what_if.read"),
    ),
    "Ledger": (
        Tab("ledger", "Accounts", "ledger/", "ledger.read"),
        Tab("closes", "Closed months", "closes/", "ledger.read"),
    ),
}


@register.inclusion_tag("operator/sections.html", takes_context=True)
def sections(context: Any) -> dict[str, Any]:
    """The sections in which the reader may open a page, each leading to the first of them, and the open one's pages."""
    may, here = context["may"], context.get("here")
    open_to_reader = {
        heading: [tab for tab in tabs if may[tab.action.replace(".", "_")]] for heading, tabs in SECTIONS.items()
    }
    beside = next((tabs for tabs in open_to_reader.values() if here in {tab.here for tab in tabs}), [])
    return {
        "employer": context["employer"],
        "root": context["root"],
        "here": here,
        "sections": {heading: tabs for heading, tabs in open_to_reader.items() if tabs},
        "beside": beside,
    }
