"""An eligibility file comes in: its bytes are kept first, then it is staged and looked at."""

from collections.abc import Iterable

from django.db import transaction

from tenants.scope import desk_scope, employer_scope
from tpa.books.edi import services as edi
from tpa.books.edi.models import InboundFile
from tpa.books.members.models import Load
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.workflows.eligibility_load import stage_file


def receive_eligibility_file(*, employer_id: int, content: bytes, name: str, received_by: str) -> Load:
    """Keep the file of an employer as it came, then stage it with its preview; the books stay as they are.

    Raises DomainError where the file as a whole cannot be read: it is kept, refused, with the reason.
    """
    is_834 = content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA")
    kind = InboundFile.Kind.ENROLMENT if is_834 else InboundFile.Kind.CSV
    file_id = _keep(content, kind, name, received_by, employer_id)
    try:
        with employer_scope(employer_id), transaction.atomic():
            load = stage_file(
                data=content, received_at=clock.now(), received_by=received_by, file_id=file_id, name=name
            )
    except DomainError as refusal:
        issue = {"code": refusal.code, "message": refusal.message, "where": refusal.where, "level": "file"}
        _close(file_id, InboundFile.State.REFUSED, {}, [issue])
        raise
    _close(file_id, InboundFile.State.DONE, {"members": load.preview.get("rows", 0)}, [])
    return load


def _keep(content: bytes, kind: str, name: str, received_by: str, employer_id: int) -> int:
    blocks: Iterable[bytes] = (content,)
    with desk_scope():
        received = edi.receive_file(
            content=blocks,
            # Two employers may send the same bytes: each is a file of its own.
            head=edi.Head(sender_id=f"employer {employer_id}"),
            kind=kind,
            name=name,
            received_at=clock.now(),
            received_by=received_by,
            employer_id=employer_id,
        )
    return received.file.pk


def _close(file_id: int, state: str, counts: dict[str, int], issues: list[dict[str, str]]) -> None:
    with desk_scope():
        edi.close_file(file_id=file_id, state=state, counts=counts, issues=issues, now=clock.now())
