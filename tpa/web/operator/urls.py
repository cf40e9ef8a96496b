"""The desk's addresses: across employers, then one employer at a time."""

from django.urls import path

from tpa.web.employer import closes, funding, money, people, requests, what_ifs
from tpa.web.operator import corrections, employers, files, invoicing, today
from tpa.web.operator import people as desk_people
from tpa.web.pages import employer_page

app_name = "operator"
_EMPLOYER = "employers/<str:employer>/"
urlpatterns = [
    path("", today.today, name="today"),
    path("queues/<str:queue>/", today.queue, name="queue"),
    path("queues/<str:queue>/take/", today.take_next, name="take-next"),
    path("queues/<str:queue>/<int:item>/give-back/", today.give_back, name="give-back"),
    path("files/", files.files, name="files"),
    path("files/upload/", files.upload, name="upload-claims"),
    path("files/<str:file>/", files.file, name="file"),
    path("files/<str:file>/answers/<int:answer>/", files.answer, name="answer"),
    path("intake/", files.intake, name="intake"),
    path("intake/<str:item>/", files.intake_item, name="intake-item"),
    path("intake/<str:item>/resolve/", files.resolve, name="resolve"),
    path("jobs/", files.jobs, name="jobs"),
    path("jobs/<int:job>/", files.job, name="job"),
    path(_EMPLOYER, employers.overview, name="employer"),
    path(f"{_EMPLOYER}claims/", employers.claim_list, name="claims"),
    path(f"{_EMPLOYER}claims/<str:claim>/", employers.claim, name="claim"),
    path(f"{_EMPLOYER}claims/<str:claim>/release/", employers.release, name="release"),
    path(f"{_EMPLOYER}claims/<str:claim>/correct/", corrections.correct_claim, name="correct-claim"),
    path(f"{_EMPLOYER}corrections/", corrections.correction_list, name="corrections"),
    path(f"{_EMPLOYER}corrections/ask/", corrections.select, name="select-claims"),
    path(f"{_EMPLOYER}corrections/<str:correction>/", corrections.correction, name="correction"),
    path(f"{_EMPLOYER}corrections/<str:correction>/<str:action>/", corrections.act, name="act-on-correction"),
    path(f"{_EMPLOYER}members/", employer_page("members.read")(people.roster), name="members"),
    path(f"{_EMPLOYER}members/<str:member>/", desk_people.member, name="member"),
    path(f"{_EMPLOYER}enrolment/", employer_page("files.read")(people.loads), name="loads"),
    path(f"{_EMPLOYER}enrolment/upload/", employer_page("files.write")(people.upload), name="upload"),
    path(f"{_EMPLOYER}enrolment/<str:load>/", employer_page("files.read")(people.load), name="load"),
    path(
        f"{_EMPLOYER}enrolment/<str:load>/<str:action>/",
        employer_page("members.write")(people.act_on_load),
        name="act-on-load",
    ),
    path(f"{_EMPLOYER}invoices/", employer_page("invoices.read")(money.invoices), name="invoices"),
    path(f"{_EMPLOYER}invoices/draft/", invoicing.draft, name="draft-invoice"),
    path(f"{_EMPLOYER}invoices/<str:invoice>/", employer_page("invoices.read")(money.invoice), name="invoice"),
    path(f"{_EMPLOYER}invoices/<str:invoice>/pdf/", employer_page("invoices.read")(money.invoice_pdf), name="pdf"),
    path(f"{_EMPLOYER}invoices/<str:invoice>/approve/", invoicing.approve, name="approve-invoice"),
    path(f"{_EMPLOYER}invoices/<str:invoice>/issue/", invoicing.issue, name="issue-invoice"),
    path(f"{_EMPLOYER}what-ifs/", employer_page("what_if.read")(what_ifs.what_ifs), name="what-ifs"),
    path(f"{_EMPLOYER}what-ifs/ask/", employer_page("what_if.run")(what_ifs.ask_what_if), name="ask-what-if"),
    path(f"{_EMPLOYER}what-ifs/<str:what_if>/", employer_page("what_if.read")(what_ifs.what_if), name="what-if"),
    path(
        f"{_EMPLOYER}what-ifs/<str:what_if>/members/<str:member>/",
        employer_page("claims.read")(what_ifs.what_if_member),
        name="what-if-member",
    ),
    path(f"{_EMPLOYER}funding/", employer_page("funding.read")(funding.page), name="funding"),
    path(f"{_EMPLOYER}funding/deposit/", employer_page("funding.record")(funding.deposit), name="deposit"),
    path(f"{_EMPLOYER}funding/credit/", employer_page("funding.record")(funding.credit), name="credit"),
    path(f"{_EMPLOYER}funding-requests/", employer_page("funding.read")(requests.page), name="funding-requests"),
    path(
        f"{_EMPLOYER}funding-requests/prepare/",
        employer_page("funding.record")(requests.prepare),
        name="prepare-request",
    ),
    path(
        f"{_EMPLOYER}funding-requests/<str:funding_request>/<str:action>/",
        employer_page("funding.approve")(requests.act),
        name="act-on-request",
    ),
    path(f"{_EMPLOYER}exposure/", employer_page("exposure.read")(money.exposure), name="exposure"),
    path(f"{_EMPLOYER}ledger/", employer_page("ledger.read")(money.trial_balance), name="ledger"),
    path(f"{_EMPLOYER}closes/", employer_page("ledger.read")(closes.page), name="closes"),
    path(f"{_EMPLOYER}closes/close/", employer_page("ledger.close")(closes.close), name="close-month"),
    path(f"{_EMPLOYER}closes/reopen/", employer_page("ledger.close")(closes.reopen), name="reopen-month"),
    path(f"{_EMPLOYER}ledger/entries/<str:entry>/", employer_page("ledger.read")(money.entry), name="entry"),
    path(f"{_EMPLOYER}ledger/<str:account>/", employer_page("ledger.read")(money.account), name="account"),
]
