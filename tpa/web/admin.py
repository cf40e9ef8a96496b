"""Django's admin looks here: the set-up screens of the TPA's desk, and nothing that other packages bring along."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.models import Group
from rest_framework_api_key.models import APIKey

from tpa.web.operator.admin import access, agreements, employers, providers

__all__ = ["access", "agreements", "employers", "providers"]

for model in (Group, APIKey, EmailAddress, Authenticator, SocialApp, SocialAccount, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

# One way in: its limits and its second factor hold for the set-up screens as well.
admin.site.login = secure_admin_login(admin.site.login)
