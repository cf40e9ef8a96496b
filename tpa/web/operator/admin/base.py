"""Admin classes that write through services, and forms that ask the service first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from tenants.errors import EmployerError
from tpa.kernel.errors import DomainError
from tpa.web.operator.admin.history import events_of, is_tracked


class NotYet(Exception):
    """Ends a dry run: nothing of it stays."""


class ServiceForm(forms.Form):
    """A form whose `carry_out(actor)` calls a service. Cleaning runs it once inside a savepoint that is given up.

    So what the service refuses stands beside the field, and nothing that was typed is lost.
    """

    actor: Any = None

    def carry_out(self) -> Any:
        """Call the service with the cleaned data."""
        raise TypeError("a service form says what it carries out")

    def told(self, made: Any) -> str:
        """What is said when it is done."""
        return f"{made} is entered."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                with transaction.atomic():
                    self.carry_out()
                    raise NotYet
            except NotYet:
                pass
            except DomainError as refusal:
                place = refusal.where.strip("/").split("/")[0]
                told = f"{refusal} {refusal.remedy}".strip()
                self.add_error(place if place in self.fields else None, told)
        return cleaned


class ReasonForm(forms.ModelForm):
    """A row's fields, and why they change: the reason goes into the history."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Why it changes; kept in the history.",
    )


class SetUpAdmin(ModelAdmin):
    """What all set-up screens share: a history that the database keeps, and lists that are narrowed by their filters."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """No patterns: a wrong one breaks the query, and a clever one keeps the database busy."""
        return not lookup.endswith("regex") and super().lookup_allowed(lookup, value, request)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if not is_tracked(self.model) or row is None:
            return super().history_view(request, object_id, extra_context)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {row}",
            "opts": self.opts,
            "row": row,
            "events": events_of(row, [(inline.model, self._key_of(inline)) for inline in self.inlines]),
        }
        return TemplateResponse(request, "operator/admin/history.html", context)

    def _key_of(self, inline: Any) -> str:
        return inline.fk_name or next(one.name for one in inline.model._meta.fields if one.related_model is self.model)


class PartInline(TabularInline):
    """Rows that belong to a row, one a line: each box says what it is, as its column's heading does."""

    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = str(db_field.verbose_name).capitalize()
        return field


class EntryAdmin(SetUpAdmin):
    """Rows that are typed in and changed here, each change with its reason."""

    form = ReasonForm


class ReadAdmin(SetUpAdmin):
    """Shows rows; nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(ReadAdmin):
    """Rows are read-only once made; `service_form` makes them."""

    service_form: type[ServiceForm]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return ModelAdmin.has_add_permission(self, request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            return redirect("admin:index")
        form = self.service_form(request.POST or None, request.FILES or None)
        form.actor = request.user
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                made = form.carry_out()
            messages.success(request, form.told(made))
            return redirect(self.list_url())
        context = {
            **self.admin_site.each_context(request),
            "title": f"Enter {self.opts.verbose_name}",
            "opts": self.opts,
            "form": form,
            "list_url": self.list_url(),
        }
        return TemplateResponse(request, "operator/admin/service_form.html", context)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that fit the row as it is."""
        row = self.get_object(request, unquote(str(object_id)))
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if row is not None and one.method.fits(row)]

    def list_url(self) -> str:
        """The list of all rows."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


Press = Callable[[Any, HttpRequest, Any], str]


def button(description: str, *, asks: str, fits: Callable[[Any], bool]) -> Callable[[Press], Any]:
    """A button of a row's page, shown where it `fits` the row: its address asks, and a POST of what it asked does it.

    The method under it takes the request and the row, calls a service, and returns what is said when it is done.
    What the service refuses is said instead, and nothing of it stays.
    """

    def made(press: Press) -> Any:
        @action(description=description, permissions=["add"])
        @wraps(press)
        def view(self: ServiceAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
            row = self.get_object(request, unquote(object_id))
            if row is None:
                raise Http404(f"There is no {self.opts.verbose_name} {object_id}.")
            if request.method != "POST":
                return _asked(self, request, row, description, asks)
            try:
                with transaction.atomic():
                    done = press(self, request, row)
                messages.success(request, done)
            except (DomainError, EmployerError) as refusal:
                messages.error(request, f"{refusal} {refusal.remedy}".strip())
            return redirect(self.list_url())

        view.fits = fits
        return view

    return made


def _asked(of: ServiceAdmin, request: HttpRequest, row: Model, description: str, asks: str) -> HttpResponse:
    context = {
        **of.admin_site.each_context(request),
        "title": f"{description}: {row}",
        "opts": of.opts,
        "row": row,
        "asks": asks,
        "description": description,
        "row_url": reverse(f"admin:{of.opts.app_label}_{of.opts.model_name}_change", args=[quote(row.pk)]),
    }
    return TemplateResponse(request, "operator/admin/confirm.html", context)


class DocumentArea(UnfoldAdminTextareaWidget):
    """A tall text area for a TOML document."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 28, "spellcheck": "false", **(attrs or {})})
