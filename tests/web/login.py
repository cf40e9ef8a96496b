"""Logging in for tests: a session counts only at the host that began it."""

from django.test import Client

from tenants.models import Employer
from tpa.books.identity.models import User
from tpa.config import middleware


def log_in(client: Client, user: User, employer: Employer | None = None) -> Client:
    """The client with `user` logged in at the employer's portal, or (None) at the desk."""
    client.force_login(user)
    session = client.session
    session[middleware._HOST] = employer.pk if employer else 0
    session.save()
    return client
