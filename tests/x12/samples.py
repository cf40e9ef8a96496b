"""Claims, members and envelopes that the tests of this folder share. Everyone in them is made up."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

from tpa.x12.claims import (
    Address,
    Adjustment,
    Attachment,
    Claim837,
    Code,
    Contact,
    Dated,
    Drug,
    LinePayment,
    Note,
    OtherPayer,
    Party,
    Person,
    Procedure,
    Reference,
    Repricing,
    ServiceLine837,
    Subscriber,
    Tooth,
    ToothStatus,
)
from tpa.x12.enrolment import Coverage834, CoverageAmount, Member834, OtherCoverage
from tpa.x12.writers.claim_837 import write_837
from tpa.x12.writers.enrolment_834 import write_834
from tpa.x12.writers.interchange import Envelope

ENVELOPE = Envelope("CLEARHOUSE", "PLANDESK", datetime(2026, 3, 2, 9, 30), 17)
SUBMITTER = Party(
    "41", name="CLEAR HOUSE", id_qualifier="46", id="CH01", contacts=(Contact("ANN", (Reference("TE", "5551230000"),)),)
)
RECEIVER = Party("40", name="PLAN DESK", id_qualifier="46", id="PD01")
PAYER = Party("PR", name="PLAN DESK", id_qualifier="PI", id="PD01")
HOME = Address("12 ELM ST", "", "SPRINGFIELD", "IL", "627010001")
CLINIC = Party(
    "85",
    name="ELM CLINIC",
    id_qualifier="XX",
    id="1234567893",
    address=Address("1 MAIN ST", "SUITE 2", "SPRINGFIELD", "IL", "627010001"),
    references=(Reference("EI", "123456789"),),
    taxonomy="207Q00000X",
)
SAM = Person(
    Party("IL", True, "STONE", "SAM", "Q", "", "MI", "W1000001", HOME, (Reference("SY", "000000001"),)),
    date(1980, 5, 17),
    "M",
)
KIM = Person(Party("QC", True, "STONE", "KIM", address=HOME), date(2012, 2, 29), "F")
POLICY = Subscriber(SAM, "P", "18", "G100", "ELM WORKS", "", "CI")
FAMILY_POLICY = POLICY._replace(relationship="")
DAY = date(2026, 2, 10)


def served(day: date = DAY, last: date | None = None) -> Dated:
    """A date of service."""
    return Dated("472", day, last or day)


def line(number: int = 1, cents: int = 12_550, **changes: object) -> ServiceLine837:
    """A professional line."""
    plain = ServiceLine837(
        number,
        cents,
        Procedure("HC", "99213", ("25",)),
        unit="UN",
        quantity=Decimal(1),
        diagnosis_pointers=(1,),
        dates=(served(),),
        references=(Reference("6R", f"LINE{number}"),),
    )
    return plain._replace(**changes)


def professional(control: str = "PCN1", *lines: ServiceLine837, **changes: object) -> Claim837:
    """A professional claim of the subscriber."""
    given = lines or (line(),)
    plain = Claim837(
        "P",
        control,
        sum(one.charge_cents for one in given),
        CLINIC,
        POLICY,
        PAYER,
        facility_code="11",
        frequency="1",
        provider_signature="Y",
        assignment="A",
        benefits_assigned="Y",
        release="Y",
        codes=(Code("ABK", "J069"), Code("ABF", "R05")),
        lines=given,
    )
    return plain._replace(**changes)


def full_professional() -> Claim837:
    """Every loop and element of a professional claim that is kept."""
    other = OtherPayer(
        Party("PR", name="OTHER PLAN", id_qualifier="PI", id="OP9", references=(Reference("F8", "ICN77"),)),
        Party("IL", True, "STONE", "PAT", id_qualifier="MI", id="X99"),
        "P",
        "01",
        "OG5",
        "OTHER GROUP",
        "",
        "CI",
        paid_cents=8_000,
        remaining_cents=2_000,
        noncovered_cents=0,
        adjustments=(Adjustment("CO", "45", 2_550), Adjustment("PR", "2", 2_000, Decimal(1))),
        paid_on=date(2026, 2, 20),
        benefits_assigned="Y",
        release="Y",
        remarks=("MA01", "N19"),
    )
    rich = line(
        2,
        4_050,
        place_of_service="12",
        emergency=True,
        diagnosis_pointers=(1, 2),
        quantity=Decimal("2.5"),
        dates=(served(DAY, date(2026, 2, 12)), Dated("471", DAY, DAY)),
        references=(Reference("6R", "L2"), Reference("G1", "AUTH2")),
        notes=(Note("ADD", "SEE CHART"),),
        attachments=(Attachment("OZ", "BM", "ATT1"),),
        providers=(Party("82", True, "REED", "ANN", id_qualifier="XX", id="1999999984", taxonomy="208D00000X"),),
        drug=Drug("00004196501", Decimal("7.25"), "ML", "RX88"),
        repricing=Repricing("03", 3_000, 1_050, "NET1", Decimal("0.75"), procedure_qualifier="HC", procedure="99213"),
        other_payments=(
            LinePayment(
                "OP9",
                2_000,
                Procedure("HC", "99213"),
                "",
                Decimal(1),
                "",
                (Adjustment("CO", "45", 2_050),),
                date(2026, 2, 20),
                0,
            ),
        ),
        sales_tax_cents=25,
    )
    return professional(
        "FULL/1",
        line(),
        rich,
        subscriber=FAMILY_POLICY._replace(payer_order="S"),
        patient=KIM,
        patient_relationship="19",
        pay_to=Party("87", address=Address("9 LOCK BOX", "", "CHICAGO", "IL", "60601")),
        frequency="7",
        related_causes=("AA", "OA"),
        accident_state="IL",
        delay_reason="3",
        dates=(Dated("431", DAY, DAY), Dated("439", date(2026, 2, 9), date(2026, 2, 9)), Dated("435", DAY, DAY)),
        references=(Reference("F8", "CLM0001"), Reference("G1", "AUTH1"), Reference("D9", "CH777")),
        codes=(Code("ABK", "S134XXA"), Code("ABF", "R05"), Code("BG", "AA")),
        patient_paid_cents=500,
        notes=(Note("ADD", "REAR END COLLISION"),),
        attachments=(Attachment("OZ", "EL", "ATT0"),),
        providers=(
            Party("DN", True, "HILL", "JO", id_qualifier="XX", id="1888888885"),
            Party("82", True, "REED", "ANN", id_qualifier="XX", id="1999999984", taxonomy="208D00000X"),
            Party("77", name="ELM SITE", address=Address("2 MAIN ST", "", "SPRINGFIELD", "IL", "627010001")),
        ),
        repricing=Repricing("03", 10_000, 6_600, "NET1", reject_reason="T1", policy_compliance="1", exception="2"),
        other_payers=(other,),
    )


def institutional() -> Claim837:
    """An inpatient stay."""
    room = ServiceLine837(
        1, 300_000, revenue_code="0120", unit="DA", quantity=Decimal(3), references=(Reference("6R", "R1"),)
    )
    drug = ServiceLine837(
        2,
        45_000,
        Procedure("HC", "J0696"),
        "0636",
        "UN",
        Decimal(4),
        noncovered_cents=5_000,
        dates=(served(),),
    )
    return professional(
        "INP1",
        room,
        drug,
        kind="I",
        billing=CLINIC._replace(references=(Reference("EI", "123456789"),)),
        facility_code="11",
        provider_signature="",
        dates=(
            Dated("096", None, None, "1030"),
            Dated("434", DAY, date(2026, 2, 13)),
            Dated("435", DAY, DAY, "0815"),
        ),
        codes=(
            Code("ABK", "J189", present_on_admission="Y"),
            Code("ABJ", "R05"),
            Code("DR", "193"),
            Code("ABF", "E119", present_on_admission="N"),
            Code("BBR", "0BJ08ZZ", DAY, DAY),
            Code("BI", "71", date(2026, 1, 1), date(2026, 1, 5)),
            Code("BH", "11", DAY, DAY),
            Code("BE", "80", cents=300),
            Code("BG", "C5"),
        ),
        admission_type="1",
        admission_source="7",
        discharge_status="01",
        patient_due_cents=10_000,
        providers=(Party("71", True, "REED", "ANN", id_qualifier="XX", id="1999999984", taxonomy="208M00000X"),),
    )


def dental() -> Claim837:
    """A filling and a crown."""
    filling = ServiceLine837(
        1,
        18_000,
        Procedure("AD", "D2392"),
        quantity=Decimal(1),
        teeth=(Tooth("8", ("M", "O")), Tooth("9", ("L",))),
        dates=(served(),),
    )
    crown = ServiceLine837(
        2,
        110_000,
        Procedure("AD", "D2740"),
        place_of_service="11",
        oral_cavities=("10", "20"),
        prosthesis="R",
        quantity=Decimal(1),
        diagnosis_pointers=(1,),
        teeth=(Tooth("30"),),
        dates=(served(), Dated("441", date(2015, 6, 1), date(2015, 6, 1))),
    )
    return professional(
        "DENT1",
        filling,
        crown,
        kind="D",
        codes=(Code("ABK", "K0263"),),
        orthodontic_months=24,
        orthodontic_months_left=6,
        tooth_statuses=(ToothStatus("1", "M"), ToothStatus("16", "E")),
    )


def member(**changes: object) -> Member834:
    """A subscriber with medical and dental coverage."""
    plain = Member834(
        True,
        "18",
        "021",
        "20",
        "A",
        employment_status="FT",
        subscriber_number="W1000001",
        group_number="G100",
        references=(Reference("0F", "W1000001"), Reference("1L", "G100"), Reference("17", "SALARIED")),
        dates=(Dated("336", date(2020, 1, 6), date(2020, 1, 6)), Dated("356", date(2026, 1, 1), date(2026, 1, 1))),
        person=Party(
            "IL",
            True,
            "STONE",
            "SAM",
            "Q",
            "",
            "34",
            "000000001",
            HOME,
            contacts=(Contact("", (Reference("HP", "5551112222"), Reference("EM", "sam@example.org"))),),
        ),
        birth_on=date(1980, 5, 17),
        sex="M",
        marital_status="M",
        coverages=(
            Coverage834("021", "PPO", "GOLD", "FAM", dates=(Dated("348", date(2026, 1, 1), date(2026, 1, 1)),)),
            Coverage834("021", "DEN", "", "EMP", dates=(Dated("348", date(2026, 1, 1), date(2026, 1, 1)),)),
        ),
        set_control_number="0001",
    )
    return plain._replace(**changes)


def full_member() -> Member834:
    """Every loop and element of a member that is kept."""
    coverage = Coverage834(
        "024",
        "HLT",
        "SILVER",
        "ESP",
        True,
        (Dated("348", date(2025, 1, 1), date(2025, 1, 1)), Dated("349", date(2026, 1, 31), date(2026, 1, 31))),
        (Reference("17", "X"), Reference("1L", "G200")),
        (CoverageAmount("P3", 45_050),),
        (Party("P3", True, "REED", "ANN", id_qualifier="XX", id="1999999984"),),
        (
            OtherCoverage(
                "S", "OG5", "1", ("1",), (Reference("SY", "000000009"),), date(2025, 3, 1), None, "OTHER PLAN"
            ),
        ),
    )
    return member(
        is_subscriber=False,
        relationship="01",
        maintenance="024",
        reason="01",
        benefit_status="C",
        medicare="A",
        cobra_event="1",
        student_status="F",
        handicapped=True,
        died_on=date(2026, 1, 30),
        confidential=True,
        prior_name=Party("70", True, "ROCK", "PAT"),
        prior_birth_on=date(1980, 7, 15),
        parties=(
            Party("31", True, address=Address("PO BOX 5", "", "CHICAGO", "IL", "60601")),
            Party("36", name="ELM WORKS", contacts=(Contact("HR", (Reference("TE", "5550001111"),)),)),
        ),
        coverages=(coverage,),
    )


def claims_file(*claims: Claim837, envelope: Envelope = ENVELOPE, claims_per_set: int = 1_000) -> bytes:
    """An 837 of these claims."""
    return b"".join(
        write_837(
            claims,
            envelope,
            submitter=SUBMITTER,
            receiver=RECEIVER,
            reference="BATCH9",
            claims_per_set=claims_per_set,
        )
    )


def members_file(*members: Member834, action: str = "4") -> bytes:
    """An 834 of these members."""
    sponsor = Party("P5", name="ELM WORKS", id_qualifier="FI", id="123456780")
    payer = Party("IN", name="PLAN DESK", id_qualifier="FI", id="987654320")
    return b"".join(
        write_834(
            members, ENVELOPE, sponsor=sponsor, payer=payer, reference="ENR1", action=action, policy_number="POL1"
        )
    )


def stream(data: bytes) -> io.BytesIO:
    """A file to read."""
    return io.BytesIO(data)
