"""What a decision means to the member, and what a provider was paid in a year, to the cent."""

from datetime import date

import pytest

from tests.workflows.test_payment_lives import ANA, DAY, home, take_back, terms  # noqa: F401
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import apply, claim, decide, live, open_plan
from tpa.books.claims.models import Decision
from tpa.books.members import selectors as members
from tpa.books.members.models import Member
from tpa.books.payments.models import CarriedBalance, Payment
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.workflows.corrections import preview_claims
from tpa.workflows.eob_rights import paragraphs
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
    assert [(one["code"], one["cents"], one["plan_clause"]) for one in line["reasons"]] == [
        ("PR-1", 50_000, "/deductibles/0"),
        ("PR-2", 8_000, "/benefits/1/shares/all"),
    ]
    assert (line["benefit"], told["replaces"]) == ("all", None)
    assert [(one["what"], one["whose"], one["used_cents"], one["limit_cents"]) for one in told["standing"]] == [
        ("deductible", "member", 50_000, 50_000),
        ("deductible", "family", 50_000, 100_000),
        ("out-of-pocket maximum", "member", 58_000, 200_000),
        ("out-of-pocket maximum", "family", 58_000, 400_000),
    ]
    assert told["rights"] == {
        "kind": "post_service",
        "levels_count": 1,
        "appeal_within_days": 180,
        "decided_within_days": 60,
        "decided_within_hours": None,
        "external_review_within_months": 4,
    }
    assert told["paid_to"] == ""
    run_payments()
    told = eob(employer=in_employer, decision_id=live(one).pk)
    assert told["paid_to"].endswith("on 2026-04-02")
    paper = eob_paper(employer=in_employer, eobs=[told])
    assert (paper[:5], b"pdfuaid" in paper) == (b"%PDF-", True)
    assert paper == eob_paper(employer=in_employer, eobs=[told])
    assert members.addressee(told["member_number"]) == ["Ada Lind", "1 Oak Road", "Boulder CO  80301"]
    Member.objects.filter(relationship="self").update(
        mail_1="PO Box 7", mail_city="Denver", mail_state="CO", mail_postal_code="80201"
    )
    assert members.addressee(told["member_number"]) == ["Ada Lind", "PO Box 7", "Denver CO  80201"]
    assert (
        paper
        != eob_paper(employer=in_employer, eobs=[told])
        != eob_paper(employer=in_employer, eobs=[told], is_mailed=False)
    )


def test_a_family_gets_what_holds_and_what_was_taken_back(in_employer, home):  # noqa: F811
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    # As it stood after the first, whatever came later.
    assert eob(employer=in_employer, decision_id=live(one).pk)["standing"][0]["used_cents"] == 40_000
    take_back(one)
    span = {"decided_from": date(2026, 1, 1), "decided_before": date(2027, 1, 1)}
    found = family_eobs(employer=in_employer, family_id=home.family_id, **span)
    assert [(each["version"], each["you_owe_cents"], each["is_taken_back"]) for each in found] == [
        (2, 0, True),
        (3, 30_000, False),
    ]
    assert (found[0]["lines"], found[0]["replaces"]["you_owe_cents"]) == ([], 40_000)
    assert eob_paper(employer=in_employer, eobs=found)[:5] == b"%PDF-"
    with pytest.raises(NotFoundError):
        eob_paper(employer=in_employer, eobs=[])
    with pytest.raises(NotFoundError, match="reversal"):
        eob(employer=in_employer, decision_id=Decision.objects.get(claim_id=two, outcome="reversed").pk)


def test_what_was_explained_before_is_named(in_employer, home):  # noqa: F811
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    apply(preview_claims(claim_ids=[one], why="audit", note="", by="ana", take_back=True))
    told = eob(employer=in_employer, decision_id=live(two).pk)
    # By the first word 100.00 of deductible and a fifth of 200.00; by the second the deductible takes it all.
    assert (told["replaces"]["you_owe_cents"], told["you_owe_cents"]) == (14_000, 30_000)
    name = public_id("clm", in_employer.pk, two)
    (new,) = decide(in_employer, claim(home, 90_000, 2, frequency="7", original_reference=name))
    after = eob(employer=in_employer, decision_id=live(new).pk)
    with pytest.raises(NotFoundError, match="reversal"):
        eob(employer=in_employer, decision_id=live(two).pk)
    assert (after["replaces"]["claim"], after["replaces"]["you_owe_cents"]) == (name, 30_000)
    assert eob_paper(employer=in_employer, eobs=[after])[:5] == b"%PDF-"


def test_a_plan_that_is_older_than_the_law_has_no_external_review(in_employer):
    home = open_plan(in_employer, plan_text("grandfathered = true", "appeal_levels = 2"))[0]  # noqa: F811
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    rights = eob(employer=in_employer, decision_id=live(one).pk)["rights"]
    assert (rights["levels_count"], rights["decided_within_days"], rights["external_review_within_months"]) == (
        2,
        30,
        None,
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ["within 180 days", "within 60 days of your appeal", "within 4 months", "section 502(a)"]),
        (
            {"levels_count": 2, "decided_within_days": 30},
            ["two levels of appeal. At each you get the answer within 30 days"],
        ),
        (
            {"decided_within_days": None, "decided_within_hours": 72},
            ["by telephone, and get the answer within 72 hours"],
        ),
    ],
)
def test_what_a_member_may_do_is_said_in_plain_words(changes, says):
    told = {
        "kind": "post_service",
        "levels_count": 1,
        "appeal_within_days": 180,
        "decided_within_days": 60,
        "decided_within_hours": None,
        "external_review_within_months": 4,
    } | changes
    text = " ".join(paragraphs(told))
    assert all(one in text for one in (*says, "free of charge", "diagnosis and treatment codes", "1-866-444-3272"))
    assert "independent organization" not in " ".join(paragraphs(told | {"external_review_within_months": None}))


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
