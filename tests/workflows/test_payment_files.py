"""The files of a run: every 835 adds up and no judge finds a fault; a file is what was released, or is not sent."""

from datetime import UTC, date, datetime, timedelta

import achkit
import oxedi
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from tenants.scope import employer_scope
from tests.workflows.claim_stories import NPI, know_address
from tests.workflows.test_payment_lives import ANA, BEN, CLINIC, DAY, NOW, account_of, home, take_back, terms  # noqa: F401
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import claim, decide, open_plan
from tests.x12.oracles import oxedi_envelope_faults, pyx12_verdict
from tpa.books.claims.models import Claim
from tpa.books.claims.overrides import Person
from tpa.books.edi.models import AchFile
from tpa.books.payments import accounts, selectors
from tpa.books.payments.models import CarriedBalance, Payment, PaymentFile
from tpa.books.providers import payee_accounts
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.engine.coordination.answers import Adjustment, OtherPayer
from tpa.engine.paying.nacha import AchError
from tpa.infra.clock import clock_at
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.periods import month_of
from tpa.workflows.bank_accounts import decide_member_account, enter_member_account
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.overrides import OverrideError, propose
from tpa.workflows.payer_answers import enter_answer
from tpa.workflows.payment_files import AlteredFileError, send_file, send_run, write_prenotes
from tpa.workflows.payment_lives import take_returns, void_payment
from tpa.workflows.payment_run import run_payments
from tpa.workflows.pend_sweep import resolve_pends
from tpa.workflows.receivables import receive_refund
from tpa.workflows.remittance_proof import remittances_beside_ledger

EXAMINER = Person(7, "examiner@tpa.example")


def content(kind):
    return [bytes(one.content) for one in PaymentFile.objects.filter(kind=kind).order_by("id")]


def told(data, *names):
    return [one for one in data.decode().split("~\n") if one.split("*")[0] in names]


def faultless(data):
    valid, answer = pyx12_verdict(data)
    assert valid, answer
    assert oxedi_envelope_faults(data) == []
    assert [str(one) for one in oxedi.parse(data).diagnostics] == []


def test_reversal_correction_and_forwarded_balance_in_the_835s_of_three_runs(in_employer, home):  # noqa: F811
    terms(first_check_number=5000)
    one, _ = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    take_back(one)
    run_payments()
    decide(in_employer, claim(home, 120_000, 3))
    run_payments()
    first, second, third = content("835")
    for data in (first, second, third):
        faultless(data)
    assert told(first, "BPR", "TRN") == ["BPR*I*160*C*CHK************20260402", "TRN*1*5000*1123456789"]
    # Claim by claim: status, charge, paid, the patient's share.
    assert [one.split("*")[2:6] for one in told(first, "CLP")] == [["1", "400", "0", "400"], ["1", "300", "160", "140"]]
    assert [one.split("*")[2:6] for one in told(second, "CLP")] == [
        ["22", "-300", "-160", ""], ["22", "-400", "0", ""], ["1", "300", "0", "300"],
    ]  # fmt: skip
    zero = Payment.objects.order_by("id")[1]
    npi = zero.payee_npi
    assert told(second, "BPR", "PLB") == [
        "BPR*H*0*C*NON************20260402", f"PLB*{npi}*20261231*FB:{zero.number}*-160",
    ]  # fmt: skip
    assert told(third, "BPR", "PLB") == [
        "BPR*I*640*C*CHK************20260402", f"PLB*{npi}*20261231*FB:{zero.number}*160",
    ]  # fmt: skip
    assert content("checks")[0].decode().split(",")[:5] == ["00123456", "5000", "04/02/2026", "160.00", "I"]


def test_an_835_names_the_drg_by_which_a_stay_was_priced_and_no_other(in_employer):
    by_drg = 'prices = [{ method = "drg", base_rate = 6000, weights = { 470 = "0.1" } }, '
    family = open_plan(in_employer, plan_text().replace("prices = [", by_drg))[0]
    terms()
    receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=DAY)
    stays = [
        one._replace(claim=one.claim._replace(drg=drg))
        for one, drg in zip([claim(family, 90_000, n) for n in (1, 2, 3)], ("470", "999", ""), strict=True)
    ]
    keys = decide(in_employer, *stays)
    run_payments()
    (data,) = content("835")
    faultless(data)
    found = {one.split("*")[7]: one.split("*")[11:] for one in told(data, "CLP")}
    assert [found[public_id("clm", in_employer.pk, key)] for key in keys] == [["470"], [], []]


def test_an_835_says_as_which_payer_the_claim_was_decided(in_employer):
    """By hand makes us second, one on the claim beside it third; who comes after us is nothing, a denial is processed."""
    first, last = OtherPayer("First plan", None), OtherPayer("Last plan", None, "S")
    paid = OtherPayer("Another", 10_000, "S", adjustments=(Adjustment("PR", "2", 50_000),))
    family = open_plan(in_employer, plan_text('coordination = { method = "standard" }'))[0]
    terms()
    receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=DAY)
    payers = ((first,), (last,), (first._replace(responsibility="P"), paid))
    came = [claim(family, 60_000, n) for n in (1, 2, 3)]
    told_of = zip(came, payers, strict=True)
    keys = decide(in_employer, *(new._replace(claim=new.claim._replace(other_payers=one)) for new, one in told_of))
    for key in (keys[0], keys[2]):
        enter_answer(claim_id=key, payer=first._replace(paid_cents=5_000), note="EOB", by="ana")
    assert resolve_pends(employer_id=in_employer.pk) == 2
    again = came[1]._replace(source_ref="sent twice")
    keys += decide(in_employer, again._replace(claim=again.claim._replace(other_payers=(last,))))
    run_payments()
    (data,) = content("835")
    faultless(data)
    numbers = [public_id("clm", in_employer.pk, key) for key in keys]
    found = {one.split("*")[7]: one.split("*")[2] for one in told(data, "CLP")}
    assert [found[number] for number in numbers] == ["2", "1", "3", "1"]
    assert [one.split("*")[3:5] for one in told(data, "CLP") if one.split("*")[7] == numbers[3]] == [["600", "0"]]


def test_a_refund_of_a_forwarded_balance_is_acknowledged_once_beside_it(in_employer, home):  # noqa: F811
    """160.00 is owed after the second run, sent by the provider, and told in the third 835: 72 beside FB, nothing in all."""
    terms(first_check_number=5000)
    one, _ = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    take_back(one)
    run_payments()
    balance = CarriedBalance.objects.get()
    receive_refund(balance_id=balance.pk, cents=16_000, received_on=DAY, reference="R1", person_id=ANA)
    decide(in_employer, claim(home, 120_000, 3))
    run_payments()
    decide(in_employer, claim(home, 10_000, 4))
    run_payments()
    _, second, third, fourth = content("835")
    name = Payment.objects.order_by("id")[1].number
    faultless(third)
    assert told(third, "BPR") == ["BPR*I*800*C*CHK************20260402"]
    (plb,) = told(third, "PLB")
    assert plb.split("*")[3:] == [f"FB:{name}", "160", f"72:{name}", "-160"]
    assert told(second, "PLB")[0].split("*")[3:] == [f"FB:{name}", "-160"]
    assert told(fourth, "PLB") == []
    assert remittances_beside_ledger(month_of(date(2026, 4, 1))).faults == []


def test_a_provider_without_a_tax_id_is_told_by_its_npi_alone(in_employer, home):  # noqa: F811
    terms()
    know_address(NPI)
    decide(in_employer, claim(home, 90_000, 1, provider_tax_id=""))
    run_payments()
    (data,) = content("835")
    faultless(data)
    npi = Payment.objects.get().payee_npi
    assert ([one.split("*")[3:] for one in told(data, "N1")][1:], told(data, "REF")) == ([["XX", npi]], [])


def test_a_reason_that_does_not_stand_alone_comes_with_its_remark(in_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    asked = {
        "claim_id": Claim.objects.get().pk,
        "why": "good_cause",
        "note": "n",
        "by": EXAMINER,
        "authority_cents": 10**9,
    }
    for group, carc in (("CO", "23"), ("OA", "45"), ("PI", "18")):
        wrong = [Override(0, 1, OverrideKind.DENY, "", group=group, carc=carc)]
        with pytest.raises(OverrideError, match=f"Reason {carc} stands in"):
            propose(orders=wrong, **asked)
    propose(orders=[Override(0, 1, OverrideKind.DENY, "", group="CO", carc="96")], **asked)
    run_payments()
    (data,) = content("835")
    faultless(data)
    assert told(data, "CAS", "LQ") == ["CAS*CO*96*900", "LQ*HE*N130"]


def test_a_transfer_carries_the_trace_of_its_835(in_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    account_of(selectors.payables()[0].payee.tax_id)
    with clock_at(datetime(2026, 4, 10, 16, tzinfo=UTC)):
        run_payments()
    (remittance,), (transfers,) = content("835"), content("ach")
    faultless(remittance)
    assert achkit.validate(transfers.decode())["errors"] == []
    (trn,) = told(remittance, "TRN")
    assert f"705{trn}\\" in transfers.decode()
    # Friday's transfers settle on Monday.
    assert transfers.decode().splitlines()[1][69:75] == "260413"
    assert told(remittance, "BPR")[0].split("*")[:8] == ["BPR", "I", "320", "C", "ACH", "CCP", "01", "091000019"]
    assert told(remittance, "BPR")[0].split("*")[12:16] == ["01", "011401533", "DA", "998877"]
    lines = transfers.decode().splitlines()
    back = "\n".join([*lines[:3], f"{'799R02' + Payment.objects.get().number:94}", *lines[4:]]).encode()
    assert [one.outcome for one in take_returns(content=back)] == ["reopened"]
    assert [one.outcome for one in take_returns(content=back)] == ["state"]
    assert [one.outcome for one in take_returns(content=back.replace(b"0000032000", b"0000032001"))] == ["unknown"]
    assert (Payment.objects.get().state, payee_accounts.usable_accounts(date(2026, 4, 13))) == ("returned", {})


def test_files_of_employers_with_one_bank_have_marks_of_their_own_and_those_of_another_begin_anew(
    employer, other_employer
):
    """Two employers pay from accounts of one bank under the TPA's number: A, B, C. The next bank, and the next day: A."""

    def pays_from(who, routing_number, number):
        with employer_scope(who), clock_at(NOW):
            told = {"bank_name": "First", "company_id": "1123456789", "alone_up_to_cents": 0, "layout": "generic"}
            made = accounts.propose_terms(
                routing_number=routing_number, account_number=number, made_by_id=ANA, now=NOW, **told
            )
            accounts.approve_terms(terms_id=made.pk, by_id=BEN, now=NOW)

    def mark(who, member_id, at):
        with employer_scope(who), clock_at(at):
            row = enter_member_account(member_id=member_id, person_id=ANA, **CLINIC)
            decide_member_account(account_id=row.pk, approve=True, person_id=BEN)
            return bytes(write_prenotes().content)[33:34]

    homes = {}
    for who in (employer, other_employer):
        with employer_scope(who):
            homes[who.pk] = [home.member_ids[0] for home in open_plan(who, count=3)]
        pays_from(who, "091000019", f"0012345{who.pk}")
    marks = [mark(who, homes[who.pk].pop(), NOW) for who in (employer, other_employer, employer)]
    assert marks == [b"A", b"B", b"C"]
    pays_from(other_employer, "011401533", "777777")
    assert mark(other_employer, homes[other_employer.pk].pop(), NOW) == b"A"
    assert mark(employer, homes[employer.pk].pop(), NOW + timedelta(days=1)) == b"A"
    with employer_scope(employer), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AchFile.objects.count()
    told = {"destination": "011401533", "origin": "1123456789", "created_on": DAY, "employer_id": 1, "made_at": NOW}
    with pytest.raises(IntegrityError, match="one_mark_a_day"), transaction.atomic():
        AchFile.objects.create(**told, nth=0)
    AchFile.objects.bulk_create(AchFile(**told, nth=nth) for nth in range(1, 36))
    with pytest.raises(AchError, match="36 files of a day"), transaction.atomic():
        mark(other_employer, homes[other_employer.pk].pop(), NOW)
    with employer_scope(other_employer):
        assert PaymentFile.objects.count() == 2


def test_a_file_is_sent_as_it_was_released_or_not_at_all(in_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    file = PaymentFile.objects.get(kind="835")
    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentFile.objects.filter(pk=file.pk).update(content=b"other")
    assert send_file(file_id=file.pk, person_id=ANA).sent_by_id == ANA
    assert send_file(file_id=file.pk, person_id=BEN).sent_by_id == ANA
    file.pk, file.content, file.sent_at = None, bytes(file.content) + b" ", None
    file.save(force_insert=True)
    with pytest.raises(AlteredFileError):
        send_file(file_id=file.pk, person_id=ANA)
    with pytest.raises(AlteredFileError):
        send_run(run_id=file.run_id, person_id=ANA)
    assert list(PaymentFile.objects.filter(sent_at=None).values_list("kind", flat=True)) == ["835", "paper", "checks"]
    with pytest.raises(NotFoundError):
        send_run(run_id=file.run_id + 1, person_id=ANA)


def test_the_bank_is_told_to_stop_a_voided_check(in_employer, home):  # noqa: F811
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
    issued, stopped = content("checks")
    assert issued.decode().split(",")[1:5] == ["1001", "04/02/2026", "320.00", "I"]
    assert stopped.decode().split(",")[1:5] == ["1001", "04/02/2026", "320.00", "V"]


def test_without_terms_another_party_issues_and_nothing_is_written(in_employer, home):  # noqa: F811
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    assert Payment.objects.get().method == "advice"
    assert not PaymentFile.objects.exists()
