"""What a decision means to the member, and what a provider was paid in a year, to the cent."""

from datetime import date

import pytest

from tests.workflows.test_payment_lives import ANA, DAY, home, take_back, terms  # noqa: F401
from tests.workflows.test_ripple import claim, decide, live
from tpa.books.claims.models import Decision
from tpa.books.payments.models import CarriedBalance, Payment
from tpa.kernel.errors import NotFoundError
from tpa.workflows.eobs import eob, eob_paper, family_eobs
from tpa.workflows.payment_lives import reissue_payment, void_payment
from tpa.workflows.payment_run import run_payments
from tpa.workflows.receivables import ask_back, receive_refund
from tpa.workflows.tax_totals import tax_year


def test_what_is_owed_is_said_first_and_the_lines_add_up(in_employer, home):  # noqa: F811
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    told = eob(employer=in_employer, decision_id=live(one).pk)
    # 500.00 of deductible and a fifth of 400.00.
    assert (told["you_owe_cents"], told["charge_cents"], told["plan_paid_cents"]) == (58_000, 90_000, 32_000)
    (line,) = told["lines"]
    assert (line["deductible_cents"], line["coinsurance_cents"], line["you_owe_cents"]) == (50_000, 8_000, 58_000)
    assert len(line["notes"]) == 2
    assert told["paid_to"] == ""
    run_payments()
    told = eob(employer=in_employer, decision_id=live(one).pk)
    assert told["paid_to"].endswith("on 2026-04-02")
    paper = eob_paper(employer=in_employer, eobs=[told])
    assert (paper[:5], b"pdfuaid" in paper) == (b"%PDF-", True)
    assert paper == eob_paper(employer=in_employer, eobs=[told])


def test_a_family_gets_what_holds_and_nothing_for_a_reversal(in_employer, home):  # noqa: F811
    one, _two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    take_back(one)
    span = {"decided_from": date(2026, 1, 1), "decided_before": date(2027, 1, 1)}
    found = family_eobs(employer=in_employer, family_id=home.family_id, **span)
    assert [(each["version"], each["you_owe_cents"]) for each in found] == [(3, 30_000)]
    with pytest.raises(NotFoundError):
        eob_paper(employer=in_employer, eobs=[])
    with pytest.raises(NotFoundError, match="reversal"):
        eob(employer=in_employer, decision_id=Decision.objects.filter(outcome="reversed").first().pk)


def totals(year):
    return [line.total for line in tax_year(year).lines]


def test_a_providers_year_counts_what_left_once(in_employer, home):  # noqa: F811
    terms()
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    run_payments()
    tax_id = Payment.objects.get().payee_tax_id
    assert [(row.tax_id, row.payments_count, row.paid_cents) for row in totals(2026)] == [(tax_id, 1, 16_000)]
    assert totals(2025) == []
    new = reissue_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
    assert [row.paid_cents for row in totals(2026)] == [16_000]
    take_back(one)
    ask_back(claim_id=two, person_id=ANA)
    balance = CarriedBalance.objects.get()
    receive_refund(balance_id=balance.pk, cents=16_000, received_on=DAY, reference="C 1", person_id=ANA)
    assert [(row.payments_count, row.paid_cents) for row in totals(2026)] == [(1, 0)]
    assert new.state == "issued"


def test_a_voided_payment_did_not_leave(in_employer, home):  # noqa: F811
    decide(in_employer, claim(home, 90_000, 1))
    run_payments()
    void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="lost")
    assert totals(2026) == []
