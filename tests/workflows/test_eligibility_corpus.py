"""834 files that others wrote: each is staged with its rows and what is wrong with them, or refused with a place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenants.scope import desk_scope
from tpa.books.agreements.models import GroupNumber
from tpa.books.plans.models import Plan
from tpa.kernel.errors import DomainError
from tpa.workflows.eligibility_load import stage_file
from tpa.workflows.eligibility_load_834 import read_enrolment
from tpa.workflows.group_numbers import add_group_number

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "x12-834"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus is not at {CORPUS}")

SET = "enrolment_834"
FOUND = {
    "hccinfhir__sample_834_01.txt": (SET, "segment 69 (SE01), byte 1735"),
    "hccinfhir__sample_834_02.txt": (SET, "segment 20 (DMG02), byte 701"),
    "hccinfhir__sample_834_03.txt": (SET, "segment 23 (DMG02), byte 769"),
    "hccinfhir__sample_834_04.txt": (SET, "segment 23 (DMG02), byte 774"),
    "lfh__add-subscriber-coverage.834": ("change", 1, 0, {"birth_missing": 1}),
    "lfh__change-subscriber-information.834": ("change", 1, 0, {"member_unknown": 1}),
    "lfh__demo.834": ("change", 2, 1, {}),
    "lfh__enroll-employee-managed-care.834": ("change", 1, 1, {}),
    "lfh__reinstate-employee-coverage-level.834": ("change", 1, 0, {"member_unknown": 1}),
    "lfh__reinstate-member-eligiblity-ins.834": ("change", 1, 0, {"member_unknown": 1}),
    # Its dependents carry numbers of their own in REF*0F, where the guide wants the subscriber's.
    "pyx12__834_deident_family.txt": ("change", 3, 1, {"subscriber_unknown": 2}),
    "pyx12__834_deident_new_enroll.txt": ("change", 1, 1, {}),
    "pyx12__834_deident_term.txt": ("change", 2, 0, {"member_unknown": 2}),
    # Version 004010.
    "pyx12__834_lui_id.source.txt": (SET, "segment 3 (ST), byte 164"),
    "pyx12__834_lui_id_5010.source.txt": ("full", 1, 0, {"plan_unknown": 1}),
    "pyx12__example834_5010.txt": (SET, "segment 8 (INS06-1), byte 317"),
    "pyx12__multiple_st_loops.txt": ("full", 4, 0, {"plan_unknown": 4}),
    "tigershark__834-example.txt": (SET, "segment 8 (INS06-1), byte 313"),
}
"""Refused: code and first place. Staged: scope, rows, members that would be added, codes of problems."""


def its_own(employer, path):
    """The file is this employer's: it has the group numbers that the file names."""
    try:
        named = {row.group_number for row in read_enrolment(path.read_bytes()).rows} - {""}
    except DomainError:
        return
    with desk_scope():
        GroupNumber.objects.filter(employer=employer).delete()
        for number in sorted(named):
            add_group_number(employer_id=employer.pk, number=number)


def outcome(path):
    try:
        load = stage_file(data=path.read_bytes(), received_at=NOW, received_by="corpus")
    except DomainError as refusal:
        assert refusal.where
        return refusal.code, refusal.where
    return load.scope, load.preview["rows"], load.preview["members_added"], load.preview["codes"]


def test_every_file_of_the_corpus_is_staged_or_refused_with_its_place(in_employer):
    for code, line in (("PPO", "medical"), ("DEN", "dental"), ("VIS", "vision")):
        Plan.objects.create(code=code, name=code, line=line, created_at=NOW)
    found = {}
    for path in sorted(CORPUS.iterdir()):
        if path.suffix in (".txt", ".834"):
            its_own(in_employer, path)
            found[path.name] = outcome(path)
    assert found == FOUND
