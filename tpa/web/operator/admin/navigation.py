"""The set-up admin's sidebar: what is registered, in groups by book."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

TITLES = {
    "tenants": "Employers",
    "agreements": "Agreements",
    "providers": "Providers",
    "identity": "People and keys",
    "edi": "Files",
}


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """One group a book, with the lists that this person may see."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model, its in admin.site._registry.items():
        if its.has_view_permission(request):
            link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            title = str(model._meta.verbose_name_plural).capitalize().replace("Aso", "ASO").replace("Api", "API")
            found.setdefault(model._meta.app_label, []).append({"title": title, "link": link})
    known = [app for app in TITLES if app in found] + sorted(set(found) - set(TITLES))
    return [{"title": TITLES.get(app, app.capitalize()), "separator": True, "items": found[app]} for app in known]
