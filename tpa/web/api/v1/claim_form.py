"""The form of a claim as JSON, for the description of the API. What is refused, and where, the reader itself says."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from tpa.engine.plan.teeth import AREAS
from tpa.web.api.core.fields import CentsField


class PatientFormSerializer(serializers.Serializer):
    """Who was treated: the number on the card and the birth date find the member; first name and sex must not contradict."""

    group_number = serializers.CharField(max_length=50, required=False)
    member_number = serializers.CharField(max_length=80)
    birth_on = serializers.DateField()
    last_name = serializers.CharField(max_length=80, required=False)
    first_name = serializers.CharField(max_length=80, required=False)
    sex = serializers.ChoiceField(("F", "M"), required=False)
    relationship = serializers.ChoiceField(("self", "spouse", "child"), required=False, help_text="To the subscriber.")


class LineFormSerializer(serializers.Serializer):
    """A service. Units are thousandths; `repriced_cents` is what a network has allowed."""

    number = serializers.IntegerField(min_value=1, max_value=999, required=False)
    from_on = serializers.DateField(
        required=False, help_text="Only a service that is planned, of an estimate, has none."
    )
    through_on = serializers.DateField(required=False)
    charge_cents = CentsField(min_value=0)
    procedure = serializers.CharField(max_length=20, required=False)
    modifiers = serializers.ListField(child=serializers.CharField(max_length=4), required=False)
    revenue_code = serializers.CharField(max_length=4, required=False)
    place = serializers.CharField(max_length=3, required=False)
    units_milli = serializers.IntegerField(min_value=0, required=False)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=10), required=False)
    tooth = serializers.CharField(max_length=3, required=False)
    surfaces = serializers.CharField(max_length=5, required=False)
    authorization = serializers.CharField(max_length=50, required=False)
    control_number = serializers.CharField(max_length=50, required=False)
    repriced_cents = CentsField(min_value=0, required=False)
    noncovered_cents = CentsField(min_value=0, required=False, help_text="Billed as not covered, of the charge.")
    emergency = serializers.BooleanField(required=False)
    area = serializers.ChoiceField(list(AREAS), required=False, help_text="Arch or quadrant, as SV304 codes it.")
    placed_before_on = serializers.DateField(required=False, help_text="When what is replaced was placed.")


class MissingToothFormSerializer(serializers.Serializer):
    """A tooth that is missing, and since when where that is known."""

    tooth = serializers.CharField(max_length=3)
    extracted_on = serializers.DateField(required=False)


class TreatmentFormSerializer(serializers.Serializer):
    """Orthodontic treatment: months in all, months still to come, and the day of banding."""

    months = serializers.IntegerField(min_value=1, max_value=120, required=False)
    months_left = serializers.IntegerField(min_value=0, max_value=120, required=False)
    banded_on = serializers.DateField(required=False)


class OtherAdjustmentSerializer(serializers.Serializer):
    """What another payer took off: group and claim adjustment reason code. Group PR is what it left to the member."""

    group = serializers.ChoiceField(["CO", "PR", "OA", "PI"])
    carc = serializers.CharField(max_length=5)
    cents = CentsField(min_value=0)


class OtherLineSerializer(serializers.Serializer):
    """What another payer has done with one line, by the line's number."""

    number = serializers.IntegerField(min_value=1, max_value=999)
    paid_cents = CentsField(min_value=0)
    allowed_cents = CentsField(min_value=0, required=False)
    adjustments = OtherAdjustmentSerializer(many=True, required=False)


class OtherPayerFormSerializer(serializers.Serializer):
    """Another plan. Without `paid_cents` it has not answered, unless its `lines` say what it paid."""

    name = serializers.CharField(max_length=80, required=False)
    paid_cents = CentsField(min_value=0, required=False)
    responsibility = serializers.ChoiceField(list("PSTABCDEFGHU"), required=False)
    allowed_cents = CentsField(min_value=0, required=False)
    adjustments = OtherAdjustmentSerializer(many=True, required=False)
    lines = OtherLineSerializer(many=True, required=False)
    answered_on = serializers.DateField(required=False)


class ClaimFormSerializer(serializers.Serializer):
    """A claim. `frequency` 7 replaces and 8 voids the claim that `original_reference` names."""

    form = serializers.ChoiceField(["professional", "institutional", "dental", "drug"])
    patient = PatientFormSerializer()
    lines = LineFormSerializer(many=True)
    provider_npi = serializers.CharField(max_length=20, required=False)
    provider_tax_id = serializers.CharField(max_length=20, required=False)
    provider_name = serializers.CharField(max_length=120, required=False)
    specialty = serializers.CharField(max_length=20, required=False)
    patient_control_number = serializers.CharField(max_length=50, required=False)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=10), required=False)
    frequency = serializers.ChoiceField(["1", "7", "8"], required=False)
    original_reference = serializers.CharField(max_length=50, required=False)
    facility_code = serializers.CharField(max_length=3, required=False)
    admitted_on = serializers.DateField(required=False)
    accident_on = serializers.DateField(required=False)
    related_causes = serializers.ListField(child=serializers.CharField(max_length=3), required=False)
    other_payers = OtherPayerFormSerializer(many=True, required=False)
    assigned = serializers.BooleanField(required=False)
    drg = serializers.CharField(max_length=4, required=False)
    zip_code = serializers.CharField(max_length=5, required=False)
    repriced_cents = CentsField(min_value=0, required=False)
    missing_teeth = MissingToothFormSerializer(many=True, required=False)
    treatment = TreatmentFormSerializer(required=False)
    estimate = serializers.BooleanField(required=False, help_text="A predetermination: decided, and nothing paid.")


EXAMPLE = OpenApiExample(
    "An office visit",
    {
        "form": "professional",
        "patient": {"group_number": "GRP", "member_number": "S000001-0", "birth_on": "1980-05-17"},
        "provider_npi": "1992999824",
        "provider_tax_id": "123456789",
        "diagnoses": ["J069"],
        "lines": [{"from_on": "2026-03-02", "charge_cents": 20000, "procedure": "99213", "place": "11"}],
    },
    request_only=True,
)
