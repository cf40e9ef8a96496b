"""What other payers have done with a claim, from an 837 and by REST, through the books and back."""

import json
from datetime import date

import pytest

from tests.x12.samples import full_professional, professional
from tpa.engine.coordination.answers import Adjustment, LineAnswer, OtherPayer, payers_from_json, payers_to_json
from tpa.kernel.document import DocumentError, Section
from tpa.workflows.claim_intake_payers import payer_from, payer_to_json, payers_of

FULL = OtherPayer(
    "OTHER PLAN",
    8_000,
    "P",
    lines=(LineAnswer(2, 2_000, None, (Adjustment("CO", "45", 2_050),)),),
    answered_on=date(2026, 2, 20),
)


def test_the_answers_by_line_of_an_837_are_kept():
    assert payers_of(full_professional()) == (FULL,)


def test_an_answer_for_the_whole_claim_keeps_its_adjustments():
    came = full_professional()
    plain = came._replace(lines=tuple(line._replace(other_payments=()) for line in came.lines))
    (payer,) = payers_of(plain)
    assert payer.lines == ()
    assert payer.adjustments == (Adjustment("CO", "45", 2_550), Adjustment("PR", "2", 2_000))


def test_a_payer_that_says_nowhere_what_it_paid_has_not_answered():
    other = full_professional().other_payers[0]._replace(paid_cents=None, adjustments=(), paid_on=None)
    (payer,) = payers_of(professional("1", other_payers=(other,)))
    assert payer == OtherPayer("OTHER PLAN", None, "P")


def test_what_the_lines_say_is_the_answer_where_the_claim_says_none():
    came = full_professional()
    (payer,) = payers_of(came._replace(other_payers=(came.other_payers[0]._replace(paid_cents=None),)))
    assert payer.paid_cents == 2_000


def test_of_several_payers_each_line_answer_belongs_to_the_one_it_names():
    came = full_professional()
    first = came.other_payers[0]
    second = first._replace(payer=first.payer._replace(name="THIRD PLAN", id="OP8"), payer_order="T", paid_cents=None)
    payers = payers_of(came._replace(other_payers=(first, second)))
    assert [(one.name, one.paid_cents, len(one.lines)) for one in payers] == [
        ("OTHER PLAN", 8_000, 1),
        ("THIRD PLAN", None, 0),
    ]


def test_rest_and_the_books_bring_back_the_same():
    assert payer_from(Section(json.loads(json.dumps(payer_to_json(FULL))))) == FULL
    assert payers_from_json(payers_to_json((FULL, OtherPayer("B", None)))) == (FULL, OtherPayer("B", None))


def test_a_claim_of_before_has_its_payer_still():
    assert payers_from_json('[["A", 500, "P"]]') == (OtherPayer("A", 500, "P"),)
    assert payers_from_json("[]") == ()


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"paid_cents": -1}, "/paid_cents"),
        ({"paid": 1}, "/paid"),
        ({"paid_cents": 1, "responsibility": "PS"}, "/responsibility"),
        ({"paid_cents": 1, "adjustments": [{"group": "XX", "carc": "1", "cents": 1}]}, "/adjustments/0/group"),
        ({"lines": [{"number": 0, "paid_cents": 1}]}, "/lines/0/number"),
    ],
)
def test_what_is_wrong_is_named(told, where):
    with pytest.raises(DocumentError) as refusal:
        payer_from(Section(told))
    assert refusal.value.where == where
