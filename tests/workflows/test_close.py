"""The close: what does not prove is refused by name, a closed month takes no entry, a second person reopens it."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workflows import stories
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.test_payment_lives import home, take_back, terms  # noqa: F401
from tests.workflows.test_ripple import claim, decide
from tpa.books.funding.models import Deposit
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger.errors import CloseError, MonthClosedError
from tpa.books.ledger.models import MonthClose, RolledBalance
from tpa.books.payments.models import CarriedBalance, Payment, PaymentFile
from tpa.engine.journal.accounts import CASH, CLAIMS_FUNDED, CLAIMS_PAYABLE
from tpa.infra.clock import clock_at
from tpa.kernel.periods import month_of
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.bank_reconciliation import load_statements
from tpa.workflows.close import NotProven, close_month, prove_month, reopen_month
from tpa.workflows.close_checks import checks_of
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice
from tpa.workflows.payment_lives import Item, clear_payments
from tpa.workflows.payment_run import run_payments
from tpa.workflows.receivables import receive_refund

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
ANA, BO = 7, 8


@pytest.fixture
def march(in_employer):
    """Two claims of March paid out of a deposit; its invoice is issued on 2 April, the day of the story."""
    homes = open_book(in_employer, count=2)
    stories.agree(in_employer, starts_on=MARCH)
    fee = ("pepm", "Administration", {"rates_cents": {"EF": 3_500}})
    stories.charge_fees(in_employer, fee, effective_on=MARCH)
    with clock_at(stories.at(2026, 3, 20)):
        register(*(new_claim(home, ("99213", 20_000), received_at=stories.at(2026, 3, 20)) for home in homes))
        decide_waiting(employer_id=in_employer.pk)
        deposit(100_000, date(2026, 3, 25))
        run_payments()
    with clock_at(stories.at(2026, 4, 2)):
        invoice = draft_month(month=MARCH)
        approve_invoice(invoice_id=invoice.pk)
        issue_invoice(invoice_id=invoice.pk)
        statement = b"date,amount,balance\n2026-03-31,1000.00,1000.00\n"
        load_statements(content=statement, name="march.csv")
        yield homes


def deposit(cents, on, reference=None):
    return receive_deposit(purpose="fund", received_on=on, cents=cents, reference=reference or f"W {on} {cents}")


def unproven(month=MARCH):
    return [one.code for one in prove_month(month=month) if not one.proves]


def test_a_month_that_proves_closes_and_its_proof_is_kept(march):
    assert unproven() == []
    made = close_month(month=MARCH, person_id=ANA)
    assert (made.closed_before, ledger.open_from()) == (APRIL, APRIL)
    kept = {row["code"]: (row["ledger_cents"], row["other_cents"]) for row in made.proof}
    assert kept["deposits"] == (100_000, 100_000)
    assert kept["fees"] == (7_000, 7_000)
    assert kept["payments"] == (23_000, 23_000)


def test_each_remittance_is_held_against_the_ledger_and_past_days_are_told_as_they_were(in_employer, home):  # noqa: F811
    """Two claims paid by check on 2 April, one taken back and set off on 20 April; proven as of April, in June."""
    terms()
    with clock_at(stories.at(2026, 4, 2)):
        one, _two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
        run_payments()
    with clock_at(stories.at(2026, 4, 20)):
        take_back(one)
        run_payments()
    april = month_of(APRIL)
    as_of_april = {row.code: row for row in checks_of(in_employer.pk, april)}
    # 160.00 was paid; taking back the first claim moves its deductible to the second: 160.00 is owed and carried on.
    assert (as_of_april["remittances"].ledger_cents, as_of_april["payees"].ledger_cents) == (16_000, 16_000)
    with clock_at(stories.at(2026, 5, 10)):
        receive_refund(
            balance_id=CarriedBalance.objects.get().pk, cents=16_000, received_on=date(2026, 5, 10), reference="R1",
            person_id=ANA,
        )  # fmt: skip
        first = Payment.objects.earliest("id")
        clear_payments(items=[Item(first.number, 16_000, date(2026, 5, 4))])
        later = {row.code: row for row in checks_of(in_employer.pk, april)}
        for code in ("payments", "payees", "remittances", "decisions", "credits", "fees", "stop_loss"):
            assert later[code] == as_of_april[code]
            assert later[code].proves
        may = {row.code: row for row in checks_of(in_employer.pk, month_of(date(2026, 5, 1)))}
        assert (may["payees"].ledger_cents, may["payments"].ledger_cents) == (0, 0)
        assert all(may[code].proves for code in ("payees", "payments"))
    file = PaymentFile.objects.filter(kind="835").earliest("id")
    file.pk, file.content = None, bytes(file.content).replace(b"BPR*I*160*", b"BPR*I*161*")
    file.save(force_insert=True)
    wrong = next(row for row in checks_of(in_employer.pk, april) if row.code == "remittances")
    assert (wrong.difference_cents, wrong.proves) == (-100, False)
    assert "pays 16100 for 16000 cents of claims, the ledger 16000 for 16000" in wrong.detail


def test_a_closed_month_takes_no_entry_and_the_day_after_does(march):
    close_month(month=MARCH, person_id=ANA)
    before = ledger.balance(CASH)
    with pytest.raises(MonthClosedError), transaction.atomic():
        deposit(500, date(2026, 3, 31), "late")
    assert (ledger.balance(CASH), Deposit.objects.filter(reference="late").exists()) == (before, False)
    deposit(500, APRIL, "late")
    assert ledger.balance(CASH) == before + 500


def test_sql_by_hand_posts_nothing_into_a_closed_month(march):
    close_month(month=MARCH, person_id=ANA)
    row = "INSERT INTO ledger_posting VALUES (999999, 1, '1000', '', %s, 5), (999999, 2, '2400', '', %s, -5)"
    with pytest.raises(DatabaseError, match="is closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (entry_id, n, account, dimension, effective_on, cents)" + row[26:], [MARCH] * 2
        )


def test_what_does_not_prove_is_told_by_name_and_the_month_stays_open(march):
    Deposit.objects.create(
        purpose="fund", received_on=date(2026, 3, 22), cents=1, reference="by hand", recorded_at=stories.NOW
    )
    assert unproven() == ["deposits"]
    with pytest.raises(NotProven, match=r"Deposits are in the ledger: off by -0\.01") as refused:
        close_month(month=MARCH, person_id=ANA, explained={"deposits": "never mind"})
    assert [one["code"] for one in refused.value.findings] == ["deposits"]
    assert not MonthClose.objects.exists()


def test_a_clearing_account_that_is_not_empty_may_be_explained(march):
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM ledger_entry")
        (last,) = cursor.fetchone()
        rows = [(last + 1, 1, CLAIMS_FUNDED, 500), (last + 1, 2, CLAIMS_PAYABLE, -500)]
        cursor.execute(
            "INSERT INTO ledger_entry (id, event, source_kind, source_id, effective_on, recorded_at)"
            " VALUES (%s, 'funded', 'by_hand', 1, %s, now())",
            [last + 1, MARCH],
        )
        cursor.execute(
            "INSERT INTO ledger_posting (entry_id, n, account, dimension, effective_on, cents)"
            " SELECT e, n, a, '', %s, c FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[]) AS t (e, n, a, c)",
            [MARCH, *(list(column) for column in zip(*rows, strict=True))],
        )
    assert unproven() == ["claims_funded"]
    with pytest.raises(NotProven):
        close_month(month=MARCH, person_id=ANA, explained={"claims_funded": "  "})
    made = close_month(month=MARCH, person_id=ANA, explained={"claims_funded": "A check is being reissued"})
    (kept,) = [row for row in made.proof if row["explained"]]
    assert (kept["code"], kept["ledger_cents"], kept["explained"]) == (
        "claims_funded",
        -500,
        "A check is being reissued",
    )


def test_without_its_final_invoice_a_month_stays_open(in_employer):
    homes = open_book(in_employer, count=1)
    stories.agree(in_employer, starts_on=MARCH)
    with clock_at(stories.at(2026, 3, 20)):
        register(new_claim(homes[0], ("99213", 20_000), received_at=stories.at(2026, 3, 20)))
        decide_waiting(employer_id=in_employer.pk)
        with pytest.raises(CloseError, match="not over"):
            close_month(month=MARCH, person_id=ANA)
    with clock_at(stories.at(2026, 4, 2)):
        assert unproven() == ["invoice"]


def test_months_close_in_order_and_the_last_is_reopened_by_somebody_else(march):
    with pytest.raises(CloseError, match="March 2026"):
        close_month(month=date(2026, 2, 1), person_id=ANA)
    close_month(month=MARCH, person_id=ANA)
    for person, month, reason, said in (
        (ANA, MARCH, "wrong", "yourself"),
        (BO, MARCH, " ", "reason"),
        (BO, APRIL, "wrong", "last closed month"),
    ):
        with pytest.raises(CloseError, match=said):
            reopen_month(month=month, person_id=person, reason=reason)
    with pytest.raises(DatabaseError, match="by who closed it"), transaction.atomic():
        MonthClose.objects.create(
            kind="reopened", month=MARCH, closed_before=MARCH, by_id=ANA, at=stories.at(2026, 4, 2), reason="x"
        )
    reopen_month(month=MARCH, person_id=BO, reason="The bank's file was of another account")
    deposit(500, date(2026, 3, 31), "late")
    close_month(month=MARCH, person_id=BO)
    assert [str(one) for one in MonthClose.objects.all()] == ["2026-03 closed", "2026-03 reopened", "2026-03 closed"]


def test_a_close_is_never_edited(march):
    close_month(month=MARCH, person_id=ANA)
    for rows in (MonthClose.objects, RolledBalance.objects):
        with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
            rows.update(id=99)


@pytest.mark.parametrize("reopened", [False, True])
def test_a_balance_as_of_any_day_is_what_a_replay_of_the_postings_says(march, reopened):
    close_month(month=MARCH, person_id=ANA)
    if reopened:
        reopen_month(month=MARCH, person_id=BO, reason="wrong")
        deposit(700, date(2026, 3, 25), "late")
    deposit(500, date(2026, 4, 2), "april")
    with connection.cursor() as cursor:
        for day in (date(2026, 3, 19), date(2026, 3, 21), date(2026, 3, 31), APRIL, date(2026, 4, 2), None):
            cursor.execute(
                "SELECT account, sum(cents)::bigint FROM ledger_posting WHERE effective_on <= coalesce(%s::date, 'infinity')"
                " GROUP BY account",
                [day],
            )
            replayed = {account: cents for account, cents in cursor.fetchall() if cents}
            found = {
                row.account.code: row.balance_cents for row in ledger.trial_balance(as_of=day) if row.balance_cents
            }
            assert found == replayed
            assert ledger.balance(CASH, as_of=day) == replayed.get(CASH, 0)
