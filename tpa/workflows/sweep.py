"""Finding what a lost message left behind: files not read to their end, employers with claims that wait too long."""

from datetime import timedelta

from django.db import connection
from psycopg import sql

from tenants import directory
from tenants.models import Employer
from tenants.scope import desk_scope
from tpa.books.edi import selectors as edi
from tpa.books.edi.models import InboundFile
from tpa.infra import clock
from tpa.workflows.claim_intake import BUSY_SECONDS
from tpa.workflows.wake_ups import wake

CLAIM_SECONDS = 30
"""A claim that has waited so long has lost its message, or its worker died."""


def sweep_claims() -> tuple[int, int]:
    """Wake workers for what was left behind: (files, employers). Any number of sweeps do no harm."""
    with desk_scope():
        files = edi.unfinished_files(
            kind=InboundFile.Kind.CLAIMS, untouched_since=clock.now() - timedelta(seconds=BUSY_SECONDS)
        )
        for file_id in files:
            wake("read_claims_file", file_id=file_id)
        enrolments = _unfinished_enrolments()
        for employer_id, file_id in enrolments:
            wake("read_enrolment_file", employer_id=employer_id, file_id=file_id)
        employers = _with_waiting_claims(directory.open_employers())
        for employer_id in employers:
            wake("decide_claims", employer_id=employer_id)
        return len(files) + len(enrolments), len(employers)


def _unfinished_enrolments() -> list[tuple[int, int]]:
    """Employer and key of enrolment files that are not read to their end."""
    before = clock.now() - timedelta(seconds=BUSY_SECONDS)
    kinds = (InboundFile.Kind.ENROLMENT, InboundFile.Kind.CSV)
    found = [file_id for kind in kinds for file_id in edi.unfinished_files(kind=kind, untouched_since=before)]
    rows = edi.files().filter(pk__in=found).order_by("pk").values_list("employer_id", "pk")
    return [(employer_id, file_id) for employer_id, file_id in rows if employer_id is not None]


def _with_waiting_claims(employers: list[Employer]) -> list[int]:
    """Those whose list of work has a claim older than CLAIM_SECONDS. One query for all, by the login role."""
    if not employers:
        return []
    parts = [
        sql.SQL("SELECT {id} WHERE EXISTS (SELECT FROM {schema}.claims_work WHERE queued_at < %(before)s)").format(
            id=sql.Literal(employer.pk), schema=sql.Identifier(employer.schema_name)
        )
        for employer in employers
    ]
    with connection.cursor() as cursor:
        query = sql.SQL(" UNION ALL ").join(parts).as_string(None)
        cursor.execute(query, {"before": clock.now() - timedelta(seconds=CLAIM_SECONDS)})
        return [employer_id for (employer_id,) in cursor.fetchall()]
