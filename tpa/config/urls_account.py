"""A login's own pages, at both hosts: log in and out, password, second factor.

Its e-mail address is not among them: the administrator sets it, so nobody moves a login to a mailbox of his own choice.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def not_here(request: HttpRequest, key: str = "") -> HttpResponse:
    """Nothing. allauth asks for these addresses by name, so they must have one."""
    raise Http404("Addresses are set by the administrator.")


urlpatterns = [
    path("email/", not_here, name="account_email"),
    path("confirm-email/", not_here, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", not_here, name="account_confirm_email"),
    path("", include("allauth.account.urls")),
    path("mfa/", include("allauth.mfa.urls")),
]
