"""An employer's enrolment file as a partner or a person sends it: stored as it came, read by a worker, then looked at.

Reading ends with a staged load (or a refusal) and, for an 834, with the answers to its sender; what the load would do
is then applied or rejected by a person, or by `apply_load` from a program. Killed anywhere and run again it ends the
same: load, answers and the file's end are one transaction.
"""

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from tpa.books.edi import selectors
from tpa.books.edi import services as edi
from tpa.books.edi.models import InboundFile
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError
from tpa.workflows.claim_intake import head_of
from tpa.workflows.eligibility_load import is_834, stage_file
from tpa.workflows.eligibility_load_834 import EnrolmentRefusedError
from tpa.workflows.wake_ups import wake
from tpa.x12.events import GroupEnd, Interchange, InterchangeEnd
from tpa.x12.issues import Issue
from tpa.x12.readers.enrolment_834 import read_834
from tpa.x12.writers.implementation_ack import write_999
from tpa.x12.writers.interchange import Envelope
from tpa.x12.writers.interchange_ack import write_ta1

MOST_BYTES = 200 << 20
"""A file is read whole; half a million rows have some 150 MB."""


class TooLargeError(DomainError):
    """The file is larger than enrolment files are."""

    code = "file_too_large"
    status = 413
    remedy = "Send it in parts, as change files."


def receive_enrolment_file(*, content: BinaryIO, name: str, received_by: str = "") -> edi.Received:
    """Store a file of the bound employer, 834 or CSV, and have it read soon. The same file again gives the first one.

    Raises EmptyFile and TooLargeError.
    """
    employer = open_employer()
    data = content.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLargeError(f"The file has more than {MOST_BYTES >> 20} MB.")
    kind = InboundFile.Kind.ENROLMENT if is_834(data) else InboundFile.Kind.CSV
    received = edi.receive_file(
        content=[data],
        head=_head(data) if kind == InboundFile.Kind.ENROLMENT else edi.Head(),
        kind=kind,
        name=name,
        received_at=clock.now(),
        received_by=received_by,
        employer_id=employer.pk,
    )
    if received.is_new:
        wake("read_enrolment_file", employer_id=employer.pk, file_id=received.file.pk)
    return received


def _head(data: bytes) -> edi.Head:
    event = next(iter(read_834(io.BytesIO(data[: 1 << 16]))), None)
    return head_of(event) if isinstance(event, Interchange) else edi.Head()


def read_enrolment_file(*, file_id: int) -> InboundFile:
    """Stage a stored file of the bound employer. One that was read before is left as it is. Raises NotFoundError."""
    open_employer()
    with transaction.atomic():
        file = selectors.file(file_id)
        if file.state != InboundFile.State.RECEIVED:
            return file
        with selectors.content(file) as stream:
            data = stream.read()
        if file.kind == InboundFile.Kind.ENROLMENT:
            _answer(file, data)
        _stage(file, data)
        file.refresh_from_db()
        return file


def _stage(file: InboundFile, data: bytes) -> None:
    """A load, or the reasons why there is none."""
    try:
        load = stage_file(
            data=data, file_id=file.pk, name=file.name, received_at=file.received_at, received_by=file.received_by
        )
    except DomainError as refusal:
        edi.close_file(
            file_id=file.pk, state=InboundFile.State.REFUSED, counts={}, issues=_told(refusal), now=clock.now()
        )
        return
    counts = {name: load.preview[name] for name in ("rows", "errors", "warnings")} | {"load": load.pk}
    problems = [{**one, "level": one["severity"]} for one in load.preview["problems"]]
    edi.close_file(file_id=file.pk, state=InboundFile.State.DONE, counts=counts, issues=problems, now=clock.now())


def _told(refusal: DomainError) -> list[dict[str, Any]]:
    if isinstance(refusal, EnrolmentRefusedError) and refusal.issues:
        return [_issue(one) for one in refusal.issues[: edi.MOST_ISSUES]]
    return [{"code": refusal.code, "message": refusal.message, "where": refusal.where, "level": "error"}]


def _issue(one: Issue) -> dict[str, Any]:
    return {"code": one.code, "message": one.message, "where": one.where, "level": one.level.name.lower()}


def _answer(file: InboundFile, data: bytes) -> None:
    """TA1 where the envelope has faults or one is asked for, and a 999 for the groups of each interchange."""
    groups: list[GroupEnd] = []
    n = 0
    for event in read_834(io.BytesIO(data)):
        if isinstance(event, GroupEnd):
            groups.append(event)
        elif isinstance(event, InterchangeEnd):
            n += 1
            _answer_interchange(file, n, event, groups)
            groups = []


def _answer_interchange(file: InboundFile, n: int, event: InterchangeEnd, groups: Sequence[GroupEnd]) -> None:
    isa = event.interchange
    if isa is None:
        return

    def envelope(control_number: int) -> Envelope:
        return Envelope(
            settings.EDI_SENDER_ID,
            isa.sender_id,
            clock.desk_time(clock.now()),
            control_number,
            receiver_qualifier=isa.sender_qualifier,
            usage=isa.usage,
        )

    if event.issues or isa.answer_wanted:
        edi.keep_answer(
            file=file, kind="TA1", n=n, make=lambda number: write_ta1(event, envelope(number)), now=clock.now()
        )
    if groups:
        edi.keep_answer(
            file=file, kind="999", n=n, make=lambda number: write_999(groups, envelope(number)), now=clock.now()
        )
