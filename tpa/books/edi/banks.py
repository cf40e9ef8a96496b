"""What the TPA shares with banks: their forms of positive pay files, and the marks of ACH files that tell a day's apart."""

from datetime import date, datetime

from django.db.models import QuerySet

from tpa.books.edi.models import AchFile, BankLayout
from tpa.engine.paying.positive_pay import Layout, LayoutError, read_layout, samples
from tpa.infra import locks
from tpa.kernel.errors import ConflictError, DomainError


def load_layout(*, name: str, text: str, loaded_by_id: int | None, now: datetime) -> BankLayout:
    """A bank's layout under a name, in place of one that was loaded under it before. At the desk.

    Raises LayoutError with the place of a fault, DomainError for a name that is none, ConflictError for a sample's.
    """
    read_layout(text)
    if not (name.isascii() and name.replace("_", "").isalnum() and len(name) <= 30):
        raise DomainError("A layout's name has up to 30 letters, digits and underscores.", where="name")
    if name in samples():
        raise ConflictError(f"{name!r} is one of the samples.", remedy="Load it under another name.")
    return BankLayout.objects.create(name=name, text=text, loaded_by_id=loaded_by_id, loaded_at=now)


def loaded_layouts() -> QuerySet[BankLayout]:
    """Layouts as they were loaded, the latest first."""
    return BankLayout.objects.all()


def layout_names() -> list[str]:
    """The samples, then what was loaded."""
    return [*samples(), *sorted({*BankLayout.objects.values_list("name", flat=True)})]


def layout(name: str) -> Layout:
    """The layout of that name: a sample, or the latest that was loaded. Raises LayoutError."""
    if (sample := samples().get(name)) is not None:
        return sample
    loaded = BankLayout.objects.filter(name=name).first()
    if loaded is None:
        raise LayoutError(
            f"There is no layout {name!r}.", where="layout", remedy=f"One of {', '.join(layout_names())}."
        )
    return read_layout(loaded.text)


def note_ach_file(*, destination: str, origin: str, created_on: date, employer_id: int, now: datetime) -> int:
    """How many files went from this originator to this bank on that day before: of all employers together.

    In the caller's transaction, at the desk; whoever writes the next one waits until it ends, so that none is left out.
    """
    told = {"destination": destination, "origin": origin, "created_on": created_on}
    locks.lock(f"ach {destination} {origin} {created_on}")
    nth = AchFile.objects.filter(**told).count()
    AchFile.objects.create(**told, nth=nth, employer_id=employer_id, made_at=now)
    return nth
