"""The portal's addresses."""

from django.urls import path

from tpa.web.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("invoices/", views.invoices, name="invoices"),
    path("invoices/<str:invoice>/", views.invoice, name="invoice"),
    path("invoices/<str:invoice>/pdf/", views.invoice_pdf, name="invoice-pdf"),
    path("exposure/", views.exposure, name="exposure"),
    path("members/", views.roster, name="members"),
    path("ledger/", views.trial_balance, name="ledger"),
    path("ledger/<str:account>/", views.account, name="account"),
]
