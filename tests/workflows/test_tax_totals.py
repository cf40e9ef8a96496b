"""Forms 1099: who reaches the year's threshold is reported, once; a void that comes later is a correction."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from tests.workflows.test_payment_lives import ANA, home  # noqa: F401
from tests.workflows.test_ripple import claim, decide
from tpa.books.payments.models import Payment, TaxReport
from tpa.engine.statute.dated import MissingValueError
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError
from tpa.workflows.payment_lives import void_payment
from tpa.workflows.payment_run import run_payments
from tpa.workflows.tax_totals import TaxTotal, _line, report_year, tax_year

NEXT_YEAR = datetime(2027, 1, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(("cents", "kind"), [(199_999, ""), (200_000, "original"), (200_001, "original")])
def test_at_the_threshold(cents, kind):
    assert _line(TaxTotal("123456789", "Elm", 1, cents), None, 200_000).to_report == kind


def test_a_year_is_reported_once_and_corrected_after_a_void(in_employer, home):  # noqa: F811
    decide(in_employer, claim(home, 400_000, 1))
    run_payments()
    (line,) = tax_year(2026).lines
    assert (line.total.paid_cents, line.reported_cents, line.to_report) == (280_000, None, "original")
    with pytest.raises(ConflictError, match="not over"):
        report_year(year=2026, person_id=ANA)
    with pytest.raises(MissingValueError):
        tax_year(2027)
    with clock_at(NEXT_YEAR):
        assert [(one.kind, one.paid_cents) for one in report_year(year=2026, person_id=ANA)] == [("original", 280_000)]
        assert report_year(year=2026, person_id=ANA) == []
        void_payment(payment_id=Payment.objects.get().pk, person_id=ANA, reason="never cashed")
        (line,) = tax_year(2026).lines
        assert (line.total.paid_cents, line.reported_cents, line.to_report) == (0, 280_000, "corrected")
        assert [(one.kind, one.paid_cents) for one in report_year(year=2026, person_id=ANA)] == [("corrected", 0)]
        assert report_year(year=2026, person_id=ANA) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        TaxReport.objects.update(paid_cents=1)
