"""A claim on its way in, before it is known whose it is: from an 837, from JSON, to JSON."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tpa.engine.adjudication.facts import Claim, OtherPayer, ServiceLine
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import divide_rounded
from tpa.x12.claims import Claim837, Code, ServiceLine837

FORMS = {"P": "professional", "I": "institutional", "D": "dental"}
_MOST_LINES = 999
_NOBODY = 0


class Patient(NamedTuple):
    """Who was treated, as the claim says. `member_number` may be the patient's own or the subscriber's."""

    group_number: str
    member_number: str
    birth_on: date | None
    last_name: str = ""
    first_name: str = ""


class IncomingClaim(NamedTuple):
    """A claim as it came. `claim` has neither key nor member yet, and its day of receipt is put in at registration."""

    patient: Patient
    claim: Claim
    patient_control_number: str = ""
    provider_name: str = ""
    diagnoses: tuple[str, ...] = ()
    line_control_numbers: tuple[str, ...] = ()
    estimate: bool = False
    """An estimate is asked for (dental predetermination): nothing is to be paid."""


def from_837(came: Claim837) -> IncomingClaim:
    """An accepted claim of a file. Lines without a date of their own have the claim's."""
    diagnoses = tuple(_code(one) for one in came.diagnoses)
    rendering = came.provider("82") or came.provider("71")
    person, numbered = came.person, came.subscriber.person
    claim = Claim(
        _NOBODY,
        _NOBODY,
        FORMS[came.kind],
        date.min,
        tuple(_line(came, line, diagnoses) for line in came.lines),
        came.billing.tax_id,
        (rendering.npi if rendering else "") or came.billing.npi,
        (rendering.taxonomy if rendering else "") or came.billing.taxonomy,
        frequency=came.frequency or "1",
        original_reference=came.original_reference,
        facility_code=came.facility_code,
        admitted_on=came.day("435"),
        related_causes=came.related_causes,
        other_payers=tuple(
            OtherPayer(one.payer.name, one.paid_cents or 0, one.payer_order) for one in came.other_payers
        ),
        assigned=came.benefits_assigned != "N",
    )
    return IncomingClaim(
        Patient(
            came.subscriber.group_number,
            person.member_id or numbered.member_id,
            person.birth_on,
            person.party.name,
            person.party.first_name,
        ),
        claim,
        came.patient_control_number,
        came.billing.name,
        diagnoses,
        tuple(line.control_number for line in came.lines),
        came.predetermination,
    )


def _line(came: Claim837, line: ServiceLine837, diagnoses: tuple[str, ...]) -> ServiceLine:
    from_on = line.first_on or came.first_on
    through_on = line.last_on or (came.last_on if line.first_on is None else None) or from_on
    tooth = line.teeth[0] if line.teeth else None
    pointed = tuple(diagnoses[pointer - 1] for pointer in line.diagnosis_pointers if 0 < pointer <= len(diagnoses))
    return ServiceLine(
        line.number,
        from_on or date.min,
        through_on or date.min,
        line.charge_cents,
        line.procedure.code,
        line.procedure.modifiers,
        line.revenue_code,
        came.place_of(line),
        _milli(line.quantity),
        pointed or diagnoses[:1],
        tooth.number if tooth else "",
        "".join(tooth.surfaces) if tooth else "",
        line.authorization or came.authorization,
        line.repricing.allowed_cents if line.repricing else None,
        line.emergency,
    )


def _milli(quantity: Decimal | None) -> int:
    """Thousandths of a unit; a line without a quantity is one unit."""
    if quantity is None:
        return 1000
    numerator, denominator = quantity.as_integer_ratio()
    return divide_rounded(1000 * numerator, denominator)


def _code(one: Code) -> str:
    return one.value.replace(".", "")


def from_json(document: Mapping[str, Any]) -> IncomingClaim:
    """A claim by REST, or one that waited in the intake queue. Raises DocumentError with the JSON pointer of the fault."""
    with Section(document) as told:
        with told.section("patient") as one:
            patient = Patient(
                one.text("group_number", ""),
                one.text("member_number", ""),
                one.day("birth_on", None),
                one.text("last_name", ""),
                one.text("first_name", ""),
            )
        diagnoses = tuple(code.replace(".", "") for code in told.texts("diagnoses", ()))
        sections = told.sections("lines")
        if not 1 <= len(sections) <= _MOST_LINES:
            raise DocumentError(f"A claim has 1 to {_MOST_LINES} lines.", where=told.at("lines"))
        lines = tuple(_line_from(one, n, diagnoses) for n, one in enumerate(sections, 1))
        claim = _claim_from(told, lines)
        return IncomingClaim(
            patient,
            claim,
            _short(told, "patient_control_number", 50),
            _short(told, "provider_name", 120),
            diagnoses,
            tuple(_short(one, "control_number", 50) for one in sections),
            told.flag("estimate", False),
        )


def _claim_from(told: Section, lines: tuple[ServiceLine, ...]) -> Claim:
    return Claim(
        _NOBODY,
        _NOBODY,
        told.choice("form", (*FORMS.values(), "drug")),
        date.min,
        lines,
        _short(told, "provider_tax_id", 20),
        _short(told, "provider_npi", 20),
        _short(told, "specialty", 20),
        frequency=told.choice("frequency", ("1", "7", "8"), "1"),
        original_reference=_short(told, "original_reference", 50),
        facility_code=_short(told, "facility_code", 3),
        admitted_on=told.day("admitted_on", None),
        related_causes=told.texts("related_causes", (), options=("AA", "EM", "OA", "AP")),
        other_payers=tuple(_payer_from(one) for one in told.sections("other_payers")),
        assigned=told.flag("assigned", True),
    )


def _payer_from(told: Section) -> OtherPayer:
    with told as one:
        return OtherPayer(one.text("name"), one.cents("paid_cents"), one.text("responsibility", ""))


def _line_from(told: Section, n: int, diagnoses: tuple[str, ...]) -> ServiceLine:
    with told as one:
        from_on = one.day("from_on")
        through_on = one.day("through_on", from_on)
        if through_on < from_on:
            raise DocumentError("The last day of service is before the first.", where=one.at("through_on"))
        one.value("control_number", "")
        return ServiceLine(
            one.whole("number", n, least=1, most=_MOST_LINES),
            from_on,
            through_on,
            one.cents("charge_cents"),
            _short(one, "procedure", 20),
            one.texts("modifiers", ()),
            _short(one, "revenue_code", 4),
            _short(one, "place", 3),
            one.whole("units_milli", 1000, least=0),
            tuple(code.replace(".", "") for code in one.texts("diagnoses", diagnoses[:1])),
            _short(one, "tooth", 3),
            _short(one, "surfaces", 5),
            _short(one, "authorization", 50),
            one.cents("repriced_cents", None),
            one.flag("emergency", False),
        )


def _short(told: Section, key: str, most: int) -> str:
    found = told.text(key, "")
    if len(found) > most:
        raise DocumentError(f"At most {most} characters are wanted.", where=told.at(key))
    return found


def to_json(came: IncomingClaim) -> dict[str, Any]:
    """The document from which `from_json` makes the same claim; what is empty is left out."""
    claim = came.claim
    document = {
        "patient": _told(came.patient._asdict()),
        "form": claim.form,
        "diagnoses": list(came.diagnoses),
        "patient_control_number": came.patient_control_number,
        "provider_name": came.provider_name,
        "provider_tax_id": claim.provider_tax_id,
        "provider_npi": claim.provider_npi,
        "specialty": claim.specialty,
        "frequency": claim.frequency,
        "original_reference": claim.original_reference,
        "facility_code": claim.facility_code,
        "admitted_on": claim.admitted_on,
        "related_causes": list(claim.related_causes),
        "other_payers": [_told(one._asdict()) for one in claim.other_payers],
        "lines": [
            _told({**line._asdict(), "control_number": control})
            for line, control in zip(claim.lines, _padded(came), strict=True)
        ],
    }
    return {**_told(document), "assigned": claim.assigned, "estimate": came.estimate}


def _padded(came: IncomingClaim) -> tuple[str, ...]:
    return came.line_control_numbers + ("",) * (len(came.claim.lines) - len(came.line_control_numbers))


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, without the empty ones; amounts of zero stay."""
    plain = {
        key: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for key, value in values.items()
    }
    return {key: value for key, value in plain.items() if value not in ("", None, []) and value is not False}
