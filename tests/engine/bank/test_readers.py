"""Bank statements: three formats say the same; a file that is not whole, or hostile, is refused in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bank.samples import BAI2, CSV, camt
from tpa.engine.bank.read import read_statements
from tpa.engine.bank.statement import BankFileError

MOVES = [(-125_000, "1001", ""), (-340_050, "", "021000020000001"), (1_000_000, "", "WIRE 7781"), (-7_525, "1003", "")]


@pytest.mark.parametrize(("name", "text"), [("CSV", CSV), ("BAI2", BAI2), ("camt.053", camt())])
def test_every_format_says_the_same(name, text):
    form, (found,) = read_statements(text.encode())
    assert form == name
    assert (found.opening_cents, found.closing_cents) == (5_000_000, 5_527_425)
    by_us = [(one.cents, one.check_number, "" if one.check_number else one.reference) for one in found.entries]
    assert by_us == MOVES
    assert [one.kind for one in found.entries][::3] == ["check", "check"]
    assert {one.posted_on.isoformat() for one in found.entries} == {"2026-03-02"}


def test_rows_with_the_latest_first_are_turned():
    head, *rows = CSV.splitlines()
    _, (found,) = read_statements("\n".join([head, *rows[::-1]]).encode())
    assert (found.opening_cents, found.closing_cents, found.entries[0].check_number) == (5_000_000, 5_527_425, "1001")


def test_debit_and_credit_columns_semicolons_and_american_days():
    text = "Posting Date;Debit;Credit;Balance\n03/02/2026;10.00;;90.00\n3/3/2026;;5.5;95.50\n"
    _, (found,) = read_statements(b"\xef\xbb\xbf" + text.encode())
    assert [one.cents for one in found.entries] == [-1_000, 550]
    assert (found.opening_cents, found.ends_on.isoformat()) == (10_000, "2026-03-03")


def refused(text, where, said=None):
    with pytest.raises(BankFileError, match=said) as fault:
        read_statements(text if isinstance(text, bytes) else text.encode())
    assert fault.value.where == where
    return fault.value


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("hello", "line 1"),
        ("date,amount\n2026-03-02,1\n", "line 1"),
        ("date,amount,balance\n", "line 2"),
        ("date,amount,balance\n2026-03-02,1\n", "line 2"),
        ("date,amount,balance\n2026-13-02,1,1\n", "line 2, date"),
        ("date,amount,balance\n2026-03-02,1e9,1\n", "line 2, amount"),
        ("date,amount,balance\n2026-03-02,0,1\n", "line 2, amount"),
        ("date,amount,balance\n2026-03-02,1,\n", "line 2, balance"),
        ("date,amount,balance,Amount\n2026-03-02,1,1,1\n", "line 1"),
        ("date,amount,balance\n2026-03-02,1,1\n2026-03-02,1,3\n2026-03-02,1,4\n", "line 3, balance"),
        ('date,amount,balance\n2026-03-02,"1,1\n', "line 2"),
        (b"date,amount,balance\n2026-03-02,1,\xff\n", "line 2"),
        ("date;amount;balance\n2026-03-02;500,00;1000,00\n", "line 2, amount"),
        ('date,amount,balance\n2026-03-02,"1,50",1\n', "line 2, amount"),
    ],
)
def test_a_csv_with_a_fault_is_refused_where_it_stands(text, where):
    refused(text, where)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("49,12000000,7/", "49,12000001,7/", "line 9"),
        ("49,12000000,7/", "49,12000000,8/", "line 9"),
        ("98,12000000,1,9/", "98,1,1,9/", "line 10"),
        ("99,12000000,1,11/", "99,12000000,2,11/", "line 11"),
        ("99,12000000,1,11/\n", "", "last line"),
        ("99,12000000,1,11/\n", "99,12000000,1,11/\n16,475,1,Z,1,1,/\n", "line 12"),
        ("010,5000000", "011,5000000", "line 3"),
        ("16,475,125000,Z", "16,475,12x,Z", "line 4, amount"),
        ("16,475,125000,Z", "16,47,125000,Z", "line 4, type code"),
        ("16,475,125000,Z", "16,475,125000,Q", "line 4"),
        (",260302,,", ",260230,,", "line 2, as-of date"),
        ("02,ADMIN", "88,ADMIN", "line 3"),
        ("16,195", "17,195", "line 6"),
        ("16,195", "16 195", "line 6"),
    ],
)
def test_a_bai2_file_that_is_not_whole_is_refused_at_its_record(old, new, where):
    refused(BAI2.replace(old, new, 1), where)


def test_bai2_balances_that_do_not_follow_are_refused():
    text = BAI2.replace("015,5527425", "015,5527426").replace("12000000", "12000001")
    refused(text, "line 3", "add up to 5274.25")


def test_bai2_funds_by_day_are_passed_over():
    text = BAI2.replace("16,475,125000,Z,BR1", "16,475,125000,D,2,0,100000,1,25000,BR1")
    text = text.replace("16,451,340050,0,", "16,451,340050,S,1,2,3,").replace(
        "16,475,7525,Z", "16,475,7525,V,260303,0900"
    )
    _, (found,) = read_statements(text.encode())
    assert [one.cents for one in found.entries] == [cents for cents, _, _ in MOVES]
    assert found.entries[2].text == "FROM ACME BENEFIT FUND"


def test_a_banks_own_csv_its_columns_named_twice_its_rows_ending_in_nothing():
    head = "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #"
    text = f'{head}\nCHECK,03/02/2026,CHECK 1001,"-1,250.00",CHECK_PAID,"$48,750.00",1001,\r\n\x1a'
    _, (found,) = read_statements(text.encode())
    assert (found.opening_cents, found.entries[0][1:4]) == (5_000_000, (-125_000, "check", "1001"))
    assert found.entries[0].text == "CHECK 1001"


def test_bai2_names_beyond_ascii_and_the_end_mark_of_older_systems():
    for encoding in ("utf-8", "latin-1"):
        _, (found,) = read_statements(BAI2.replace("ACME", "ACMÉ").encode(encoding) + b"\x1a")
        assert found.entries[2].text == "FROM ACMÉ BENEFIT FUND"


def test_camt_in_an_envelope_in_utf_16_without_a_booking_day():
    inner = camt(begin="").replace("BookgDt", "ValDt")
    text = f'<BizMsgEnvlp xmlns="urn:x"><AppHdr xmlns="urn:y"><Fr>B</Fr></AppHdr>{inner}</BizMsgEnvlp>'
    for content in (text.encode(), text.encode("utf-16")):
        _, (found,) = read_statements(content)
        assert [one.cents for one in found.entries] == [cents for cents, _, _ in MOVES]
    refused(text.replace("camt.053", "camt.054"), "line 1", "no camt.053")
    refused("<BizMsgEnvlp/>", "line 1", "no statement")


def test_checks_that_camt_books_together_are_told_apart_where_their_amounts_come_to_the_entry():
    detail = "<TxDtls><Refs><ChqNb>{}</ChqNb></Refs>{}</TxDtls>"
    both = detail.format(1001, '<Amt Ccy="USD">1250</Amt>') + detail.format(
        "1002", '<AmtDtls><TxAmt><Amt Ccy="USD">3400.50</Amt></TxAmt></AmtDtls>'
    )
    row = '<Ntry><Amt Ccy="USD">4650.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>'
    for details, entries in (
        (both, [("1001", -125_000), ("1002", -340_050)]),
        (both.replace(">1250<", ">1249<"), [("1001", -465_050)]),
    ):
        _, (found,) = read_statements(
            camt([f"{row}<NtryDtls>{details}</NtryDtls></Ntry>"], closing="45349.50").encode()
        )
        assert [(one.check_number, one.cents) for one in found.entries] == entries


BOMB = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (camt(begin=BOMB), "line 1", "document type"),
        (camt(begin='<!DOCTYPE d SYSTEM "file:///etc/passwd">'), "line 1", "document type"),
        (camt()[:-20], "line 11", "no element|unclosed"),
        (camt().replace("camt.053", "camt.052"), "line 1", "no camt.053"),
        (camt().replace("OPBD", "ITBD"), "line 1", "opening balance"),
        (camt(closing="55274.26"), "line 1, Stmt 1", "add up to"),
        (camt().replace(">75.25<", ">-75.25<"), "line 9, Amt", "no amount"),
        (camt().replace("<CdtDbtInd>DBIT", "<CdtDbtInd>D", 1), "line 3, CdtDbtInd", "CRDT or DBIT"),
        (camt().replace("<BookgDt><Dt>2026-03-02", "<BookgDt><Dt>2026-02-30", 1), "line 3, BookgDt", "no date"),
        (camt().replace('Ccy="USD">75.25', 'Ccy="EUR">75.25'), "line 9", "another currency"),
        ("<" + "a>" * 3, "line 1", "no camt.053"),
        (camt().replace("<Ntry>", "<Ntry>" + "<x>" * 50, 1), "line 3", "too deep"),
        (camt().replace("FROM ACME", "x" * 10_001), "line 9", "too long"),
    ],
)
def test_hostile_and_broken_xml_is_refused_with_its_line(text, where, said):
    refused(text, where, said)


def test_an_entry_that_is_not_booked_does_not_count():
    pending = camt().replace("<Sts>BOOK</Sts>", "<Sts><Cd>PDNG</Cd></Sts>", 1).replace("50000.00", "48750.00")
    _, (found,) = read_statements(pending.encode())
    assert len(found.entries) == 3


@given(st.binary(max_size=200), st.sampled_from([b"", b"01,", b"<", b"date,amount,balance\n"]))
def test_any_bytes_are_read_or_refused(content, begin):
    try:
        read_statements(begin + content)
    except BankFileError as fault:
        assert fault.where


@given(st.integers(0, len(BAI2)), st.integers(0, len(CSV)), st.integers(0, len(camt())), st.characters())
def test_a_file_with_a_character_changed_is_read_or_refused(bai2, rows, xml, char):
    for text, at in ((BAI2, bai2), (CSV, rows), (camt(), xml)):
        try:
            read_statements((text[:at] + char + text[at + 1 :]).encode("utf-8", "replace"))
        except BankFileError as fault:
            assert fault.where
