"""An employer's portal host: log-in and the portal. No admin."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tpa.web.api.v1.urls")),  # first, because programs call most often
    path("api/", include("tpa.web.api.docs")),
    path("", include("tpa.web.portal.urls")),
    path("account/", include("tpa.config.urls_account")),
]

handler400 = "tpa.web.errors.bad_request"
handler403 = "tpa.web.errors.forbidden"
handler404 = "tpa.web.errors.not_found"
handler429 = "tpa.web.errors.too_many"
handler500 = "tpa.web.errors.broken"
