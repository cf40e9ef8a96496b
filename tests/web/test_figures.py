"""How pages print what is kept as figures."""

import pytest

from tpa.web.templatetags.figures import amounts, money_text, terms


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"rates_cents": {"EE": 3_500}, "least_cents": 123_456}, "rates: EE $35.00; least: $1,234.56"),
        ({"rate_bp": 1_250, "lines": ["medical", "dental"]}, "rate: 12.5 %; lines: medical; dental"),
        ({"bands": [{"up_to": 100, "rate_cents": 550}, {"rate_cents": 450}]}, "bands: up to 100, rate $5.50; rate $4.50"),
        ({"count_rule": "15_day", "retro_months": 3, "each": True}, "count rule: 15_day; retro months: 3; each: yes"),
    ],
)  # fmt: skip
def test_terms_of_a_fee_are_told_in_words(document, says):
    assert terms(document) == says


def test_they_are_in_the_currency_of_the_employer():
    assert terms({"rate_cents": 5}, "CAD") == "rate: CA$0.05"


def test_amounts_stand_by_their_names():
    assert amounts({"EE": 3_500, "EF": -70_05}, "CAD") == "EE CA$35.00, EF -CA$70.05"


def test_an_amount_of_a_kept_document_is_shown_as_money():
    assert [money_text(text, "CAD") for text in ("-1234.50", "0.00", "n/a")] == ["-CA$1,234.50", "CA$0.00", "n/a"]
