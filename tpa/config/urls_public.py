"""The TPA's own host: the desk, set-up, log-in."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("api/v1/", include("tpa.web.api.v1.urls")),  # first, because programs call most often
    path("", RedirectView.as_view(pattern_name="operator:today")),
    path("desk/", include("tpa.web.operator.urls")),
    path("", include("tpa.web.health")),
    path("api/", include("tpa.web.api.docs")),
    path("admin/", admin.site.urls),
    path("account/", include("tpa.config.urls_account")),
]

handler400 = "tpa.web.errors.bad_request"
handler403 = "tpa.web.errors.forbidden"
handler404 = "tpa.web.errors.not_found"
handler429 = "tpa.web.errors.too_many"
handler500 = "tpa.web.errors.broken"
