"""The portal's addresses."""

from django.urls import path

from tpa.web.employer import (
    closes,
    funding,
    money,
    pcori,
    people,
    renewal,
    requests,
    settlements,
    stop_loss,
    stop_loss_contracts,
    what_ifs,
)
from tpa.web.pages import portal_page
from tpa.web.portal import developers, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("claims/", views.claim_list, name="claims"),
    path("claims/<str:claim>/", views.claim, name="claim"),
    path("members/", portal_page("members.read")(people.roster), name="members"),
    path("enrolment/", portal_page("files.read")(people.loads), name="loads"),
    path("enrolment/upload/", portal_page("files.write")(people.upload), name="upload"),
    path("enrolment/<str:load>/", portal_page("files.read")(people.load), name="load"),
    path("enrolment/<str:load>/<str:action>/", portal_page("members.write")(people.act_on_load), name="act-on-load"),
    path("invoices/", portal_page("invoices.read")(money.invoices), name="invoices"),
    path("invoices/<str:invoice>/", portal_page("invoices.read")(money.invoice), name="invoice"),
    path("invoices/<str:invoice>/pdf/", portal_page("invoices.read")(money.invoice_pdf), name="invoice-pdf"),
    path("invoices/<str:invoice>/dispute/", portal_page("invoices.dispute")(money.dispute), name="dispute"),
    path("invoices/<str:invoice>/<str:name>", portal_page("invoices.read")(money.invoice_rows), name="invoice-rows"),
    path("statement/", portal_page("funding.read")(money.statement), name="statement"),
    path("statement/<str:name>", portal_page("funding.read")(money.statement_rows), name="statement-rows"),
    path("what-ifs/", portal_page("what_if.read")(what_ifs.what_ifs), name="what-ifs"),
    path("what-ifs/<str:what_if>/", portal_page("what_if.read")(what_ifs.what_if), name="what-if"),
    path("funding/", portal_page("funding.read")(funding.page), name="funding"),
    path("funding-requests/", portal_page("funding.read")(requests.page), name="funding-requests"),
    path("exposure/", portal_page("exposure.read")(money.exposure), name="exposure"),
    path("developers/", developers.developers, name="developers"),
    path("developers/add/", developers.add, name="add-endpoint"),
    path("developers/deliveries/<str:delivery>/redeliver/", developers.redeliver, name="redeliver"),
    path("developers/<str:endpoint>/", developers.endpoint, name="endpoint"),
    path("developers/<str:endpoint>/<str:action>/", developers.act, name="act-on-endpoint"),
    path("renewal/", portal_page("what_if.read")(renewal.page), name="renewal"),
    path("renewal/<str:name>", portal_page("what_if.read")(renewal.table), name="renewal-rows"),
    path(
        "exposure/contracts/",
        portal_page("exposure.read")(stop_loss_contracts.contracts),
        name="stop-loss-contracts",
    ),
    path("exposure/gaps/", portal_page("exposure.read")(stop_loss.gaps), name="gaps"),
    path("exposure/quotes/", portal_page("what_if.read")(stop_loss.quotes), name="quotes"),
    path("exposure/quotes/<str:quote>/", portal_page("what_if.read")(stop_loss.quote), name="quote"),
    path("exposure/filings/", portal_page("exposure.read")(stop_loss.filings), name="filings"),
    path("exposure/filings/<str:filing>/", portal_page("exposure.read")(stop_loss.filing), name="filing"),
    path("ledger/", portal_page("ledger.read")(money.trial_balance), name="ledger"),
    path("closes/", portal_page("ledger.read")(closes.page), name="closes"),
    path("pcori-fee/", portal_page("invoices.read")(pcori.page), name="pcori-fee"),
    path("settlements/", portal_page("funding.read")(settlements.page), name="settlements"),
    path("ledger/entries/<str:entry>/", portal_page("ledger.read")(money.entry), name="entry"),
    path("ledger/<str:account>/", portal_page("ledger.read")(money.account), name="account"),
]
