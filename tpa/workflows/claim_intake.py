"""An 837 on its way into the books: stored first, read, each claim routed to its employer, answered, then decided.

What comes in an interchange for test (ISA15 `T`) is read and answered as any other, and nothing of it is booked.

Killed anywhere and run again, by one worker or by several at once, it ends the same: the bytes are stored before they
are read, a claim is registered once by its file and position, an answer is made once by its file and number.
"""

import io
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings

from tenants.scope import desk_scope
from tpa.books.claims.models import Claim
from tpa.books.edi import selectors
from tpa.books.edi import services as edi
from tpa.books.edi.models import InboundFile
from tpa.infra import clock
from tpa.workflows.claim_intake_forms import MOST_CENTS, days_fit, from_837
from tpa.workflows.claim_patients import Incoming, find_patients
from tpa.workflows.claim_routing import place_claims
from tpa.workflows.payee_addresses import hear_claims
from tpa.workflows.wake_ups import wake
from tpa.x12.claims import Claim837, Party
from tpa.x12.events import GroupEnd, Interchange, InterchangeEnd, SetEnd, SetHeader
from tpa.x12.issues import Issue
from tpa.x12.readers.claim_837 import read_837
from tpa.x12.writers.claim_ack import ClaimAnswer, ClaimReport, claim_answer, write_277ca
from tpa.x12.writers.implementation_ack import write_999
from tpa.x12.writers.interchange import Envelope
from tpa.x12.writers.interchange_ack import write_ta1

BATCH = 1000
"""Claims that are routed and registered at once."""
BUSY_SECONDS = 60
"""A file that nobody has touched for so long has lost its reader."""
_BLOCK = 1 << 16
_CHARGE_INVALID, _DAYS_INVALID, _NOT_CHARGEABLE = "A7:178", "A7:187", "A3:481"
_USES = {
    "RP": "BHT06 is RP: the claims of the set report services and ask for no payment; none was taken in",
    "31": "BHT06 is 31: a Medicaid agency asks its money back; none was taken in, enter them as subrogation",
}
"""What of an 837 asks no payment for its provider."""


def receive_claims_file(*, content: BinaryIO, name: str, received_by: str = "") -> edi.Received:
    """Store an 837 as it came and have it read soon. The same file again gives back the first one. Raises EmptyFile."""
    with desk_scope():
        first = content.read(_BLOCK)
        received = edi.receive_file(
            content=_blocks(first, content),
            head=_head(first),
            kind=InboundFile.Kind.CLAIMS,
            name=name,
            received_at=clock.now(),
            received_by=received_by,
        )
        if received.is_new:
            wake("read_claims_file", file_id=received.file.pk)
        return received


def _blocks(first: bytes, rest: BinaryIO) -> Iterable[bytes]:
    block = first
    while block:
        yield block
        block = rest.read(_BLOCK)


def _head(first: bytes) -> edi.Head:
    event = next(iter(read_837(io.BytesIO(first))), None)
    return head_of(event) if isinstance(event, Interchange) else edi.Head()


def head_of(isa: Interchange) -> edi.Head:
    """What an ISA says of its file."""
    return edi.Head(isa.sender_id, isa.control_number, isa.usage == "T")


def read_claims_file(*, file_id: int, unless_busy: bool = False) -> InboundFile:
    """Read a stored 837 to its end: claims into the books or the intake queue, answers made, employers' work woken.

    A file that was read to its end before is left as it is; with `unless_busy` also one that somebody is reading. Two
    readers at once do no harm but the work twice. Raises NotFoundError.
    """
    with desk_scope():
        file = selectors.file(file_id)
        if unless_busy and file.read_count and clock.now() - file.seen_at < timedelta(seconds=BUSY_SECONDS):
            return file
        if file.state == InboundFile.State.RECEIVED:
            reading = _Reading(file)
            with selectors.content(file) as stream:
                for event in read_837(stream):
                    reading.take(event)
            reading.end()
            file.refresh_from_db()
        return file


def _refusals(came: Claim837) -> tuple[str, ...]:
    """Status codes for what is X12, but no claim that can be decided."""
    found = ((_CHARGE_INVALID, came.charge_cents > MOST_CENTS), (_DAYS_INVALID, not days_fit(from_837(came).claim)))
    return tuple(code for code, wrong in found if wrong)


class _Reading:
    """One run through a file, a batch of claims at a time."""

    def __init__(self, file: InboundFile) -> None:
        self._file = file
        self._read_count = self._refused_count = self._set_count = self._interchange_count = 0
        self._tested_count = self._unplaced_count = 0
        self._accepted = self._is_test = False
        self._refusals: tuple[str, ...] = ()
        """Why no claim of this set is taken in."""
        self._issues: list[dict[str, Any]] = []
        self._batch: list[tuple[str, Claim837]] = []
        self._answers: list[ClaimAnswer] = []
        self._groups: list[GroupEnd] = []

    def take(self, event: object) -> None:
        """The next event of the file."""
        if isinstance(event, Claim837):
            self._take_claim(event)
        elif isinstance(event, Interchange):
            self._is_test = event.usage == "T"
        elif isinstance(event, SetHeader):
            self._begin_set(event)
        elif isinstance(event, SetEnd):
            self._end_set(event)
        elif isinstance(event, GroupEnd):
            self._note(event.issues)
            self._groups.append(event)
        elif isinstance(event, InterchangeEnd):
            self._end_interchange(event)

    def end(self) -> None:
        """The file is read: say what became of it."""
        queued_count = selectors.queued_count(self._file.pk)
        booked_count = self._read_count - self._refused_count - self._tested_count
        tested = {"tested": self._tested_count, "tested_without_member": self._unplaced_count}
        edi.note_progress(file_id=self._file.pk, read_count=self._read_count, now=clock.now())
        edi.close_file(
            file_id=self._file.pk,
            state=InboundFile.State.DONE if self._accepted else InboundFile.State.REFUSED,
            counts={
                "claims": self._read_count,
                "registered": booked_count - queued_count,
                "queued": queued_count,
                "refused": self._refused_count,
                **(tested if self._tested_count else {}),
            },
            issues=self._issues,
            now=clock.now(),
        )

    def _take_claim(self, came: Claim837) -> None:
        self._read_count += 1
        self._note(came.issues)
        refusals = self._refusals or (() if came.refused else _refusals(came))
        if came.refused or refusals:
            self._flush()
            self._refused_count += 1
            self._answers.append(claim_answer(came, refusals=refusals))
            return
        self._batch.append((f"{self._file.pk}-{self._read_count}", came))
        if len(self._batch) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        """Route and register the claims at hand; their answers name our claim numbers. Those for test are tried out."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        incoming = [Incoming(ref, from_837(came)) for ref, came in batch]
        if self._is_test:
            self._tested_count += len(batch)
            self._unplaced_count += sum(1 for one in find_patients(incoming) if one.reason)
            self._answers += [claim_answer(came) for _, came in batch]
            return
        hear_claims((came for _, came in batch), file_id=self._file.pk)
        numbers = place_claims(
            incoming,
            source=Claim.Source.X12,
            file_id=self._file.pk,
            received_at=self._file.received_at,
        )
        self._answers += [claim_answer(came, number=numbers.get(ref, "")) for ref, came in batch]
        edi.note_progress(file_id=self._file.pk, read_count=self._read_count, now=clock.now())

    def _begin_set(self, event: SetHeader) -> None:
        said = _USES.get(event.use)
        self._refusals = (_NOT_CHARGEABLE,) if said else ()
        if said:
            where = f"set {event.control_number}, BHT06"
            self._issues.append({"code": "not_chargeable", "message": said, "where": where, "level": "set"})

    def _end_set(self, event: SetEnd) -> None:
        self._flush()
        self._note(event.issues)
        self._accepted = self._accepted or event.accepted
        answers, self._answers = self._answers, []
        if answers:
            self._set_count += 1
            report = ClaimReport(event.header, answers)
            self._answer("277CA", self._set_count, event.header.group.interchange, lambda to: self._report(report, to))

    def _end_interchange(self, event: InterchangeEnd) -> None:
        self._note(event.issues)
        self._interchange_count += 1
        groups, self._groups = self._groups, []
        isa = event.interchange
        if isa is None:
            return
        if event.issues or isa.answer_wanted:
            self._answer("TA1", self._interchange_count, isa, lambda to: write_ta1(event, to))
        if groups:
            self._answer("999", self._interchange_count, isa, lambda to: write_999(groups, to))

    def _report(self, report: ClaimReport, to: Envelope) -> bytes:
        payer = Party("PR", False, settings.EDI_SENDER_NAME, id_qualifier="PI", id=settings.EDI_SENDER_ID)
        received_on, processed_on = (clock.desk_time(one).date() for one in (self._file.received_at, clock.now()))
        return write_277ca([report], to, payer=payer, received_on=received_on, processed_on=processed_on)

    def _answer(self, kind: str, n: int, isa: Interchange, write: Callable[[Envelope], bytes]) -> None:
        def make(control_number: int) -> bytes:
            return write(
                Envelope(
                    settings.EDI_SENDER_ID,
                    isa.sender_id,
                    clock.desk_time(clock.now()),
                    control_number,
                    receiver_qualifier=isa.sender_qualifier,
                    usage=isa.usage,
                )
            )

        edi.keep_answer(file=self._file, kind=kind, n=n, make=make, now=clock.now())

    def _note(self, issues: Iterable[Issue]) -> None:
        room = edi.MOST_ISSUES - len(self._issues)
        self._issues += [
            {"code": one.code, "message": one.message, "where": one.where, "level": one.level.name.lower()}
            for one in list(issues)[:room]
        ]
