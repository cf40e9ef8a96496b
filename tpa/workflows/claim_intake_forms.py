"""A claim on its way in, before it is known whose it is: from an 837, from JSON, to JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.facts import Claim, ServiceLine
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import divide_rounded
from tpa.kernel.periods import Span
from tpa.workflows import claim_intake_dental as dental
from tpa.workflows.claim_intake_payers import payer_from, payer_to_json, payers_of
from tpa.x12.claims import Claim837, Code, ServiceLine837

FORMS = {"P": "professional", "I": "institutional", "D": "dental"}
MOST_CENTS = 10**13
"""A claim of more than a hundred billion is a mistake, and would not fit into the sums of the books."""
SEXES = ("F", "M")
SERVICE_DAYS = Span(date(1900, 1, 1), date(2200, 1, 1))
"""Days on which a claim can have service: years and windows reckoned from any of them stay inside the calendar."""
_MOST_LINES = 999
_MINUTES_A_UNIT = 15
_MOST_MILLI = 10**18
"""Fifteen digits of units, as X12 writes them."""
_NOBODY = 0
_UNKNOWN_DAY = date.min.isoformat()
"""Of a service that is only planned, until it is registered."""


class Patient(NamedTuple):
    """Who was treated, as the claim says. `member_number` may be the patient's own or the subscriber's."""

    group_number: str
    member_number: str
    birth_on: date | None
    last_name: str = ""
    first_name: str = ""
    sex: str = ""
    """F, M, or "" where the claim does not say."""
    relationship: str = ""
    """To the subscriber: self, spouse, child, or "" for any other."""


_RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child"}
"""SBR02 and PAT01 -> as the books name it."""


class IncomingClaim(NamedTuple):
    """A claim as it came. `claim` has neither key nor member yet, and its day of receipt is put in at registration."""

    patient: Patient
    claim: Claim
    patient_control_number: str = ""
    provider_name: str = ""
    diagnoses: tuple[str, ...] = ()
    line_control_numbers: tuple[str, ...] = ()


def days_fit(claim: Claim) -> bool:
    """Whether all its days of service are days that can be reckoned with; a service that is only planned has none yet."""
    days = {day for line in claim.lines for day in (line.from_on, line.through_on)}
    return all(day in SERVICE_DAYS for day in days - ({date.min} if claim.predetermination else set()))


def from_837(came: Claim837) -> IncomingClaim:
    """An accepted claim of a file. Lines without a date of their own have the claim's.

    Texts longer than X12 allows are cut to what the books hold; the file keeps them whole.
    """
    diagnoses = tuple(_cut(_code(one), 10) for one in came.diagnoses)
    rendering = came.provider("82") or came.provider("71")
    person, numbered = came.person, came.subscriber.person
    claim = Claim(
        _NOBODY,
        _NOBODY,
        FORMS[came.kind],
        date.min,
        tuple(_line(came, line, diagnoses) for line in came.lines),
        _cut(came.billing.tax_id, 20),
        _cut((rendering.npi if rendering else "") or came.billing.npi, 20),
        _cut((rendering.taxonomy if rendering else "") or came.billing.taxonomy, 20),
        frequency=_cut(came.frequency, 1) or "1",
        original_reference=_cut(came.original_reference, 50),
        facility_code=_cut(came.facility_code, 3),
        admitted_on=came.day("435"),
        related_causes=tuple(_cut(cause, 3) for cause in came.related_causes),
        other_payers=payers_of(came),
        assigned=came.benefits_assigned != "N",
        drg=_cut("".join(one.value for one in came.coded("DR")[:1]), 4),
        zip_code=_zip((came.provider("77") or came.billing).address.postal_code or came.billing.address.postal_code),
        repriced_cents=_price(came.repricing.allowed_cents) if came.repricing else None,
        accident_on=came.day("439"),
        **dental.claim_of(came),
    )
    return IncomingClaim(
        Patient(
            _cut(came.subscriber.group_number, 50),
            _cut(person.member_id or numbered.member_id, 80),
            person.birth_on,
            _cut(person.party.name, 80),
            _cut(person.party.first_name, 80),
            person.sex if person.sex in SEXES else "",
            _RELATIONSHIPS.get(came.patient_relationship or came.subscriber.relationship, ""),
        ),
        claim,
        _cut(came.patient_control_number, 50),
        _cut(came.billing.name, 120),
        diagnoses,
        tuple(_cut(line.control_number, 50) for line in came.lines),
    )


def _line(came: Claim837, line: ServiceLine837, diagnoses: tuple[str, ...]) -> ServiceLine:
    from_on, through_on = came.days_of(line)
    tooth = line.teeth[0] if line.teeth else None
    pointed = tuple(diagnoses[pointer - 1] for pointer in line.diagnosis_pointers if 0 < pointer <= len(diagnoses))
    return ServiceLine(
        line.number,
        from_on or date.min,
        through_on or date.min,
        line.charge_cents,
        _cut(line.procedure.code, 20),
        tuple(_cut(modifier, 4) for modifier in line.procedure.modifiers),
        _cut(line.revenue_code, 4),
        _cut(came.place_of(line), 3),
        _units_milli(line),
        pointed or diagnoses[:1],
        _cut(tooth.number, 3) if tooth else "",
        _cut("".join(tooth.surfaces), 5) if tooth else "",
        _cut(line.authorization or came.authorization, 50),
        _price(line.repricing.allowed_cents) if line.repricing else None,
        line.emergency,
        noncovered_cents=min(max(line.noncovered_cents or 0, 0), line.charge_cents),
        **dental.line_of(line),
    )


def _price(cents: int | None) -> int | None:
    """A price below zero is none: the claim is priced by other means, or by a person."""
    return cents if cents is not None and cents >= 0 else None


def _cut(text: str, most: int) -> str:
    """Without blanks around it, which pad it and say nothing, and without what cannot be printed."""
    text = text if text.isprintable() else "".join(char for char in text if char.isprintable())
    return text.strip()[:most]


def _zip(text: str) -> str:
    """The five digits of a postal code; "" where it is not one of the United States."""
    return text[:5] if text[:5].isdigit() and len(text) >= 5 else ""


def _units_milli(line: ServiceLine837) -> int:
    """Thousandths of a unit; a line without a quantity is one unit.

    Minutes (MJ) are the time of anaesthesia, of which fifteen are a unit (42 CFR 414.46).
    """
    if line.quantity is None:
        return 1000
    numerator, denominator = line.quantity.as_integer_ratio()
    return divide_rounded(1000 * numerator, denominator * (_MINUTES_A_UNIT if line.unit == "MJ" else 1))


def _code(one: Code) -> str:
    return one.value.replace(".", "")


def from_json(document: Mapping[str, Any]) -> IncomingClaim:
    """A claim by REST, or one that waited in the intake queue. Raises DocumentError with the JSON pointer of the fault."""
    with Section(document) as told:
        with told.section("patient") as one:
            patient = Patient(
                _short(one, "group_number", 50),
                _short(one, "member_number", 80),
                one.day("birth_on", None),
                _short(one, "last_name", 80),
                _short(one, "first_name", 80),
                one.choice("sex", SEXES, ""),
                one.choice("relationship", tuple(_RELATIONSHIPS.values()), ""),
            )
        diagnoses = _codes(told, "diagnoses", 10)
        sections = told.sections("lines")
        if not 1 <= len(sections) <= _MOST_LINES:
            raise DocumentError(f"A claim has 1 to {_MOST_LINES} lines.", where=told.at("lines"))
        planned = told.flag("estimate", False)
        lines = tuple(_line_from(one, n, diagnoses, planned) for n, one in enumerate(sections, 1))
        numbers = [line.number for line in lines]
        for n, number in enumerate(numbers):
            if number in numbers[:n]:
                raise DocumentError(f"Line number {number} is used twice.", where=f"{told.at('lines')}/{n}/number")
        if sum(line.charge_cents for line in lines) > MOST_CENTS:
            raise DocumentError("The charges are more than a claim can have.", where=told.at("lines"))
        claim = _claim_from(told, lines)
        return IncomingClaim(
            patient,
            claim,
            _short(told, "patient_control_number", 50),
            _short(told, "provider_name", 120),
            diagnoses,
            tuple(_short(one, "control_number", 50) for one in sections),
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
        frequency=_short(told, "frequency", 1) or "1",
        original_reference=_short(told, "original_reference", 50),
        facility_code=_short(told, "facility_code", 3),
        admitted_on=told.day("admitted_on", None),
        related_causes=_codes(told, "related_causes", 3),
        other_payers=tuple(payer_from(one) for one in told.sections("other_payers")),
        assigned=told.flag("assigned", True),
        drg=_short(told, "drg", 4),
        zip_code=_short(told, "zip_code", 5),
        repriced_cents=told.cents("repriced_cents", None),
        accident_on=told.day("accident_on", None),
        predetermination=told.flag("estimate", False),
        **dental.claim_from(told),
    )


def _line_from(told: Section, n: int, diagnoses: tuple[str, ...], planned: bool) -> ServiceLine:
    with told as one:
        without_day = planned and "through_on" not in one
        from_on = one.day("from_on", date.min) if without_day else one.day("from_on")
        through_on = one.day("through_on", from_on)
        for key, day in (("from_on", from_on), ("through_on", through_on)):
            if day not in SERVICE_DAYS and key in one:
                raise DocumentError("No claim has service on this day.", where=one.at(key))
        if through_on < from_on:
            raise DocumentError("The last day of service is before the first.", where=one.at("through_on"))
        charge_cents, noncovered_cents = one.cents("charge_cents"), one.cents("noncovered_cents", 0)
        if noncovered_cents > charge_cents:
            raise DocumentError("No more is billed as not covered than is billed.", where=one.at("noncovered_cents"))
        one.value("control_number", "")
        return ServiceLine(
            one.whole("number", n, least=1, most=_MOST_LINES),
            from_on,
            through_on,
            charge_cents,
            _short(one, "procedure", 20),
            _codes(one, "modifiers", 4),
            _short(one, "revenue_code", 4),
            _short(one, "place", 3),
            one.whole("units_milli", 1000, least=0, most=_MOST_MILLI),
            _codes(one, "diagnoses", 10, diagnoses[:1]),
            _short(one, "tooth", 3),
            _short(one, "surfaces", 5),
            _short(one, "authorization", 50),
            one.cents("repriced_cents", None),
            one.flag("emergency", False),
            noncovered_cents=noncovered_cents,
            **dental.line_from(one),
        )


def _short(told: Section, key: str, most: int) -> str:
    return _fitting(told.text(key, ""), most, told.at(key))


def _codes(told: Section, key: str, most: int, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list of codes, dots taken out; one may be named twice, as claims do."""
    found = told.value(key, None)
    if found is None:
        return default
    if not isinstance(found, list) or any(not isinstance(one, str) or not one for one in found):
        raise DocumentError("A list of codes is wanted.", where=told.at(key))
    return tuple(_fitting(one.replace(".", ""), most, f"{told.at(key)}/{n}") for n, one in enumerate(found))


def _fitting(text: str, most: int, where: str) -> str:
    if len(text) > most or not text.isprintable():
        raise DocumentError(f"At most {most} printable characters are wanted.", where=where)
    return text


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
        "accident_on": claim.accident_on,
        "drg": claim.drg,
        "zip_code": claim.zip_code,
        "repriced_cents": claim.repriced_cents,
        "related_causes": list(claim.related_causes),
        "other_payers": [payer_to_json(one) for one in claim.other_payers],
        "lines": [
            _told({**line._asdict(), "control_number": control})
            for line, control in zip(claim.lines, _padded(came), strict=True)
        ],
    }
    document |= dental.told_of(claim)
    return {**_told(document), "assigned": claim.assigned, "estimate": claim.predetermination}


def _padded(came: IncomingClaim) -> tuple[str, ...]:
    return came.line_control_numbers + ("",) * (len(came.claim.lines) - len(came.line_control_numbers))


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, without the empty ones; amounts of zero stay."""
    plain = {
        key: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for key, value in values.items()
    }
    return {
        key: value for key, value in plain.items() if value not in ("", None, [], _UNKNOWN_DAY) and value is not False
    }
