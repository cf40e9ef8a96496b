"""Every list and document, found in the URLconf: strict parameters, pages, a bounded number of statements."""

import pytest

from tests.web.api.book import key_for
from tpa.infra.postgres.statements import count_statements
from tpa.web.api.core.pages import Whole
from tpa.web.api.v1.urls import urlpatterns

LISTS = [
    (str(pattern.pattern), pattern.callback.view_class)
    for pattern in urlpatterns
    if not pattern.pattern.converters and hasattr(pattern.callback.view_class, "get")
]
DOCUMENTS = {
    "bank-proof/": "", "funding-standing/": "", "ledger/trial-balance/": "", "pcori-fee/": "ends_on=2026-09-30",
    "settlements/preview/": "", "statement/": "", "tax-totals/csv/": "year=2026",
}  # fmt: skip
"""One document each, no list -> what it is asked by. Of a settlement the filled book has no funded year."""
PAGED = [path for path, view in LISTS if view.pagination_class is not Whole and path not in DOCUMENTS]
MOST_STATEMENTS = 10
MOST_OF_A_DOCUMENT = 12
"""It brings several books together."""


@pytest.fixture
def call(desk_client, shared_book):
    """GET at the desk with the TPA's key, for the filled employer."""
    headers = {**key_for(None), "HTTP_EMPLOYER": shared_book.ids["emp"]}
    return lambda path: desk_client.get(f"/api/v1/{path}", **headers)


@pytest.mark.parametrize("path", PAGED)
def test_a_page_is_data_with_links_and_few_statements(call, path):
    call(path)
    with count_statements() as sent:
        answer = call(f"{path}?limit=200")
    assert answer.status_code == 200
    assert set(answer.json()) == {"data", "next", "previous"}
    assert sent.count <= MOST_STATEMENTS, "\n".join(sent)


@pytest.mark.parametrize(
    ("path", "asked"), [(path, asked) for path, asked in DOCUMENTS.items() if path != "settlements/preview/"]
)
def test_a_document_comes_in_few_statements(call, path, asked):
    call(f"{path}?{asked}")
    with count_statements() as sent:
        answer = call(f"{path}?{asked}")
    assert answer.status_code == 200
    assert sent.count <= MOST_OF_A_DOCUMENT, "\n".join(sent)


@pytest.mark.parametrize("path", [path for path, _ in LISTS if path not in ("queues/",)])
def test_a_misspelt_parameter_is_refused(call, path):
    answer = call(f"{path}?colour=blue")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/colour")


@pytest.mark.parametrize("path", PAGED)
def test_a_cursor_that_we_did_not_give_is_no_error_of_ours(call, path):
    for cursor in ("!", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "bz0tMQ=="):
        assert call(f"{path}?cursor={cursor}").status_code in (200, 404), cursor


def test_pages_follow_each_other_without_a_gap(call):
    whole = [one["id"] for one in call("members/?limit=200").json()["data"]]
    assert len(whole) == 4
    found, page = [], call("members/?limit=1").json()
    while True:
        found += [one["id"] for one in page["data"]]
        if not page["next"]:
            break
        page = call(page["next"].partition("/api/v1/")[2]).json()
    assert found == whole
