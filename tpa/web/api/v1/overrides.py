"""Overrides: lines decided otherwise than the rules say; within a person's authority, or approved by another person."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import overrides as book
from tpa.books.claims import selectors
from tpa.books.claims.examining import Override as Row
from tpa.books.claims.overrides import Person
from tpa.engine.adjudication.order import settable
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.kernel.ids import public_id
from tpa.web.api.core.access import Row as Permission
from tpa.web.api.core.access import human_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer, id_schema
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.workflows import overrides as workflow


class DeniedAsSerializer(StrictSerializer):
    """How a line is denied: X12 group and reason code."""

    group = serializers.ChoiceField(workflow.GROUPS)
    code = serializers.RegexField(r"^[A-Z]?[0-9]{1,3}\Z", max_length=4)


class OrderSerializer(StrictSerializer):
    """A line decided otherwise: a rule that does not count on it, or another allowed amount, or a denial."""

    line = serializers.IntegerField(min_value=1, max_value=9999)
    set_aside = serializers.ChoiceField(settable(), required=False)
    allow_cents = CentsField(required=False, min_value=0)
    deny = DeniedAsSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the three."""
        if len({"set_aside", "allow_cents", "deny"} & attrs.keys()) != 1:
            raise serializers.ValidationError({"set_aside": "Say one of set_aside, allow_cents and deny."})
        return attrs


def order_of(told: dict[str, Any]) -> Override:
    """An order as the engine knows it."""
    line = told["line"]
    if "set_aside" in told:
        return Override(0, line, OverrideKind.SET_ASIDE, "", told["set_aside"])
    if "deny" in told:
        return Override(0, line, OverrideKind.DENY, "", group=told["deny"]["group"], carc=told["deny"]["code"])
    return Override(0, line, OverrideKind.ALLOW, "", cents=told["allow_cents"])


class ProposalSerializer(StrictSerializer):
    """What is decided otherwise, and why."""

    orders = serializers.ListField(child=OrderSerializer(), allow_empty=False, max_length=workflow.MOST_ORDERS)
    why = serializers.ChoiceField(sorted(set(workflow.REASONS) - workflow.OF_THEMSELVES))
    note = serializers.CharField(max_length=400)


class NoteSerializer(StrictSerializer):
    """Why."""

    note = serializers.CharField(max_length=400)


class OrderShownSerializer(serializers.Serializer):
    """An order of an override: one of the three is said."""

    line = serializers.IntegerField()
    set_aside = serializers.CharField(allow_null=True)
    allow_cents = CentsField(allow_null=True)
    deny = serializers.CharField(allow_null=True, help_text="Group and code, such as CO-50.")


class OverrideSerializer(serializers.Serializer):
    """An override. `amount_cents`: what payees get otherwise by it; above `authority_cents` another person approves it.

    One that names a `pend` approves the claim that waits as the rules decide it: it has no orders, and the reason `release`.
    """

    id = PublicIdField("ovr", source="pk")
    claim = PublicIdField("clm", source="claim_id")
    state = serializers.ChoiceField(tuple(book.STATES))
    pend = serializers.SerializerMethodField()
    orders = serializers.SerializerMethodField()
    why = serializers.CharField()
    note = serializers.CharField()
    amount_cents = CentsField()
    authority_cents = CentsField()
    proposed_at = serializers.DateTimeField()
    proposed_by = serializers.CharField()
    approved_by = serializers.CharField()
    in_force_at = serializers.DateTimeField(allow_null=True)
    correction = PublicIdField("cor", source="correction_id", allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField()
    ended_note = serializers.CharField()

    @extend_schema_field({**id_schema("pnd"), "nullable": True})
    def get_pend(self, row: Row) -> str | None:
        """The pend that it lets go."""
        return public_id("pnd", self.context["employer_id"], row.release[0]) if row.release else None

    @extend_schema_field(OrderShownSerializer(many=True))
    def get_orders(self, row: Row) -> list[dict[str, Any]]:
        """Line by line."""
        return [
            {
                "line": number,
                "set_aside": rule or None,
                "allow_cents": cents if kind == OverrideKind.ALLOW else None,
                "deny": f"{group}-{carc}" if kind == OverrideKind.DENY else None,
            }
            for number, kind, rule, cents, group, carc in row.orders
        ]


class RuleCountSerializer(serializers.Serializer):
    """How often examiners decided otherwise than a rule, for one reason."""

    rule = serializers.CharField()
    why = serializers.CharField()
    lines_count = serializers.IntegerField()
    claims_count = serializers.IntegerField()
    standing_count = serializers.IntegerField()


class OverridesQuery(Query):
    """`state` narrows the list."""

    state = serializers.ChoiceField(tuple(book.STATES), required=False, default="")


class ExaminerView(BookView):
    """What the views of examiners' work share."""

    def told(self, found: Row, status: int = 200) -> Response:
        """The override as it is."""
        return Response(OverrideSerializer(found, context=self.context()).data, status=status)

    def asked(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        """What was sent, read."""
        sent = serializer(data=self.request.data, context=self.context())
        sent.is_valid(raise_exception=True)
        return sent.validated_data

    def person(self, request: Request) -> tuple[Person, int]:
        """Who calls, and what they may decide alone for this employer. Raises PersonNeededError for a program."""
        user = human_of(request, "A person answers for this, not a key.")
        return Person(user.person, user.email), user.authority_cents(self.employer_id)


class ClaimOverridesView(ExaminerView):
    """GET: a claim's overrides. POST: another one."""

    permissions: ClassVar = {"GET": Permission("claims.read"), "POST": Permission("claims.correct")}
    pagination_class = Whole
    keyed = True

    @extend_schema(responses=OverrideSerializer(many=True))
    def get(self, request: Request, claim: str) -> Response:
        """Overrides of the claim, the latest first."""
        NoQuery.read(request)
        rows = book.overrides(claim_id=selectors.claim(self.key_of(claim, "clm")).pk)
        return Response({"data": OverrideSerializer(rows, many=True, context=self.context()).data})

    @extend_schema(request=ProposalSerializer, responses={201: OverrideSerializer})
    def post(self, request: Request, claim: str) -> Response:
        """In force at once within the caller's authority; else it waits for another person. A program cannot do it."""
        key = selectors.claim(self.key_of(claim, "clm")).pk
        return once(self, request, lambda _: (201, self._propose(key)))

    def _propose(self, claim_id: int) -> Any:
        told = self.asked(ProposalSerializer)
        by, authority_cents = self.person(self.request)
        orders = [order_of(one) for one in told["orders"]]
        row = workflow.propose(
            claim_id=claim_id, orders=orders, why=told["why"], note=told["note"], by=by, authority_cents=authority_cents
        )
        return self.told(row).data


class OverridesView(ExaminerView):
    """GET: overrides of all claims."""

    permissions: ClassVar = {"GET": Permission("claims.read")}

    @extend_schema(parameters=[OverridesQuery], responses=OverrideSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        return self.page(book.overrides(state=OverridesQuery.read(request)["state"]), OverrideSerializer)


class OverridesByRuleView(ExaminerView):
    """GET: how often each rule was overridden."""

    permissions: ClassVar = {"GET": Permission("claims.read")}
    pagination_class = Whole

    @extend_schema(responses=RuleCountSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The most frequent first: where the plan or the prices may be set up wrongly."""
        NoQuery.read(request)
        rows = [one._asdict() for one in book.counted_by_rule()]
        return Response({"data": RuleCountSerializer(rows, many=True).data})


class OverrideView(ExaminerView):
    """GET: one override."""

    permissions: ClassVar = {"GET": Permission("claims.read")}

    @extend_schema(responses=OverrideSerializer)
    def get(self, request: Request, override: str) -> Response:
        """The override as it stands."""
        return self.told(book.override(self.key_of(override, "ovr")))


class OverrideStepView(ExaminerView):
    """What the views of an override's steps share."""

    permissions: ClassVar = {"POST": Permission("claims.correct")}
    keyed = True

    def acted(self, request: Request, override: str) -> Response:
        """The override after the step."""
        key = book.override(self.key_of(override, "ovr")).pk
        return once(self, request, lambda _: (200, self.told(self.act(key, *self.person(request))).data))

    def act(self, key: int, by: Person, authority_cents: int) -> Row:
        """The step: approve it, where nothing else is said."""
        return workflow.approve(override_id=key, by=by)


class OverrideApproveView(OverrideStepView):
    """POST: the second person's consent."""

    @extend_schema(request=None, responses=OverrideSerializer)
    def post(self, request: Request, override: str) -> Response:
        """In force; a decided claim is decided again. Not by its proposer, and not by a program."""
        return self.acted(request, override)


class OverrideRefuseView(OverrideStepView):
    """POST: it does not come into force."""

    @extend_schema(request=NoteSerializer, responses=OverrideSerializer)
    def post(self, request: Request, override: str) -> Response:
        """Refuse a proposal, or withdraw one's own."""
        return self.acted(request, override)

    def act(self, key: int, by: Person, authority_cents: int) -> Row:
        """Refuse it."""
        return workflow.refuse(override_id=key, by=by, note=self.asked(NoteSerializer)["note"])


class OverrideTakeBackView(OverrideStepView):
    """POST: it counts no more."""

    @extend_schema(request=NoteSerializer, responses=OverrideSerializer)
    def post(self, request: Request, override: str) -> Response:
        """The claim is decided again without it, within the caller's authority."""
        return self.acted(request, override)

    def act(self, key: int, by: Person, authority_cents: int) -> Row:
        """Take it back."""
        note = self.asked(NoteSerializer)["note"]
        return workflow.take_back(override_id=key, by=by, note=note, authority_cents=authority_cents)
