"""Claims: in, where they stand, what was decided and why."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import selectors
from tpa.books.claims.models import Claim, ClaimLine, Decision, Pend
from tpa.books.claims.overrides import Person
from tpa.engine.adjudication.explain import explain_waiting
from tpa.engine.adjudication.pends import CLAIM, LINE, PENDS, Comes, PendKind
from tpa.infra import clock
from tpa.web.api.core.access import Row, answerable
from tpa.web.api.core.fields import CentsField, PairsField, PublicIdField, Shape, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.accumulators import UsedSerializer
from tpa.web.api.v1.claim_form import EXAMPLE, ClaimFormSerializer
from tpa.web.api.v1.overrides import OverrideSerializer
from tpa.workflows.claim_routing import register_claim_json
from tpa.workflows.overrides import approve_pend


class ClaimSerializer(Shape):
    """A claim and where it stands: waiting, pended, paid, denied, reversed or closed."""

    id = PublicIdField("clm")
    state = serializers.ChoiceField(selectors.STATES)
    form = serializers.CharField()
    source = serializers.CharField()
    member = PublicIdField("mem", source="member_id")
    family = PublicIdField("fam", source="family_id")
    received_at = serializers.DateTimeField()
    received_on = serializers.DateField()
    service_on = serializers.DateField()
    charge_cents = CentsField()
    paid_cents = CentsField(allow_null=True)
    member_responsibility_cents = CentsField(allow_null=True)
    decision = PublicIdField("dec", allow_null=True)
    patient_control_number = serializers.CharField()
    provider_npi = serializers.CharField()
    provider_name = serializers.CharField()
    frequency = serializers.CharField()


class ClaimLineSerializer(Shape):
    """A line as it came. Units are thousandths."""

    number = serializers.IntegerField()
    from_on = serializers.DateField()
    through_on = serializers.DateField()
    procedure = serializers.CharField()
    modifiers = serializers.ListField(child=serializers.CharField())
    revenue_code = serializers.CharField()
    place = serializers.CharField()
    units_milli = serializers.IntegerField()
    charge_cents = CentsField()


class ClaimDetailSerializer(ClaimSerializer):
    """A claim with its lines."""

    lines = ClaimLineSerializer(many=True)


class StepSerializer(Shape):
    """One move of money: which rule, by which clause of the plan, what was open before and after."""

    rule = serializers.CharField()
    clause = serializers.CharField()
    group = serializers.CharField()
    carc = serializers.CharField()
    bearer = serializers.CharField()
    cents = CentsField()
    open_before_cents = CentsField()
    open_after_cents = CentsField()
    text = serializers.CharField(source="operator")
    member_text = serializers.CharField(source="member")
    inputs = PairsField(read_only=True, help_text="The figures that the rule used.")


class DecisionLineSerializer(Shape):
    """A line decided: charge = paid + the sum of its steps."""

    number = serializers.IntegerField(source="line.number")
    benefit = serializers.CharField(source="line.benefit")
    tier = serializers.CharField(source="line.tier")
    line_of_coverage = serializers.CharField(source="line.line_of_coverage")
    plan_version = PublicIdField("plv", source="plan_version_id", allow_null=True)
    fund_account = serializers.CharField()
    stop_loss = serializers.CharField(source="line.stop_loss_class")
    summary = serializers.CharField()
    charge_cents = CentsField(source="line.charge_cents")
    allowed_cents = CentsField(source="line.allowed_cents")
    paid_cents = CentsField(source="line.paid_cents")
    deductible_cents = CentsField(source="line.deductible_cents")
    copay_cents = CentsField(source="line.copay_cents")
    coinsurance_cents = CentsField(source="line.coinsurance_cents")
    member_responsibility_cents = CentsField(source="line.member_responsibility_cents")
    steps = StepSerializer(many=True)


class DecisionSerializer(Shape):
    """A version of what was decided."""

    id = PublicIdField("dec")
    claim = PublicIdField("clm", source="claim_id")
    version = serializers.IntegerField()
    outcome = serializers.CharField()
    payee = serializers.CharField()
    decided_at = serializers.DateTimeField()
    charge_cents = CentsField()
    allowed_cents = CentsField()
    paid_cents = CentsField()
    member_responsibility_cents = CentsField()


class DecisionDetailSerializer(DecisionSerializer):
    """A decision with its explanation."""

    lines = DecisionLineSerializer(many=True)


class AuditedDecisionSerializer(DecisionDetailSerializer):
    """A decision with its explanation, and what it has used up."""

    used = UsedSerializer(many=True)


class NewClaimSerializer(ClaimDetailSerializer):
    """A claim just registered, with what was decided; null where it waits for a person or for the workers."""

    decided = DecisionDetailSerializer(allow_null=True)


class PendReasonSerializer(Shape):
    """A reason to wait. `says`: in words. `comes`: what resolves it by itself; null where a person has to.

    `asks`: what the claimant is asked. `reattach`: raised again where the claim later comes out otherwise. Line 0: the claim.
    """

    code = serializers.CharField()
    queue = serializers.CharField()
    line = serializers.IntegerField()
    detail = serializers.CharField()
    says = serializers.CharField()
    level = serializers.ChoiceField((CLAIM, LINE))
    comes = serializers.ChoiceField([str(one) for one in Comes], allow_null=True)
    asks = serializers.CharField()
    reattach = serializers.BooleanField()


def _desk_words(code: str) -> dict[str, Any]:
    """A reason in the desk's voice; of one that a plan names itself nothing is known."""
    told = PENDS.get(code, PendKind("", ""))._asdict()
    del told["member"]
    return told


class PendSerializer(Shape):
    """A claim that waits for a person, or did."""

    id = PublicIdField("pnd")
    claim = PublicIdField("clm", source="claim_id")
    code = serializers.CharField()
    queue = serializers.CharField()
    detail = serializers.CharField()
    member_text = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    raised_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()
    note = serializers.CharField()

    def get_member_text(self, pend: Any) -> str:
        """Why it waits, in plain words for the member."""
        return explain_waiting(pend.code)

    @extend_schema_field(PendReasonSerializer(many=True))
    def get_reasons(self, pend: Pend) -> list[dict[str, Any]]:
        """All of them, the first one's code and queue being the pend's."""
        return [
            {"code": code, "queue": queue, "line": number, "detail": detail, **_desk_words(code)}
            for code, queue, number, detail in pend.reasons
        ]


class ReleaseSerializer(StrictSerializer):
    """Why the claim may be decided. A replacement or void needs the claim that it corrects, or that there is none."""

    note = serializers.CharField(max_length=400)
    corrects = PublicIdField("clm", required=False)
    stands_alone = serializers.BooleanField(default=False)


class ClaimsQuery(Query):
    """`state`, `member`, and `search` by the provider's claim number or name."""

    state = serializers.ChoiceField(selectors.STATES, required=False, default="")
    member = serializers.CharField(required=False, default="")
    search = serializers.CharField(required=False, default="", max_length=60)


def _shown(claim: Claim, standing: selectors.Standing) -> Claim:
    """The claim with what its serializer reads of its standing."""
    decision = standing.decision
    claim.state = standing.state
    claim.decision = decision.pk if decision else None
    claim.paid_cents = decision.paid_cents if decision else None
    claim.member_responsibility_cents = decision.member_responsibility_cents if decision else None
    return claim


class ClaimsView(BookView):
    """GET: claims, latest first. POST: a new claim."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.write")}
    keyed = True

    @extend_schema(parameters=[ClaimsQuery], responses=ClaimSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Claims and where they stand."""
        query = ClaimsQuery.read(request)
        member_id = self.key_of(query["member"], "mem") if query["member"] else None
        rows = selectors.claims(state=query["state"], member_id=member_id, text=query["search"])
        paginator = self.pagination_class()
        found = paginator.paginate_queryset(rows, request, view=self)
        stand = selectors.standings([claim.pk for claim in found])
        shown = [_shown(claim, stand[claim.pk]) for claim in found]
        return paginator.get_paginated_response(ClaimSerializer(shown, many=True, context=self.context()).data)

    @extend_schema(request=ClaimFormSerializer, responses={201: NewClaimSerializer}, examples=[EXAMPLE])
    def post(self, request: Request) -> Response:
        """Register a claim and decide it; what no examiner need see is answered at once. Needs an Idempotency-Key."""
        return once(self, request, self._register)

    def _register(self, key: str) -> tuple[int, Any]:
        found, standing, lines, explained = register_claim_json(
            employer_id=self.employer_id, document=_document(self.request.data), source_ref=key, received_at=clock.now()
        )
        decided = _explained(self, standing.decision, explained) if standing.decision else None
        return 201, {**_detail(self, found, standing, lines), "decided": decided}


def _document(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise serializers.ValidationError("A claim is a JSON object.")
    return data


def _detail(view: BookView, claim: Claim, standing: selectors.Standing, lines: list[ClaimLine]) -> dict[str, Any]:
    context = view.context()
    data = ClaimSerializer.show(_shown(claim, standing), context)
    return {**data, "lines": ClaimLineSerializer.show_all(lines, context)}


def _explained(view: BookView, decision: Decision, lines: list[selectors.ExplainedLine]) -> dict[str, Any]:
    context = view.context()
    data = DecisionSerializer.show(decision, context)
    return {**data, "lines": DecisionLineSerializer.show_all(lines, context)}


class ClaimView(BookView):
    """GET: one claim."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=ClaimDetailSerializer)
    def get(self, request: Request, claim: str) -> Response:
        """The claim with its lines."""
        found, standing = selectors.claim_with_standing(self.key_of(claim, "clm"))
        return Response(_detail(self, found, standing, selectors.lines(found.pk)))


class ClaimDecisionsView(BookView):
    """GET: every version of what was decided."""

    permissions: ClassVar = {"GET": Row("claims.read")}
    pagination_class = Whole

    @extend_schema(responses=DecisionSerializer(many=True))
    def get(self, request: Request, claim: str) -> Response:
        """The claim's decisions, the latest first."""
        found = selectors.claim(self.key_of(claim, "clm"))
        rows = selectors.decisions(found.pk)
        return Response({"data": DecisionSerializer(rows, many=True, context=self.context()).data})


class DecisionView(BookView):
    """GET: a decision with the reason of every cent."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=AuditedDecisionSerializer)
    def get(self, request: Request, decision: str) -> Response:
        """The decision, line by line and step by step, and what of deductibles, maximums and limits it has used up."""
        found = selectors.decision(self.key_of(decision, "dec"))
        entries = accumulators.entries_of([found.family_id], family_seq=found.family_seq)
        used = UsedSerializer.show_all(entries, self.context())
        return Response({**_explained(self, found, selectors.explained(found.pk)), "used": used})


class PendsView(BookView):
    """GET: claims that wait for a person."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=PendSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Open pends, the latest first."""
        return self.page(selectors.open_pends(), PendSerializer)


class PendReleaseView(BookView):
    """POST: let a pended claim be decided."""

    permissions: ClassVar = {"POST": Row("claims.decide")}

    @extend_schema(request=ReleaseSerializer, responses={200: PendSerializer, 202: OverrideSerializer})
    def post(self, request: Request, pend: str) -> Response:
        """Clear what the claim waited for; it is decided again at once.

        What would be paid above the caller's authority waits for another person: the answer (202) is the proposal. A key
        has the authority of who issued it.
        """
        found = selectors.pend(self.key_of(pend, "pnd"))
        asked = ReleaseSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        who = answerable(request, self.employer_id, "A person answers for what is approved.")
        row = approve_pend(
            pend_id=found.pk,
            by=Person(who.person_id, who.name),
            authority_cents=who.authority_cents,
            **asked.validated_data,
        )
        if row is not None:
            return Response(OverrideSerializer(row, context=self.context()).data, status=202)
        return Response(PendSerializer(selectors.pend(found.pk), context=self.context()).data)


class TotalSerializer(Shape):
    """A figure of a month: received, pended, released, decided, denied count claims; the others are of lines."""

    month = serializers.DateField()
    measure = serializers.CharField()
    line_of_coverage = serializers.CharField()
    cents = CentsField()
    count = serializers.IntegerField(source="claims_count")


class TotalsView(BookView):
    """GET: the group's figures by month."""

    permissions: ClassVar = {"GET": Row("summary.read")}
    pagination_class = Whole

    @extend_schema(responses=TotalSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Additive figures, the oldest month first; no person in them."""
        NoQuery.read(request)
        return Response({"data": TotalSerializer([one._asdict() for one in selectors.month_totals()], many=True).data})
