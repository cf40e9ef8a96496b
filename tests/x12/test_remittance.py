"""835: what is written adds up and no judge finds a fault; what does not add up is refused with its place."""

from datetime import date, datetime

import oxedi
import pytest

from tests.x12.corpus import CORPUS, needs_corpus
from tests.x12.oracles import oxedi_envelope_faults, pyx12_verdict
from tpa.x12.adjustments import GENERAL_REMARK, NEEDS_REMARK, remark_for
from tpa.x12.claims import Address
from tpa.x12.remittance import (
    PaidBy,
    PaidClaim,
    PaidLine,
    ProviderAdjustment,
    ReasonCodeError,
    Reduction,
    Remittance,
    RemittancePayee,
    RemittancePayer,
    UnbalancedError,
    require_balance,
)
from tpa.x12.writers.interchange import Envelope
from tpa.x12.writers.remittance_835 import write_835

DAY = date(2026, 4, 2)
ENVELOPE = Envelope("PLANDESK", "1234567893", datetime(2026, 4, 2, 9, 30), 17)
PAYER = RemittancePayer("PLAN DESK", Address("9 BANK ST", "", "SPRINGFIELD", "IL", "627010001"), "5551230000")
PAYEE = RemittancePayee("ELM CLINIC", "123456789", "1234567893")
CHECK = PaidBy("CHK", "1001", DAY, "1987654321")
ACH = PaidBy("ACH", "091000010000007", DAY, "1987654321", "091000019", "00123456", "011401533", "998877")
NONE = PaidBy("NON", "N000000007", DAY, "1987654321")
LINE = PaidLine(
    "HC", "99213", 20_000, 11_500, DAY, DAY,
    (Reduction("CO", "45", 5_000), Reduction("PR", "3", 3_500)), ("25",), units="1", control_number="L1",
    allowed_cents=15_000,
)  # fmt: skip
LAB = PaidLine("HC", "80053", 4_000, 3_200, DAY, DAY, (Reduction("PR", "2", 800),))
CLAIM = PaidClaim(
    "PCN1",
    "clm_0000400000031",
    "1",
    24_000,
    14_700,
    4_300,
    "STONE",
    "KIM",
    "W1000001",
    (LINE, LAB),
    "12",
    "11",
    "1",
    DAY,
)


def turned(claim):
    """The claim taken back."""
    lines = tuple(
        line._replace(
            charge_cents=-line.charge_cents,
            paid_cents=-line.paid_cents,
            allowed_cents=None,
            reductions=tuple(one._replace(cents=-one.cents) for one in line.reductions),
        )
        for line in claim.lines
    )
    return claim._replace(
        status="22", charge_cents=-claim.charge_cents, paid_cents=-claim.paid_cents, patient_cents=-claim.patient_cents,
        lines=lines,
    )  # fmt: skip


def denied():
    line = PaidLine("HC", "99213", 9_000, 0, DAY, date(2026, 4, 3), (Reduction("CO", "29", 9_000),), remarks=("N30",))
    return PaidClaim("PCN2", "clm_0000400000032", "1", 9_000, 0, 0, "STONE", "KIM", "W1000001", (line,))


WHOLE = Remittance(PAYER, PAYEE, CHECK, 14_700, (CLAIM, denied()), produced_on=DAY)
REVERSED = Remittance(PAYER, PAYEE, NONE, 0, (turned(CLAIM),), (ProviderAdjustment("FB", "N000000007", -14_700),))
TAKEN = Remittance(
    PAYER, PAYEE._replace(npi=""), ACH, 14_000, (CLAIM, turned(CLAIM), CLAIM),
    (ProviderAdjustment("FB", "N000000006", 500), ProviderAdjustment("WO", "clm_0000400000030", 200)),
)  # fmt: skip
ALL = {
    "check": [WHOLE],
    "stay": [WHOLE._replace(claims=(CLAIM._replace(drg="470"), denied()))],
    "reversal": [REVERSED],
    "transfer": [TAKEN],
    "several": [WHOLE, REVERSED, TAKEN],
}


def segments(data, *names):
    return [one for one in data.decode().split("~\n") if one.split("*")[0] in names]


@pytest.mark.parametrize("name", list(ALL))
def test_no_judge_finds_a_fault(name):
    data = write_835(ALL[name], ENVELOPE)
    valid, answer = pyx12_verdict(data)
    assert valid, answer
    assert oxedi_envelope_faults(data) == []
    assert [str(one) for one in oxedi.parse(data).diagnostics] == []


def test_oxedi_finds_a_fault_where_there_is_one_so_its_silence_means_something():
    data = write_835([WHOLE], ENVELOPE).replace(b"N1*PE*", b"N9*PE*")
    assert oxedi.parse(data).diagnostics


def test_a_check_as_it_stands_in_the_file():
    data = write_835([WHOLE], ENVELOPE)
    assert segments(data, "BPR", "TRN", "CLP", "SVC", "CAS", "LQ", "PLB") == [
        "BPR*I*147*C*CHK************20260402",
        "TRN*1*1001*1987654321",
        "CLP*PCN1*1*240*147*43*12*clm_0000400000031*11*1",
        "SVC*HC:99213:25*200*115**1",
        "CAS*CO*45*50",
        "CAS*PR*3*35",
        "SVC*HC:80053*40*32",
        "CAS*PR*2*8",
        "CLP*PCN2*1*90*0**12*clm_0000400000032",
        "SVC*HC:99213*90*0",
        "CAS*CO*29*90",
        "LQ*HE*N30",
    ]


def test_a_reversal_takes_every_amount_back_and_what_is_left_is_forwarded():
    data = write_835([REVERSED], ENVELOPE)
    assert segments(data, "BPR", "CLP", "SVC", "CAS", "PLB") == [
        "BPR*H*0*C*NON************20260402",
        "CLP*PCN1*22*-240*-147**12*clm_0000400000031*11*1",
        "SVC*HC:99213:25*-200*-115**1",
        "CAS*CO*45*-50",
        "CAS*PR*3*-35",
        "SVC*HC:80053*-40*-32",
        "CAS*PR*2*-8",
        "PLB*1234567893*20261231*FB:N000000007*-147",
    ]
    taken = write_835([TAKEN], ENVELOPE)
    assert segments(taken, "PLB") == ["PLB*123456789*20261231*FB:N000000006*5*WO:clm_0000400000030*2"]
    assert segments(taken, "BPR") == [
        "BPR*I*140*C*ACH*CCP*01*091000019*DA*00123456*1987654321**01*011401533*DA*998877*20260402"
    ]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (WHOLE._replace(amount_cents=14_701), "payment 1001"),
        (WHOLE._replace(claims=(CLAIM._replace(paid_cents=14_699), denied())), "claim clm_0000400000031"),
        (WHOLE._replace(claims=(CLAIM._replace(patient_cents=0), denied())), "patient's share of claim"),
        (WHOLE._replace(claims=(CLAIM._replace(charge_cents=1), denied())), "charge of claim"),
        (WHOLE._replace(claims=(CLAIM._replace(lines=(LINE._replace(reductions=()), LAB)),)), "line 1"),
        (REVERSED._replace(adjustments=()), "payment N000000007"),
        (WHOLE._replace(by=NONE), "1001|N000000007"),
    ],
)
def test_what_does_not_add_up_is_refused_with_its_place(wrong, where):
    with pytest.raises(UnbalancedError, match=where):
        write_835([REVERSED, wrong], ENVELOPE)


def test_a_seventh_reason_begins_another_segment():
    reductions = tuple(Reduction("CO", str(n), 100) for n in range(1, 8))
    line = PaidLine("HC", "99213", 1_000, 300, DAY, DAY, reductions)
    claim = PaidClaim("A", "clm_1", "1", 1_000, 300, 0, "STONE", "KIM", "W1", (line,))
    data = write_835([Remittance(PAYER, PAYEE, CHECK, 300, (claim,))], ENVELOPE)
    assert [one.count("*") for one in segments(data, "CAS")] == [18, 3]
    assert pyx12_verdict(data)[0]


@pytest.mark.parametrize(
    ("reduction", "remarks", "said"),
    [
        (Reduction("CO", "96", 9_000), (), "reason 96 needs a remark"),
        (Reduction("PR", "A1", 9_000), (), "reason A1 needs a remark"),
        (Reduction("CO", "23", 9_000), (), "reason 23 stands in OA, not in CO"),
        (Reduction("OA", "45", 9_000), (), "reason 45 stands in CO or PR, not in OA"),
        (Reduction("CO", "96", 9_000), ("N130",), ""),
        (Reduction("OA", "23", 9_000), (), ""),
    ],
)
def test_reasons_stand_as_their_lists_want_it_or_nothing_is_written(reduction, remarks, said):
    line = PaidLine("HC", "99213", 9_000, 0, DAY, DAY, (reduction,), remarks=remarks)
    patient = 9_000 if reduction.group == "PR" else 0
    claim = denied()._replace(lines=(line,), patient_cents=patient)
    one = Remittance(PAYER, PAYEE, NONE, 0, (claim,))
    if said:
        with pytest.raises(ReasonCodeError, match=said):
            require_balance(one)
    else:
        require_balance(one)


@needs_corpus
def test_every_general_remark_is_one_of_the_published_list_and_of_a_reason_that_needs_it():
    rows = (CORPUS / "codes" / "external_code_values_no_text.csv").read_text().split()
    known = {row.split(",")[1] for row in rows if row.startswith("remark_code,")}
    assert {remark_for(carc) for carc in NEEDS_REMARK} <= known
    assert set(GENERAL_REMARK) <= NEEDS_REMARK
    assert remark_for("45") == ""
