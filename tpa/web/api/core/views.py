"""The base of every resource: who may, which employer's books are open, and public ids in the context."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.cache import patch_cache_control
from rest_framework.authentication import SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.api.core.access import KeyAuthentication, Row, TablePermission
from tpa.web.api.core.idempotent import heeding
from tpa.web.api.core.limits import Allowance, WithinLimit
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import KeyPages
from tpa.web.api.core.places import place_of


class AlwaysJson(BaseContentNegotiation):
    """The API speaks JSON, whatever the Accept header says; files have answers of their own."""

    def select_parser(self, request: Request, parsers: list[Any]) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type in (wanted, "*/*")), None)

    def select_renderer(self, request: Request, renderers: list[Any], format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class BookView(APIView):
    """A resource. `permissions` is its part of the permission table: method -> Row.

    For a row about one employer `self.employer` is set and the connection is bound to its books while the handler runs;
    otherwise it works with the TPA's own tables.
    """

    permissions: ClassVar[dict[str, Row]] = {}
    authentication_classes: ClassVar[list[Any]] = [KeyAuthentication, SessionAuthentication]
    permission_classes: ClassVar[list[Any]] = [WithinLimit, TablePermission]
    renderer_classes: ClassVar[list[Any]] = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    pagination_class = KeyPages
    keyed: ClassVar[bool] = False
    """Whether POST needs an Idempotency-Key; where it does not, it heeds one that is sent."""
    heeds_key: ClassVar[bool] = True
    """Not where the answer is a secret, which is kept nowhere, or paper, which is a copy when it is printed again; nor
    where the request is a file, which its bytes tell apart."""
    desk_only: ClassVar[bool] = False
    """Whether a portal host answers as if there were nothing."""
    allowance: Allowance | None = None
    employer: Employer | None = None
    employer_ids: Sequence[int] | None = ()
    """With a row `by_grants`: the employers that the caller sees; None, all."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__ and cls.heeds_key and not cls.keyed:
            cls.post = heeding(cls.__dict__["post"])

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._scopes:
            response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, no_store=True)
        if self.allowance is not None:
            for name, value in self.allowance.headers.items():
                response[name] = value
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.desk_only and getattr(request, "employer", None) is not None:
            raise NotFoundError("There is nothing here.")
        self._scopes.enter_context(employer_scope(self.employer) if self.employer is not None else desk_scope())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What was made, or is being made, is told with its address; also where the same request made it before."""
        if request.method == "POST" and response.status_code in (200, 201, 202):
            place = place_of(getattr(response, "data", None), request.path)
            if place and (response.status_code != HTTPStatus.OK or place.startswith(request.path)):
                response["Location"] = request.build_absolute_uri(place)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def employer_id(self) -> int:
        """The employer of the call; 0 for the TPA's own rows."""
        return self.employer.pk if self.employer is not None else 0

    def key_of(self, public: str, kind: str) -> int:
        """The row key of a public id in the path. Raises NotFoundError, also for another employer's id."""
        return key_of(public, kind, self.employer_id)

    def sees(self, employer_id: int | None) -> bool:
        """Whether a row of that employer (None: the TPA's own) is among those that a call by grants may see."""
        return self.employer_ids is None or employer_id in self.employer_ids

    def context(self) -> dict[str, Any]:
        """What serializers need."""
        return {"request": self.request, "view": self, "employer_id": self.employer_id}

    def page(self, rows: Any, serializer: type[Any]) -> Response:
        """One page of `rows`, newest first. A list whose parameters nobody has read has none: any is refused."""
        if not getattr(self.request, "asked", False):
            NoQuery.read(self.request)
        paginator = self.pagination_class()
        found: Any = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(serializer(found, many=True, context=self.context()).data)
