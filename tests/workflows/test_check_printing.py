"""Checks on paper: after the release alone, once, then as copies; void ones never; from bytes that were hashed."""

import csv
import io
from datetime import date

import pytest
from pypdf import PdfReader

from tests.workflows.test_payment_lives import ANA, BEN, home, take_back, terms  # noqa: F401
from tests.workflows.test_ripple import claim, decide
from tpa.books.members.models import Member
from tpa.books.payments.errors import RunStateError
from tpa.books.payments.models import Payment, PaymentEvent, PaymentFile
from tpa.infra import pdf
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import public_id
from tpa.workflows import check_printing
from tpa.workflows.check_printing import COLUMNS, print_payment, print_run
from tpa.workflows.payment_files import AlteredFileError, send_file
from tpa.workflows.payment_lives import mail_payments, reissue_payment, void_payment
from tpa.workflows.payment_run import propose_payments, release_payments, run_payments


def text_of(printed):
    return [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]


def events(payment):
    rows = PaymentEvent.objects.filter(payment=payment, kind="printed").order_by("id")
    return [(one.by_id, one.note.partition(",")[0]) for one in rows]


def test_a_check_is_printed_after_the_release_once_and_then_as_a_copy(in_employer, home):  # noqa: F811
    terms(first_check_number=5000, fraction="91-19/910", alone_up_to_cents=31_999)
    (key,) = decide(in_employer, claim(home, 90_000, 1))
    Member.objects.filter(pk=home.member_ids[0]).update(first_name="#panic()", last_name="<b>Łódź 山\u202e")
    run = propose_payments(person_id=ANA)
    for before in (lambda: print_run(run_id=run.pk, form="pdf", person_id=BEN), lambda: print_payment(
        payment_id=run.payments.get().pk, form="csv", person_id=BEN)):  # fmt: skip
        with pytest.raises(RunStateError, match="proposed"):
            before()
    run.refresh_from_db()
    check_printing.services.approve_run(run=run, by_id=BEN, now=run.started_at)
    release_payments(run_id=run.pk, person_id=BEN)
    (check,) = Payment.objects.all()
    first = print_run(run_id=run.pk, form="pdf", person_id=BEN)
    (page,) = text_of(first)
    claim_number = public_id("clm", in_employer.pk, key)
    for told in (
        "Acme Tools", "First Bank", "91-19/910", "No. 5000", "April 2, 2026", "Three hundred twenty and 00/100 dollars",
        "**320.00", "1 Elm Street", "Denver CO  80202", "Void after 180 days", claim_number, "#panic() <b>Łódź ?", "900.00",
    ):  # fmt: skip
        assert told.replace("  ", " ") in page.replace("  ", " "), told
    assert "NOT NEGOTIABLE" not in page
    assert (first.name, first.checks_count, first.is_copy) == ("checks-5000-5000.pdf", 1, False)
    Member.objects.filter(pk=home.member_ids[0]).update(last_name="Corrected")
    again = [print_payment(payment_id=check.pk, form="pdf", person_id=ANA) for _ in range(2)]
    assert ["NOT NEGOTIABLE" in text_of(one)[0] for one in again] == [True, True]
    assert again[0].content == again[1].content != first.content
    assert "Corrected" not in text_of(again[0])[0]
    with pytest.raises(ConflictError, match="Nothing is left"):
        print_run(run_id=run.pk, form="csv", person_id=ANA)
    assert events(check) == [(BEN, "original"), (ANA, "copy"), (ANA, "copy")]
    file = PaymentFile.objects.get(kind="paper")
    with pytest.raises(ConflictError, match="printed, not sent"):
        send_file(file_id=file.pk, person_id=ANA)
    file.pk, file.content = None, bytes(file.content).replace(b"Elm", b"Oak")
    file.save(force_insert=True)
    with pytest.raises(AlteredFileError):
        print_run(run_id=run.pk, form="pdf", person_id=BEN)
    assert len(events(check)) == 3


def test_a_large_run_is_printed_in_parts_and_then_as_copies(in_employer, home, monkeypatch):  # noqa: F811
    monkeypatch.setattr(check_printing, "MOST_A_PRINT", 1)
    terms(first_check_number=5000)
    decide(in_employer, claim(home, 90_000, 1), claim(home, 50_000, 2, assigned=False))
    run = run_payments()
    prints = [print_run(run_id=run.pk, form="pdf", person_id=ANA) for _ in range(3)]
    assert [one[:1] + one[2:] for one in prints] == [
        ("checks-5000-5000.pdf", 1, False), ("checks-5001-5001.pdf", 1, False), ("checks-5000-5000.pdf", 1, True),
    ]  # fmt: skip


def test_the_list_for_print_and_mail_leaves_out_void_checks_and_tells_what_a_stub_tells(in_employer, home):  # noqa: F811
    terms(first_check_number=5000)
    one, _, _ = decide(
        in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2), claim(home, 50_000, 3, assigned=False)
    )
    run = run_payments()
    clinic, member = Payment.objects.order_by("id")
    void_payment(payment_id=member.pk, person_id=ANA, reason="wrong")
    listed = print_run(run_id=run.pk, form="csv", person_id=ANA)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(io.StringIO(listed.content.decode()))][1:]
    assert [(row["record"], row["number"], row["amount"], row["paid"]) for row in rows] == [
        ("check", "5000", "160.00", ""), ("line", "5000", "", "0.00"), ("line", "5000", "", "160.00"),
    ]  # fmt: skip
    assert (rows[0]["payee"], rows[0]["region"], rows[0]["amount_in_words"]) == (
        clinic.payee_name or clinic.payee_tax_id, "CO", "One hundred sixty and 00/100",
    )  # fmt: skip
    assert rows[0]["magnetic_line"] == "⑈005000⑈ ⑆091000019⑆ 00123456⑈"
    with pytest.raises(ConflictError, match="void"):
        print_payment(payment_id=member.pk, form="pdf", person_id=ANA)
    # A check that was mailed before anybody has printed it here is printed as a copy.
    decide(in_employer, claim(home, 20_000, 6))
    mailed = run_payments()
    mail_payments(payment_ids=list(mailed.payments.values_list("pk", flat=True)), person_id=ANA)
    with pytest.raises(ConflictError, match="mailed before"):
        print_run(run_id=mailed.pk, form="csv", person_id=ANA)
    assert print_run(run_id=mailed.pk, form="pdf", person_id=ANA)[2:] == (2, True)
    # The list was the original: what is printed now is a copy. A spoiled check is issued anew and has an original again.
    assert print_run(run_id=run.pk, form="pdf", person_id=ANA)[2:] == (1, True)
    new = reissue_payment(payment_id=clinic.pk, person_id=BEN, reason="spoiled in the printer")
    with pytest.raises(ConflictError):
        print_payment(payment_id=clinic.pk, form="pdf", person_id=ANA)
    printed = print_payment(payment_id=new.pk, form="pdf", person_id=ANA)
    assert (printed.name, *printed[2:]) == ("checks-5004-5004.pdf", 1, False)
    take_back(one)
    run_payments()
    decide(in_employer, claim(home, 120_000, 4))
    last = run_payments()
    (page,) = text_of(print_run(run_id=last.pk, form="pdf", person_id=ANA))
    assert "set off (FB)" in page


def test_paper_takes_long_names_four_lines_and_small_and_large_amounts():
    def check(number, cents, payee, claims):
        row = {"claim": "clm_1", "patient": "Ada", "account": "P1", "service_on": "2026-03-01", "charge_cents": 1}
        return {
            "payment_id": number, "number": str(number), "on": date(2026, 4, 2).isoformat(), "payee": payee, "memo": "m",
            "lines": ["Suite 400", "1 King Street West", "Toronto ON  M5V 3L9", "CANADA"], "cents": cents,
            "claims": [row | {"paid_cents": 1}] * claims, "others": [],
        }  # fmt: skip

    sheet = {
        "payer": {"name": "Acme", "lines": ["by TPA"], "phone": "1"}, "bank": {"name": "B", "fraction": ""},
        "void_after_days": 180, "currency": "USD",
    }  # fmt: skip
    checks = [check(1, 1, "W" * 80, 1), check(2, 999_999_999, "山" * 80, 90)]
    paper = check_printing._paper(sheet, checks, is_copy=False)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages]
    assert ("Zero and 01/100 dollars" in pages[0], "CANADA" in pages[0]) == (True, True)
    assert "Nine million nine hundred ninety-nine thousand nine hundred ninety-nine and 99/100" in pages[1]
    # The stub goes on, each page under its check's number.
    assert len(pages) > 3
    assert all("Stub of check 2" in page for page in pages[1:])
    assert paper == check_printing._paper(sheet, checks, is_copy=False)
    assert pdf.render("checks", {**sheet, "title": "Checks", "checks": []}).startswith(b"%PDF-")
