"""Version 1: one line a resource. Within it changes are additive only."""

from django.urls import path

from tpa.web.api.v1 import agreements, claims, exposure, files, invoices, ledger, members

urlpatterns = [
    path("members/", members.MembersView.as_view(), name="members"),
    path("members/<str:member>/", members.MemberView.as_view(), name="member"),
    path("members/<str:member>/coverages/", members.MemberCoveragesView.as_view(), name="member-coverages"),
    path("members/<str:member>/eligibility/", members.EligibilityView.as_view(), name="member-eligibility"),
    path("members/<str:member>/accumulators/", claims.AccumulatorsView.as_view(), name="member-accumulators"),
    path("claims/", claims.ClaimsView.as_view(), name="claims"),
    path("claims/<str:claim>/", claims.ClaimView.as_view(), name="claim"),
    path("claims/<str:claim>/decisions/", claims.ClaimDecisionsView.as_view(), name="claim-decisions"),
    path("decisions/<str:decision>/", claims.DecisionView.as_view(), name="decision"),
    path("pends/", claims.PendsView.as_view(), name="pends"),
    path("pends/<str:pend>/release/", claims.PendReleaseView.as_view(), name="pend-release"),
    path("claim-files/", files.ClaimFilesView.as_view(), name="claim-files"),
    path("claim-files/<str:file>/", files.ClaimFileView.as_view(), name="claim-file"),
    path("claim-files/<str:file>/acknowledgements/", files.ClaimFileAnswersView.as_view(), name="claim-file-answers"),
    path("claim-files/<str:file>/content/", files.ClaimFileContentView.as_view(), name="claim-file-content"),
    path("eligibility-files/", files.EligibilityFilesView.as_view(), name="eligibility-files"),
    path("eligibility-files/<str:file>/", files.EligibilityFileView.as_view(), name="eligibility-file"),
    path(
        "eligibility-files/<str:file>/acknowledgements/",
        files.EligibilityFileAnswersView.as_view(),
        name="eligibility-file-answers",
    ),
    path("eligibility-loads/", files.EligibilityLoadsView.as_view(), name="eligibility-loads"),
    path("eligibility-loads/<str:load>/", files.EligibilityLoadView.as_view(), name="eligibility-load"),
    path("eligibility-loads/<str:load>/apply/", files.LoadApplyView.as_view(), name="eligibility-load-apply"),
    path("eligibility-loads/<str:load>/undo/", files.LoadUndoView.as_view(), name="eligibility-load-undo"),
    path("eligibility-loads/<str:load>/reject/", files.LoadRejectView.as_view(), name="eligibility-load-reject"),
    path("eligibility-loads/<str:load>/reconciliation/", files.LoadReconciliationView.as_view(), name="reconciliation"),
    path("agreements/", agreements.AgreementsView.as_view(), name="agreements"),
    path("fee-schedules/", agreements.FeeSchedulesView.as_view(), name="fee-schedules"),
    path("stop-loss-contracts/", agreements.StopLossContractsView.as_view(), name="stop-loss-contracts"),
    path("invoices/", invoices.InvoicesView.as_view(), name="invoices"),
    path("invoices/<str:invoice>/", invoices.InvoiceView.as_view(), name="invoice"),
    path("deposits/", invoices.DepositsView.as_view(), name="deposits"),
    path("exposure/", exposure.ExposureView.as_view(), name="exposure"),
    path("ledger/trial-balance/", ledger.TrialBalanceView.as_view(), name="trial-balance"),
    path("ledger/accounts/<str:account>/postings/", ledger.PostingsView.as_view(), name="postings"),
    path("ledger/entries/<str:entry>/", ledger.EntryView.as_view(), name="entry"),
]
