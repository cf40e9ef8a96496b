"""The TPA's own host: admin, log-in, the desk."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tpa.web.api.v1.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.account.urls")),
    path("account/mfa/", include("allauth.mfa.urls")),
]
