"""Lists of excluded providers: loaded whole from a CSV file, asked for with every claim.

The file is OIG's LEIE as it is published (NPI, EXCLDATE, REINDATE, BUSNAME, LASTNAME, FIRSTNAME; days as 20260131, zeros
for none), or any CSV with the columns npi, tax_id, name, starts_on, ends_before. A row that names neither NPI nor tax id
cannot be recognised on a claim and is left out.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from tpa.books.providers.errors import SanctionFileError
from tpa.books.providers.models import Sanction
from tpa.infra import locks
from tpa.kernel.periods import FOREVER

LISTED = """coalesce((
        SELECT s.list FROM providers_sanction AS s
        WHERE (s.npi <> '' AND s.npi = c.provider_npi OR s.tax_id <> '' AND s.tax_id = c.provider_tax_id)
            AND s.starts_on <= c.service_on AND s.ends_before > c.service_on
            AND s.recorded_at <= coalesce(%(known_at)s, s.recorded_at)
            AND (s.superseded_at IS NULL OR s.superseded_at > %(known_at)s)
        ORDER BY s.list LIMIT 1
    ), '')"""
"""The list on which the provider of a claim `c` stands on its first day of service, as a column; '' for none."""

_NAMES = {
    "npi": ("npi",),
    "tax_id": ("tax_id", "ein", "tin"),
    "starts_on": ("starts_on", "excldate"),
    "ends_before": ("ends_before", "reindate"),
}
_CALLED = ("name", "busname", "lastname", "firstname")


class Listed(NamedTuple):
    """A provider as a file lists it."""

    npi: str
    tax_id: str
    starts_on: date
    ends_before: date
    name: str


class LoadedSanctions(NamedTuple):
    """What a file has changed: listed anew or otherwise, no longer listed; and rows that name no number."""

    listed: int
    delisted: int
    unnumbered: int


@transaction.atomic
def load_sanctions(*, name: str, data: bytes, listed_on: date, at: datetime) -> LoadedSanctions:
    """The whole list as it is on `listed_on`: who is on it no longer is reinstated from that day on.

    Raises SanctionFileError with the row of the first fault; then nothing is stored.
    """
    rows, unnumbered = _read(data)
    locks.lock(f"sanctions {name}")
    held = {_key(one): one for one in Sanction.objects.filter(list=name, superseded_at=None)}
    gone, fresh = [], []
    for key, one in rows.items():
        before = held.get(key)
        if before is None or before.ends_before != one.ends_before:
            fresh.append(one)
            gone += [before.pk] if before is not None else []
    delisted = [one for key, one in held.items() if key not in rows and one.ends_before > listed_on]
    ended = [
        Listed(one.npi, one.tax_id, one.starts_on, listed_on, one.name) for one in delisted if one.starts_on < listed_on
    ]
    Sanction.objects.filter(pk__in=[*gone, *(one.pk for one in delisted)]).update(superseded_at=at)
    Sanction.objects.bulk_create(
        (Sanction(list=name, recorded_at=at, **one._asdict()) for one in [*fresh, *ended]), batch_size=1_000
    )
    return LoadedSanctions(len(fresh), len(delisted), unnumbered)


def _key(one: Sanction | Listed) -> tuple[str, str, date]:
    return one.npi, one.tax_id, one.starts_on


def _read(data: bytes) -> tuple[dict[tuple[str, str, date], Listed], int]:
    """The providers of a file, and how many rows name no number. Of two rows that begin alike the later end holds."""
    found: dict[tuple[str, str, date], Listed] = {}
    unnumbered = 0
    for where, cells in _cells(data):
        npi, tax_id = cells["npi"].strip("0") and cells["npi"], cells["tax_id"].replace("-", "")
        if not npi and not tax_id:
            unnumbered += 1
            continue
        if npi and not (len(npi) == 10 and npi.isascii() and npi.isdigit()):
            raise SanctionFileError(f"{npi[:20]!r} is no NPI.", where=where)
        if len(tax_id) > 12:
            raise SanctionFileError(f"{tax_id[:20]!r} is no tax id.", where=where)
        starts_on, ends_before = _day(cells["starts_on"], where), _day(cells["ends_before"], where) or FOREVER
        if starts_on is None or starts_on >= ends_before:
            raise SanctionFileError("The exclusion needs a first day, before the one on which it ends.", where=where)
        one = Listed(npi, tax_id, starts_on, ends_before, cells["name"][:120])
        known = found.get(_key(one))
        if known is None or known.ends_before < ends_before:
            found[_key(one)] = one
    if not found:
        raise SanctionFileError("The file names no provider by a number.")
    return found, unnumbered


def _cells(data: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows by our own names, "" for a column that is missing."""
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        places = {
            name: next((header.index(one) for one in names if one in header), None) for name, names in _NAMES.items()
        }
        if places["starts_on"] is None or (places["npi"] is None and places["tax_id"] is None):
            raise SanctionFileError("The first row must name the columns.", where="row 1")
        called = [header.index(one) for one in _CALLED if one in header]
        for cells in reader:
            where = f"row {reader.line_num}"
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise SanctionFileError(f"The row has {len(cells)} cells, the header {len(header)}.", where=where)
            told = {name: "" if place is None else cells[place].strip() for name, place in places.items()}
            yield where, told | {"name": " ".join(cells[place].strip() for place in called if cells[place].strip())}
    except csv.Error as fault:
        raise SanctionFileError(f"The file cannot be read: {fault}.", where=f"row {reader.line_num}") from None


def _day(text: str, where: str) -> date | None:
    """A day as 20260131 or 2026-01-31; none where it is empty or zeros."""
    digits = text.replace("-", "")
    if not digits.strip("0"):
        return None
    try:
        if len(digits) == 8 and digits.isascii() and digits.isdigit():
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        pass
    raise SanctionFileError(f"{text[:20]!r} is no day.", where=where)
