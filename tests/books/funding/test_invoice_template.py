import io

from pypdf import PdfReader

from tpa.infra.pdf import render

LINE = {
    "description": "Administration, EE",
    "why": "40 lives x 32.00",
    "quantity": "40",
    "rate": "32.00",
    "amount": "1,280.00",
}


def data(**changes):
    return {
        "title": "Funding invoice 2025-01",
        "heading": "Funding invoice",
        "administrator": "Harbor Benefit Services",
        "paper": "us-letter",
        "employer": "Alder Works",
        "agreement": "ASO agreement A-1",
        "number": "2025-01",
        "state": "Final",
        "period": "January 2025",
        "due_on": "10 February 2025",
        "currency": "USD",
        "amount_due": "1,280.00",
        "total": "1,280.00",
        "summary": [{"label": "Administration fees", "amount": "1,280.00"}],
        "lines": [LINE],
        "notes": [],
    } | changes


def pages(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_figures_and_reasons_stand_in_the_document():
    (page,) = pages(render("funding_invoice", data()))
    for text in (
        "Alder Works",
        "January 2025",
        "Amount due by 10 February 2025",
        "40 lives x 32.00",
        "1,280.00",
        "Page 1 of 1",
    ):
        assert text in page


def test_markup_in_names_stays_text():
    name = 'Alder #panic("x") <b>&amp;</b> *bold* _it_ $1$ \\ [x] @ref `raw` = head'
    hostile = data(employer=name, lines=[LINE | {"description": name, "why": name}], notes=[name])
    text = "".join(pages(render("funding_invoice", hostile)))
    squeezed = "".join(text.split())
    assert squeezed.count("".join(name.split())) == 5  # heading, line, its reason, note, footer


def test_the_table_head_repeats_and_pages_are_counted():
    found = pages(render("funding_invoice", data(lines=[LINE] * 80)))
    assert len(found) > 2
    for n, page in enumerate(found, start=1):
        assert f"Page {n} of {len(found)}" in page
        assert "Quantity" in page


def test_the_document_is_tagged_and_titled():
    reader = PdfReader(io.BytesIO(render("funding_invoice", data())))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Funding invoice 2025-01"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_the_same_data_give_the_same_bytes():
    assert render("funding_invoice", data()) == render("funding_invoice", data())
