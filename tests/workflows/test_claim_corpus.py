"""Files that others wrote, taken in as a partner's: kept byte for byte, read or refused, every claim in one place."""

import io
import re

import pytest

from tenants.scope import employer_scope
from tests.workflows.claim_stories import open_book
from tests.x12.corpus import corpus_files, needs_corpus
from tpa.books.claims.models import Claim
from tpa.books.edi import selectors as edi
from tpa.books.edi.models import IntakeItem
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_intake import read_claims_file, receive_claims_file
from tpa.workflows.claim_routing import assign_item
from tpa.workflows.proof import verify_books

pytestmark = needs_corpus


@pytest.fixture
def taken_in(db):
    """Every file of the corpus, whatever it is, sent as an 837: its path and what became of it."""
    found = []
    for one in corpus_files():
        with one.path.open("rb") as content:
            received = receive_claims_file(content=content, name=one.path.name)
        found.append((one.path, read_claims_file(file_id=received.file.pk)))
    return found


def test_every_file_is_kept_and_read_or_refused_and_every_claim_is_somewhere(taken_in):
    for path, file in taken_in:
        assert edi.content(file).read() == path.read_bytes()
        assert file.state in ("done", "refused"), path
        counts = file.counts
        tested = counts.get("tested", 0)
        assert counts["claims"] == counts["registered"] + counts["queued"] + counts["refused"] + tested, path
        assert file.is_test or not tested
        assert counts["registered"] == 0
        if file.state == "refused":
            assert counts["claims"] == 0, path
            assert file.issues, path
            assert all(one["code"] and one["where"] for one in file.issues), path
    assert sum(file.counts.get("tested", 0) for _, file in taken_in)


def as_production(content):
    """The file as it comes when its sender is done with testing: P in every ISA15."""
    changed = bytearray(content)
    for isa in re.finditer(rb"ISA[^A-Za-z0-9\s]", content):
        if content[isa.start() + 102 : isa.start() + 103] == b"T":
            changed[isa.start() + 102] = ord("P")
    return bytes(changed)


def test_every_claim_can_be_given_to_a_member_and_is_decided_or_waits_for_a_reason(taken_in, employer):
    (home,) = open_book(employer, count=1)
    for path, file in list(taken_in):
        if file.is_test:
            received = receive_claims_file(content=io.BytesIO(as_production(path.read_bytes())), name=path.name)
            taken_in.append((path, read_claims_file(file_id=received.file.pk)))
    items = list(IntakeItem.objects.all())
    for item in items:
        assign_item(item_id=item.pk, employer_id=employer.pk, member_id=home.member_ids[0], by_id=7)
    counts = decide_waiting(employer_id=employer.pk)
    assert counts.total == len(items) == sum(file.counts["queued"] for _, file in taken_in)
    assert counts.total
    assert counts.parked == 0
    with employer_scope(employer):
        assert Claim.objects.count() == len(items)
    assert verify_books(employer_id=employer.pk).faults == []
