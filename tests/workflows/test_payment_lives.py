"""What becomes of payments, to the cent: cleared, voided, issued anew, stale, given up; overpayments set off or asked for."""

import io
from datetime import UTC, date, datetime

import achkit
import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from tenants.scope import desk_scope, employer_scope
from tests.workflows import stories
from tests.workflows.test_ripple import apply, claim, decide, live, open_plan, sound
from tpa.books.ledger import selectors as ledger
from tpa.books.payments import accounts, selectors
from tpa.books.payments.errors import RunOvertakenError, RunStateError
from tpa.books.payments.models import CarriedBalance, ClaimPayment, Payment, PaymentFile
from tpa.books.providers import payee_accounts
from tpa.books.providers.account_models import PayeeAccount
from tpa.books.stoploss import selectors as stoploss
from tpa.books.stoploss.models import Offset
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError, SecondPersonError
from tpa.workflows.bank_accounts import (
    decide_member_account,
    decide_provider_account,
    enter_member_account,
    enter_provider_account,
)
from tpa.workflows.corrections import preview_claims
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.overpayment_letters import letter_paper
from tpa.workflows.payment_files import send_file, write_prenotes
from tpa.workflows.payment_lives import (
    Item,
    age_payments,
    clear_payments,
    mail_payments,
    reissue_payment,
    return_transfer,
    take_returns,
    void_payment,
)
from tpa.workflows.payment_run import cancel_payments, propose_payments, release_payments, run_payments
from tpa.workflows.receivables import ask_back, receive_refund
from tpa.workflows.stop_loss_sweep import sweep

NOW = datetime(2026, 4, 2, 15, tzinfo=UTC)
DAY = NOW.date()
CASH, RECEIVABLE, FUNDED, OUTSTANDING, DEPOSITS = "1000", "1200", "2010", "2100", "2400"
ANA, BEN = 1, 2


@pytest.fixture
def home(in_employer):
    home = open_plan(in_employer)[0]
    with clock_at(NOW):
        receive_deposit(purpose="fund", cents=1_000_000, reference="D1", received_on=DAY)
        yield home


def terms(**more):
    told = {
        "bank_name": "First Bank",
        "company_id": "1123456789",
        "alone_up_to_cents": 10**9,
        "layout": "generic",
    } | more
    made = accounts.propose_terms(
        routing_number="091000019", account_number="00123456", made_by_id=ANA, now=NOW, **told
    )
    return accounts.approve_terms(terms_id=made.pk, by_id=BEN, now=NOW)


def books():
    """Cash, receivable, funded, outstanding, deposits: assets as debits, the rest as credits."""
    return tuple(ledger.balance(code) * sign for code, sign in zip(
        (CASH, RECEIVABLE, FUNDED, OUTSTANDING, DEPOSITS), (1, 1, -1, -1, -1), strict=True))  # fmt: skip


def take_back(key):
    apply(preview_claims(claim_ids=[key], why="entry_error", note="", by="ana", take_back=True))


def test_a_check_is_numbered_mailed_and_cleared_by_its_number_and_amount(in_employer, home):
    terms(first_check_number=5000)
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    (check,) = Payment.objects.all()
    assert (check.method, check.number, check.state, check.amount_cents) == ("check", "5000", "issued", 32_000)
    assert mail_payments(payment_ids=[check.pk], person_id=ANA) == 1
    items = [Item("5000", 32_001, DAY), Item("5000", 32_000, DAY), Item("5000", 32_000, DAY), Item("9", 1, DAY)]
    assert [one.outcome for one in clear_payments(items=items)] == ["amount", "cleared", "again", "unknown"]
    assert [one.outcome for one in clear_payments(items=items[1:2])] == ["again"]
    assert books() == (968_000, 0, 0, 0, 968_000)
    assert [one.kind for one in check.events.all()] == ["issued", "mailed", "cleared"]
    with pytest.raises(RunStateError, match="is cleared"):
        void_payment(payment_id=check.pk, person_id=ANA, reason="late")
    assert sound(in_employer)


def test_a_voided_check_is_paid_again_without_new_money(in_employer, home):
    terms()
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    first = Payment.objects.get()
    with pytest.raises(DomainError, match="reason"):
        void_payment(payment_id=first.pk, person_id=ANA, reason=" ")
    void_payment(payment_id=first.pk, person_id=ANA, reason="lost")
    assert books() == (1_000_000, 0, 32_000, 0, 968_000)
    assert selectors.stages([live(one).pk]) == {live(one).pk: "funded"}
    assert [one.outcome for one in clear_payments(items=[Item(first.number, 32_000, DAY)])] == ["state"]
    run_payments()
    assert books() == (1_000_000, 0, 0, 32_000, 968_000)
    assert [(one.number, one.state) for one in Payment.objects.order_by("id")] == [("1001", "void"), ("1002", "issued")]
    assert sound(in_employer)


def test_a_claim_taken_back_after_its_check_was_voided_leaves_nothing(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
    take_back(one)
    assert books() == (1_000_000, 0, 0, 0, 1_000_000)
    assert run_payments() is None
    assert sound(in_employer)


def test_a_check_voided_after_its_claim_was_taken_back_settles_what_was_owed(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    take_back(one)
    assert books() == (1_000_000, 32_000, 0, 32_000, 968_000)
    void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="not mailed yet")
    assert books() == (1_000_000, 0, 0, 0, 1_000_000)
    assert run_payments() is None
    assert sound(in_employer)


def test_a_reissue_that_is_voided_leaves_its_claims_to_be_paid_again(in_employer, home):
    terms()
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    second = reissue_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
    third = reissue_payment(payment_id=second.pk, person_id=ANA, reason="lost again")
    void_payment(payment_id=third.pk, person_id=ANA, reason="stopped")
    assert books() == (1_000_000, 0, 32_000, 0, 968_000)
    assert selectors.stages([live(one).pk]) == {live(one).pk: "funded"}
    run_payments()
    assert books() == (1_000_000, 0, 0, 32_000, 968_000)
    assert sound(in_employer)


def test_a_reissue_keeps_the_claims_paid_since_the_first_day(in_employer, home):
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    first = Payment.objects.get()
    new = reissue_payment(payment_id=first.pk, person_id=ANA, reason="lost")
    assert (new.number, new.amount_cents, new.reissue_of_id) == ("1002", 32_000, first.pk)
    assert books() == (1_000_000, 0, 0, 32_000, 968_000)
    assert ClaimPayment.objects.get().payment_id == first.pk
    clear_payments(items=[Item("1002", 32_000, DAY)])
    assert books() == (968_000, 0, 0, 0, 968_000)
    assert sound(in_employer)


@pytest.mark.parametrize(
    ("to", "left", "carrier"),
    [("plan", (1_000_000, 0, 0, 0, 1_000_000), 0), ("state", (968_000, 0, 0, 0, 968_000), 2_000)],
)
def test_a_check_grows_stale_and_is_given_up_by_the_plans_rule(in_employer, home, to, left, carrier):
    """Of 320.00 the carrier bears 20.00; where the money falls back to the plan it was never paid, and nobody bears it."""
    contract = stories.insure(in_employer, {"deductible_cents": 30_000}, run_out_months=6, year=2026)
    terms(unclaimed_to=to, stale_after_days=180, unclaimed_after_days=365)
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    sweep()
    assert stoploss.owed(contract.contract_id) == {("specific", home.member_ids[0]): (1, 2_000)}
    for day, expected in ((date(2026, 9, 28), (0, 0)), (date(2026, 9, 29), (1, 0)), (date(2027, 4, 1), (0, 0)),
                          (date(2027, 4, 2), (0, 1)), (date(2027, 4, 3), (0, 0))):  # fmt: skip
        with clock_at(datetime(day.year, day.month, day.day, 16, tzinfo=UTC)):
            assert age_payments() == expected, day
    assert books() == left
    assert Payment.objects.get().state == "escheated"
    back = Offset.objects.values_list("kind", "line", "member_id", "cents", "incurred_on", "paid_on", "known_on")
    fell_back = ("forfeited", "medical", home.member_ids[0], 32_000, date(2026, 3, 1), DAY, date(2027, 4, 2))
    assert list(back) == ([fell_back] if to == "plan" else [])
    for day, owed in ((1, 2_000), (3, carrier)):
        with clock_at(datetime(2027, 4, day, 16, tzinfo=UTC)):
            sweep()
        assert [cents for _, cents in stoploss.owed(contract.contract_id).values()] == [owed]
    # The bank is told to pay it no more.
    told = [bytes(one.content).decode().split(",") for one in PaymentFile.objects.filter(kind="checks").order_by("id")]
    assert [row[1:5] for row in told] == [
        ["1001", "04/02/2026", "320.00", "I"], ["1001", "04/02/2026", "320.00", "V"],
    ]  # fmt: skip
    assert sound(in_employer)


def test_of_a_check_that_had_set_something_off_only_what_was_on_it_falls_back(in_employer, home):
    """Claim 2 was paid 160.00 too much; of the 800.00 for claim 3 the check is 640.00."""
    terms(unclaimed_to="plan", stale_after_days=180, unclaimed_after_days=365)
    one, _ = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    clear_payments(items=[Item("1001", 16_000, DAY)])
    take_back(one)
    run_payments()
    decide(in_employer, claim(home, 120_000, 3))
    run_payments()
    with clock_at(datetime(2027, 4, 2, 16, tzinfo=UTC)):
        assert age_payments() == (1, 1)
    assert list(Offset.objects.values_list("cents", flat=True)) == [64_000]
    assert sound(in_employer)


def test_an_overpaid_claim_is_set_off_in_the_next_payment(in_employer, home):
    one, _two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    # Of the second 160.00 were paid; without the first it falls into the deductible.
    take_back(one)
    assert books() == (1_000_000, 16_000, 0, 16_000, 984_000)
    run = run_payments()
    assert (run.paid_cents, run.offset_cents) == (0, 16_000)
    zero = Payment.objects.latest("id")
    assert (zero.method, zero.amount_cents) == ("zero", 0)
    # Of the first nothing was paid, and that is told: taken back too.
    assert sorted(zero.claims.values_list("amount_cents", flat=True)) == [-16_000, 0, 0]
    balance = CarriedBalance.objects.get()
    assert (balance.code, balance.cents, balance.taken_by) == ("FB", 16_000, None)
    assert books() == (1_000_000, 16_000, 0, 16_000, 984_000)
    decide(in_employer, claim(home, 120_000, 3))
    # 200.00 of the deductible are left, then a fifth: 800.00; 160.00 are set off.
    run = run_payments()
    assert (run.paid_cents, run.offset_cents) == (64_000, 16_000)
    assert books() == (1_000_000, 0, 0, 80_000, 920_000)
    assert sound(in_employer)


def test_an_overpayment_is_asked_for_by_letter_and_then_not_set_off(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    take_back(one)
    letter = ask_back(claim_id=two, person_id=ANA)
    assert (letter.method, letter.amount_cents, letter.state) == ("letter", 0, "issued")
    with pytest.raises(ConflictError, match="Nothing that was overpaid"):
        ask_back(claim_id=two, person_id=ANA)
    paper = letter_paper(employer=in_employer, payment_id=letter.pk)
    text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())
    for told in (
        "Paid to you 160.00",
        "Owed to you after the correction 0.00",
        "Please send back 160.00",
        "1 Elm Street Denver CO 80202",
        letter.number,
    ):
        assert told in text
    assert b"pdfuaid" in paper
    with pytest.raises(NotFoundError):
        letter_paper(employer=in_employer, payment_id=Payment.objects.earliest("id").pk)
    decide(in_employer, claim(home, 120_000, 3))
    assert run_payments().offset_cents == 0
    balance = CarriedBalance.objects.get()
    assert (balance.code, balance.claim_id, balance.cents) == ("LT", two, 16_000)
    with pytest.raises(DomainError, match="16000 cents"):
        receive_refund(balance_id=balance.pk, cents=15_999, received_on=DAY, reference="C 1", person_id=ANA)
    for _ in range(2):
        receive_refund(balance_id=balance.pk, cents=16_000, received_on=DAY, reference="C 1", person_id=ANA)
    with pytest.raises(ConflictError, match="recovered already"):
        receive_refund(balance_id=balance.pk, cents=16_000, received_on=DAY, reference="C 2", person_id=ANA)
    assert books() == (1_016_000, 0, 0, 96_000, 920_000)
    assert sound(in_employer)


CLINIC = {
    "holder": "Clinic", "kind": "checking", "routing_number": "011401533", "account_number": "998877",
    "call_back": "front desk",
}  # fmt: skip


def account_of(tax_id):
    """A provider's account, entered by Ana, approved by Ben, tried by a prenote whose file Ana sends; its row."""
    made = enter_provider_account(tax_id=tax_id, person_id=ANA, **CLINIC)
    decide_provider_account(account_id=made.pk, approve=True, person_id=BEN)
    send_file(file_id=write_prenotes().pk, person_id=ANA)
    return PayeeAccount.objects.get(pk=made.pk)


def test_money_goes_to_an_account_after_a_second_person_the_waiting_time_and_a_prenote(in_employer, home):
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    payee = selectors.payables()[0].payee
    for wrong in (
        {"routing_number": "091000018"}, {"account_number": "12-3"}, {"call_back": " "}, {"person_id": None},
        {"holder": ""}, {"kind": "gold"}, {"tax_id": "-"},
    ):  # fmt: skip
        with pytest.raises(DomainError):
            enter_provider_account(**CLINIC | {"tax_id": payee.tax_id, "person_id": ANA} | wrong)
    assert not PayeeAccount.objects.exists()
    made = enter_provider_account(tax_id=payee.tax_id, person_id=ANA, **CLINIC)
    assert "998877" not in made.account_sealed
    with pytest.raises(SecondPersonError):
        decide_provider_account(account_id=made.pk, approve=True, person_id=ANA)
    with pytest.raises(NotFoundError):
        decide_member_account(account_id=made.pk, approve=True, person_id=BEN)
    decide_provider_account(account_id=made.pk, approve=True, person_id=BEN)
    assert payee_accounts.usable_accounts(date(2026, 4, 30)) == {}
    # Thursday 2 April is the day of approval; a prenote sent on Monday the 6th waits until Thursday.
    with clock_at(datetime(2026, 4, 6, 16, tzinfo=UTC)):
        file = write_prenotes()
        assert write_prenotes() is None
        assert payee_accounts.usable_accounts(date(2026, 4, 30)) == {}
        send_file(file_id=file.pk, person_id=ANA)
    assert payee_accounts.usable_accounts(date(2026, 4, 8)) == {}
    assert payee_accounts.usable_accounts(date(2026, 4, 9)) == {payee: made.pk}
    with clock_at(datetime(2026, 4, 9, 16, tzinfo=UTC)):
        run_payments()
        transfer = Payment.objects.get()
        assert (transfer.method, transfer.number) == ("ach", f"09100001{transfer.pk:07d}")
        clear_payments(items=[Item(transfer.number, 32_000, DAY)])
        return_transfer(number=transfer.number, code="R03", on=date(2026, 4, 11))
        assert books() == (1_000_000, 0, 0, 32_000, 968_000)
        new = reissue_payment(payment_id=transfer.pk, person_id=ANA, reason="account not found")
        assert (new.method, new.number) == ("check", "1001")
    made.refresh_from_db()
    assert (made.state, made.note) == ("refused", "Returned R03 on 2026-04-11")
    assert sound(in_employer)


def returned(lines, at, addenda):
    """A file of one entry (line `at` of the first batch) that came back, with its addenda, counted in both controls."""
    entry, batch = lines[at], next(line for line in lines if line[0] == "8")
    sums = f"{int(entry[3:11]):010d}{batch[20:32]}{int(entry[29:39]):012d}"
    controls = [f"{batch[:4]}000002{sums}{batch[44:]}", f"9{1:06d}{1:06d}{2:08d}{sums}{'':39}"]
    return "\n".join([*lines[:2], entry, f"{addenda:94}", *controls]).encode()


def test_a_prenote_that_comes_back_keeps_money_from_the_account(in_employer, home):
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    made = account_of(selectors.payables()[0].payee.tax_id)
    sent = bytes(PaymentFile.objects.get(kind="trials").content).decode().splitlines()
    assert sent[2][:3] == "623"
    assert sent[2][29:39] == "0" * 10
    back = returned(sent, 2, f"799R04{sent[2][79:94]}")
    assert [one.outcome for one in take_returns(content=back)] == ["refused"]
    made.refresh_from_db()
    assert (made.state, made.note) == ("refused", "Returned R04 on 2026-04-02")
    with clock_at(datetime(2026, 4, 20, 16, tzinfo=UTC)):
        run_payments()
    assert Payment.objects.get().method == "check"


def test_where_the_bank_tells_of_another_account_money_waits_for_it_to_be_entered(in_employer, home):
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    made = account_of(selectors.payables()[0].payee.tax_id)
    with clock_at(datetime(2026, 4, 10, 16, tzinfo=UTC)):
        run_payments()
        payment = Payment.objects.get()
        lines = bytes(PaymentFile.objects.get(kind="ach").content).decode().splitlines()
        told = returned(lines, 2, f"798C01{payment.number}{'':6}01140153{'998878':29}")
        (taken,) = take_returns(content=told)
    assert (taken.outcome, taken.payment_id) == ("refused", payment.pk)
    made.refresh_from_db()
    assert (made.state, made.note) == ("refused", "C01 on 2026-04-10: 998878")
    payment.refresh_from_db()
    assert payment.state == "issued"
    assert sound(in_employer)


def test_a_members_account_is_of_his_employer_alone_and_paid_by_ppd(in_employer, home, other_employer):
    terms()
    decide(in_employer, claim(home, 90_000, 1, assigned=False))
    made = enter_member_account(member_id=home.member_ids[0], person_id=ANA, **CLINIC | {"holder": "Bo"})
    with pytest.raises(ConflictError, match="Another change"):
        enter_member_account(member_id=home.member_ids[0], person_id=BEN, **CLINIC)
    decide_member_account(account_id=made.pk, approve=True, person_id=BEN)
    send_file(file_id=write_prenotes().pk, person_id=ANA)
    with employer_scope(other_employer):
        assert not PayeeAccount.objects.exists()
        with pytest.raises(NotFoundError):
            decide_member_account(account_id=made.pk, approve=False, person_id=BEN)
    with clock_at(datetime(2026, 4, 9, 16, tzinfo=UTC)):
        run_payments()
    assert Payment.objects.get().method == "ach"
    transfers = bytes(PaymentFile.objects.get(kind="ach").content).decode()
    assert achkit.validate(transfers)["errors"] == []
    assert transfers.splitlines()[1][50:53] == "PPD"


def test_the_database_holds_second_person_waiting_time_prenote_and_account(in_employer, home):
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    made = enter_provider_account(tax_id=selectors.payables()[0].payee.tax_id, person_id=ANA, **CLINIC)
    table = "providers_payeeaccount"
    for scope in (lambda: employer_scope(in_employer), desk_scope):
        for text in (
            f"UPDATE {table} SET state = 'approved', decided_by_id = made_by_id, decided_at = now(), usable_on = '2099-01-01'",
            f"UPDATE {table} SET state = 'approved', decided_by_id = 9, decided_at = now(), usable_on = current_date + 4",
            f"UPDATE {table} SET prenoted_on = usable_on - 2",
            f"UPDATE {table} SET usable_on = usable_on - 1",
            f"UPDATE {table} SET account_sealed = 'other'",
            f"DELETE FROM {table}",
        ):
            with scope(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(text)
    made.refresh_from_db()
    assert made.state == "proposed"
    run_payments()
    first = Payment.objects.get()
    reissue_payment(payment_id=first.pk, person_id=ANA, reason="lost")
    with pytest.raises(DatabaseError, match="may not be used"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_payment (reissue_of_id, payee, payee_tax_id, payee_npi, payee_name, family_id, method,"
            " account_id, account_key, number, amount_cents, amounts, issued_on, state)"
            " SELECT id, payee, payee_tax_id, '', '', 0, 'ach', %s, '', 'x', amount_cents, '[]', '2026-04-30', 'issued'"
            " FROM payments_payment WHERE id = %s",
            [made.pk, first.pk],
        )


def test_a_run_is_not_released_to_an_account_that_is_used_no_more(in_employer, home):
    """Proposed on Friday the 10th; until Monday the account comes back, or the clinic's other one waits."""
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    payee = selectors.payables()[0].payee
    first = account_of(payee.tax_id)
    with clock_at(datetime(2026, 4, 10, 16, tzinfo=UTC)):
        run = propose_payments(person_id=ANA)
        second = enter_provider_account(tax_id=payee.tax_id, person_id=ANA, **CLINIC | {"account_number": "776655"})
    with clock_at(datetime(2026, 4, 13, 16, tzinfo=UTC)):
        with pytest.raises(RunOvertakenError, match=rf"No money goes to the account any more .*: {payee.tax_id}\.$"):
            release_payments(run_id=run.pk, person_id=BEN)
        decide_provider_account(account_id=second.pk, approve=False, person_id=BEN)
        with desk_scope():
            payee_accounts.refuse_returned(account_ids=[first.pk], note="R02")
        with pytest.raises(RunOvertakenError, match="No money goes to the account"):
            release_payments(run_id=run.pk, person_id=BEN)
        assert not PaymentFile.objects.filter(kind="ach").exists()
        cancel_payments(run_id=run.pk, person_id=BEN, note="account")
        run_payments()
    assert list(Payment.objects.order_by("id").values_list("method", "state")) == [
        ("ach", "cancelled"), ("check", "issued"),
    ]  # fmt: skip
    assert sound(in_employer)


def test_what_comes_back_names_a_payment_or_a_prenote_and_the_files_of_a_day_differ(in_employer, home):
    """The clinic is paid while the prenotes of two members go out: the bank's change of one touches no other account."""
    terms()
    decide(in_employer, claim(home, 90_000, 1))
    clinic = account_of(selectors.payables()[0].payee.tax_id)
    with clock_at(datetime(2026, 4, 10, 16, tzinfo=UTC)):
        run_payments()
        member = enter_member_account(member_id=home.member_ids[0], person_id=ANA, **CLINIC | {"holder": "Bo"})
        decide_member_account(account_id=member.pk, approve=True, person_id=BEN)
        lines = bytes(write_prenotes().content).decode().splitlines()
        assert lines[2][79:94] != Payment.objects.get().number
        told = returned(lines, 2, f"798C01{lines[2][79:94]}{'':6}01140153{'998878':29}")
        assert [(one.outcome, one.payment_id) for one in take_returns(content=told)] == [("refused", None)]
    files = PaymentFile.objects.filter(kind__in=("ach", "trials"), made_at__date=date(2026, 4, 10)).order_by("id")
    assert [bytes(one.content)[33:34] for one in files] == [b"A", b"B"]
    assert [(one.pk, one.state) for one in PayeeAccount.objects.order_by("id")] == [
        (clinic.pk, "approved"), (member.pk, "refused"),
    ]  # fmt: skip


def test_what_a_later_payment_has_set_off_keeps_the_first_from_being_voided(in_employer, home):
    one, _two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    first = Payment.objects.get()
    take_back(one)
    run_payments()
    with pytest.raises(RunOvertakenError, match="a later payment has set that off"):
        void_payment(payment_id=first.pk, person_id=ANA, reason="lost")
    assert Payment.objects.get(pk=first.pk).state == "issued"
