"""The description of the API for programs (`/api/schema/`) and for people (`/api/docs/`). No key is needed to read it."""

from __future__ import annotations

import functools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from tpa.web.api.v1.urls import urlpatterns as resources

MEDIA_TYPE = "application/vnd.oai.openapi+json"


@functools.cache
def schema_text() -> bytes:
    """The whole description as JSON; it does not change while the process runs."""
    generator = SchemaGenerator(patterns=[path(f"api/v1/{one.pattern}", one.callback) for one in resources])
    return bytes(OpenApiJsonRenderer().render(generator.get_schema(request=None, public=True), renderer_context={}))


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    return HttpResponse(schema_text(), content_type=MEDIA_TYPE)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same to read, and to try out with a key of one's own."""
    return render(request, "api/docs.html")


urlpatterns = [path("schema/", schema, name="api-schema"), path("docs/", docs, name="api-docs")]
