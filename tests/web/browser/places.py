"""Where the browser goes: every page of both hosts, by the name of its screenshot; and what is no page, with the reason."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import URLPattern, get_resolver, reverse

from tests.web.browser.story import Story
from tpa.config import urls_public
from tpa.kernel.ids import public_id

DESK_URLS, PORTAL_URLS = "tpa.config.urls_public", "tpa.config.urls_tenant"

NO_PAGES = {
    "operator:take-next": "a button", "operator:give-back": "a button", "operator:assign-item": "a button",
    "operator:upload-claims": "a button",
    "operator:resolve": "a button", "operator:release": "a button", "operator:upload": "a button",
    "operator:act-on-load": "a button", "operator:draft-invoice": "a button", "operator:approve-invoice": "a button",
    "operator:review-invoice": "a button", "operator:return-invoice": "a button", "operator:watch-person": "a button",
    "operator:bring-along": "a button",
    "operator:make-plan": "a button", "operator:draft-plan": "a button", "operator:revise-plan": "a button",
    "operator:publish-plan": "a button", "operator:discard-plan": "a button",
    "operator:publish-fees": "a button", "operator:brokers-csv": "a file",
    "operator:renewal-rows": "a file", "operator:statement-rows": "a file", "portal:statement-rows": "a file",
    "portal:renewal-rows": "a file", "operator:invoice-act": "a button",
    "operator:issue-invoice": "a button", "operator:deposit": "a button", "operator:credit": "a button",
    "operator:ask-what-if": "a button", "operator:correct-claim": "a button", "operator:select-claims": "a button",
    "operator:open-subrogation": "a button",
    "operator:prepare-request": "a button", "operator:act-on-request": "a button",
    "operator:upload-statement": "a button", "operator:match-bank": "a button", "operator:act-on-entry": "a button",
    "operator:close-month": "a button", "operator:reopen-month": "a button",
    "operator:subrogation-receive": "a button", "operator:act-on-subrogation": "a button",
    "operator:dispute": "a button", "operator:send-invoice": "a button", "operator:answer-dispute": "a button",
    "portal:dispute": "a button", "operator:invoice-rows": "a file", "portal:invoice-rows": "a file",
    "portal:add-endpoint": "a button", "portal:act-on-endpoint": "a button", "portal:redeliver": "a button",
    "operator:act-on-correction": "a button", "operator:deny-claim": "a button", "operator:hand-over": "a button",
    "operator:override-claim": "a button", "operator:clock-step": "a button", "operator:file-appeal": "a button",
    "operator:act-on-override": "a button", "operator:act-on-appeal": "a button", "operator:payer-answer": "a button",
    "operator:tell-carrier": "a button", "operator:make-filing": "a button",
    "operator:step-filing": "a button", "operator:ask-quote": "a button", "operator:filing-packet": "a file",
    "portal:upload": "a button", "portal:act-on-load": "a button",
    "operator:propose-payments": "a button", "operator:act-on-run": "a button", "operator:act-on-payment": "a button",
    "operator:transfer-returns": "a button",
    "operator:ask-back": "a button", "operator:refund": "a button", "operator:new-member-account": "a button",
    "operator:decide-member-account": "a button", "operator:new-provider-account": "a button",
    "operator:new-member-address": "a button", "operator:decide-member-address": "a button",
    "operator:new-provider-address": "a button", "operator:decide-provider-address": "a button",
    "operator:decide-provider-account": "a button", "operator:write-prenotes": "a button",
    "operator:settle-year": "a button", "operator:pay-settlement": "a button",
    "operator:tax-table": "a file", "operator:report-tax": "a button",
    "operator:load-bank-layout": "a button", "operator:print-checks": "a button", "operator:print-check": "a button",
    "operator:run-files": "a button",
    "operator:new-terms": "a button", "operator:approve-terms": "a button",
    "operator:payment-file": "a file", "operator:eob": "a file",
    "operator:appeal-letter": "a file", "operator:clock-letter": "a file", "operator:overpayment-letter": "a file",
    "operator:answer": "a file", "operator:pdf": "a file", "portal:invoice-pdf": "a file",
    "operator:what-if-member": "its person is found by the answer; tests/web/test_what_ifs.py opens it",
    "api-schema": "for programs", "api-docs": "visited at the desk; a portal's is the same",
    "admin:view_on_site": "leads elsewhere", "admin:search": "a fragment", "admin:autocomplete": "a fragment",
    "admin:jsi18n": "a script",
    "admin:login": "leads to account_login", "admin:logout": "a button", "admin:app_list": "a part of admin:index",
    "account_signup": "nobody signs up: leads to account_login",
    "account_email": "the administrator sets addresses: not found", "account_email_verification_sent": "see above",
    "account_confirm_email": "see above",
    "account_confirm_login_code": "codes by mail are off", "account_set_password": "leads to account_change_password",
    "account_reset_password_from_key": "begins at a mailed link; the same fields as account_change_password",
    "mfa_authenticate": "a step of logging in", "mfa_reauthenticate": "the same form as account_reauthenticate",
    "mfa_reauthenticate_webauthn": "a fragment", "mfa_deactivate_totp": "a confirmation of one button",
    "mfa_view_recovery_codes": "for those who have some", "mfa_generate_recovery_codes": "see above",
    "mfa_download_recovery_codes": "a file", "mfa_remove_webauthn": "for those who have a key",
    "mfa_edit_webauthn": "see above",
}  # fmt: skip
"""Named address -> why no browser visits it."""
ADMIN_STEPS = ("delete", "history")
"""Pages of the admin that every model has alike."""


def desk_pages(employer: int, story: Story) -> dict[str, str]:
    """Name of the screenshot -> path at the desk."""
    root = f"/desk/employers/{public_id('emp', 0, employer)}/"

    def of(folder: str, kind: str, key: int) -> str:
        return f"{root}{folder}/{public_id(kind, employer, key)}/"

    return {
        "today": "/desk/",
        "queue": f"/desk/queues/{story.queue}/",
        "clocks": "/desk/clocks/",
        "invoice-run": "/desk/invoice-run/",
        "brokers": "/desk/brokers/",
        "overrides": f"{root}overrides/",
        "appeals": f"{root}appeals/",
        "appeal": of("appeals", "apl", story.appeal),
        "files": "/desk/files/",
        "file": f"/desk/files/{public_id('fil', 0, story.file)}/",
        "intake": "/desk/intake/",
        "intake-item": f"/desk/intake/{public_id('itk', 0, story.item)}/?employer={employer}&q=Lind",
        "jobs": "/desk/jobs/",
        "job": f"/desk/jobs/{story.job}/",
        "provider-accounts": "/desk/provider-accounts/",
        "provider-addresses": "/desk/provider-addresses/",
        "bank-layouts": "/desk/bank-layouts/",
        "employer": root,
        "claims": f"{root}claims/",
        "claim": of("claims", "clm", story.paid),
        "claim-pended": of("claims", "clm", story.pended),
        "members": f"{root}members/",
        "member": f"{of('members', 'mem', story.member)}",
        "enrolment": f"{root}enrolment/",
        "load": of("enrolment", "lod", story.load),
        "plans": f"{root}plans/",
        "plan": f"{of('plans', 'pln', story.plan)}?design=dental",
        "plan-version": of("plan-versions", "plv", story.plan_version),
        "invoices": f"{root}invoices/",
        "statement": f"{root}statement/",
        "pcori-fee": f"{root}pcori-fee/?ends_on=2025-12-31",
        "fees": f"{root}fees/",
        "invoice": of("invoices", "inv", story.draft),
        "funding": f"{root}funding/",
        "funding-requests": f"{root}funding-requests/",
        "what-ifs": f"{root}what-ifs/",
        "renewal": f"{root}renewal/?annual_trend=8&target_loss_ratio=80&premium=100000",
        "what-if": of("what-ifs", "wif", story.what_if),
        "payment-runs": f"{root}payment-runs/",
        "payment-run": of("payment-runs", "run", story.run),
        "payment": of("payments", "pay", story.payment),
        "payees": f"{root}payees/",
        "tax-totals": f"{root}tax-totals/",
        "surcharges": f"{root}surcharges/",
        "exposure": f"{root}exposure/",
        "gaps": f"{root}exposure/gaps/",
        "transfers": f"{root}exposure/transfers/",
        "stop-loss-contracts": f"{root}exposure/contracts/?amount=900000&incurred_on=2026-03-02&paid_on=2026-03-20",
        "quotes": f"{root}exposure/quotes/",
        "quote": of("exposure/quotes", "slw", story.quote),
        "filings": f"{root}exposure/filings/",
        "filing": of("exposure/filings", "slf", story.filing),
        "ledger": f"{root}ledger/",
        "bank": f"{root}bank/",
        "settlements": f"{root}settlements/",
        "closes": f"{root}closes/",
        "account": f"{root}ledger/2000/",
        "entry": of("ledger/entries", "led", story.entry),
        "corrections": f"{root}corrections/",
        "correction": of("corrections", "cor", story.correction),
        "subrogation": f"{root}subrogation/",
        "subrogation-case": of("subrogation", "sub", story.subrogation),
        "api": "/api/docs/",
    }


def portal_pages(employer: int, story: Story) -> dict[str, str]:
    """Name of the screenshot -> path at the employer's portal."""

    def of(folder: str, kind: str, key: int) -> str:
        return f"/{folder}/{public_id(kind, employer, key)}/"

    return {
        "home": "/",
        "claims": "/claims/",
        "claim": of("claims", "clm", story.paid),
        "members": "/members/",
        "enrolment": "/enrolment/",
        "load": of("enrolment", "lod", story.load),
        "invoices": "/invoices/",
        "statement": "/statement/",
        "pcori-fee": "/pcori-fee/?ends_on=2025-12-31",
        "invoice": of("invoices", "inv", story.invoice),
        "funding": "/funding/",
        "funding-requests": "/funding-requests/",
        "what-ifs": "/what-ifs/",
        "renewal": "/renewal/",
        "what-if": of("what-ifs", "wif", story.what_if),
        "exposure": "/exposure/",
        "developers": "/developers/",
        "endpoint": of("developers", "whk", story.endpoint),
        "gaps": "/exposure/gaps/",
        "stop-loss-contracts": "/exposure/contracts/",
        "quotes": "/exposure/quotes/",
        "quote": of("exposure/quotes", "slw", story.quote),
        "filings": "/exposure/filings/",
        "filing": of("exposure/filings", "slf", story.filing),
        "ledger": "/ledger/",
        "closes": "/closes/",
        "settlements": "/settlements/",
        "account": "/ledger/2000/",
        "entry": of("ledger/entries", "led", story.entry),
    }


def entrance_pages() -> dict[str, str]:
    """The pages before a log-in, at both hosts."""
    return {
        "login": "/account/login/",
        "reset": "/account/password/reset/",
        "reset-asked": "/account/password/reset/done/",
        "reset-done": "/account/password/reset/key/done/",
        "inactive": "/account/inactive/",
    }


def account_pages() -> dict[str, str]:
    """A login's own pages, at both hosts."""
    return {
        "password": "/account/password/change/",
        "again": "/account/reauthenticate/",
        "logout": "/account/logout/",
        "second-factor": "/account/mfa/",
        "authenticator-app": "/account/mfa/totp/activate/",
        "security-keys": "/account/mfa/webauthn/",
        "security-key": "/account/mfa/webauthn/add/",
    }


def admin_pages(rows: dict[type[Model], Model]) -> dict[str, str]:
    """The set-up admin: index, and of every model its list, the form that adds a row, a row's page, what its buttons ask."""
    pages = {
        "index": "/admin/",
        "own-password": "/admin/password_change/",
        "own-password-done": "/admin/password_change/done/",
    }
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        pages[name] = reverse(f"admin:{name}_changelist", urlconf=urls_public)
        if is_entered(model):
            pages[f"{name}-add"] = reverse(f"admin:{name}_add", urlconf=urls_public)
        pages[f"{name}-row"] = reverse(f"admin:{name}_change", args=[quote(rows[model].pk)], urlconf=urls_public)
        for button in admin.site._registry[model].actions_detail:
            path = reverse(f"admin:{name}_{button}", args=[quote(rows[model].pk)], urlconf=urls_public)
            pages[f"{name}-{button}"] = path
    return pages


def is_entered(model: type[Model]) -> bool:
    """Whether rows of the model are entered in the admin at all."""
    return admin.site._registry[model].has_add_permission(_Anybody())


class _Anybody:
    """Asks the admin what it offers to whoever may do everything."""

    class user:
        """May everything."""

        @staticmethod
        def has_perm(*_: object) -> bool:
            """Yes."""
            return True


def named_pages(urls: str) -> Iterator[str]:
    """The names of a host's addresses, without those of the REST API and of the admin's models."""
    yield from _named(get_resolver(urls), "", "")


def _named(resolver: object, space: str, path: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        at = path + str(one.pattern)
        if isinstance(one, URLPattern):
            if one.name and not at.startswith("api/v1/"):
                yield f"{space}{one.name}"
        else:
            yield from _named(one, f"{space}{one.namespace}:" if one.namespace else space, at)
