"""How people log in: by invitation only, and only where their login counts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from tpa.books.identity.models import User


def host_employer_id(request: HttpRequest) -> int | None:
    """The employer whose portal the request came to; None is the TPA's desk."""
    employer = getattr(request, "employer", None)
    return employer.pk if employer is not None else None


class ClosedSignup(DefaultAccountAdapter):
    """Nobody signs up; a login without a grant at this host is answered as a wrong password is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user, if the password is right and the login counts at this host."""
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.counts_at(host_employer_id(request)) else None


class KnownPeopleOnly(DefaultSocialAccountAdapter):
    """An identity provider vouches for people that the TPA has entered; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False
