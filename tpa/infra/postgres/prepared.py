"""What is asked with every claim: statements that the server reads and plans once a connection, and their rows.

Most of the time of a small query goes into its text, on both sides: Django builds it, the server reads and plans it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import DEFERRED

_Model = TypeVar("_Model", bound=models.Model)
_Values = Sequence[Any] | Mapping[str, Any]
Asked = tuple[str, _Values]
"""A statement and its values."""


def prepared(statement: str, values: _Values) -> list[tuple[Any, ...]]:
    """The rows of a statement (none where it returns none), as the bound employer or the desk.

    Values travel beside the statement, so a value whose type does not show from its place needs a cast.
    """
    own = _own()
    own.put(statement, values)
    return cast(list[tuple[Any, ...]], own.answers(1)[0])


def prepared_all(*asked: Asked) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements that need nothing of each other, sent in one message."""
    own = _own()
    for statement, values in asked:
        own.put(statement, values)
    return cast(list[list[tuple[Any, ...]]], own.answers(len(asked)))


def written(statement: str, values: _Values) -> None:
    """A statement whose rows nobody reads: done when this returns, or inside `together` later."""
    own = _own()
    own.put(statement, values)
    if not own.waits:
        own.settle()


@contextmanager
def together() -> Iterator[None]:
    """What is `written` in the block goes in one message with the next statement, or at the block's end.

    A refusal is raised there, too. Who has an answer of his own to it says `settle` where it may come. Outside a
    transaction nothing waits.
    """
    own = _own()
    own.gathering += 1
    try:
        yield
    finally:
        own.gathering -= 1
        if own.gathering == 0:
            own.settle()


def settle() -> None:
    """Send what waits: what the server refuses of it is raised here."""
    _own().settle()


def _own() -> Any:
    return connections[DEFAULT_DB_ALIAS]


def keys_text(keys: Iterable[int]) -> str:
    """Whole numbers as the text of an array, for `%s::bigint[]`: a long list is put together number by number otherwise."""
    return f"{{{','.join(map(str, keys))}}}"


class _Layout(NamedTuple):
    names: list[str]
    columns: list[str]
    read: list[tuple[int, Any]]
    """Place and reader of the fields whose values are not read as they come: JSON."""


@cache
def _layout(model: type[models.Model]) -> _Layout:
    fields = model._meta.concrete_fields
    read = [(at, field.from_db_value) for at, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return _Layout([field.attname for field in fields], [f'"{field.column}"' for field in fields], read)


def columns_of(model: type[models.Model], alias: str) -> str:
    """The columns of the model's table, as `instance` takes them, for the list of a SELECT."""
    return ", ".join(f"{alias}.{column}" for column in _layout(model).columns)


def row_as(model: type[_Model], names: Sequence[str], row: Sequence[Any]) -> _Model:
    """A row as it was written, as the instance that reading it would give; `names` are its columns."""
    told, all_names = dict(zip(names, row, strict=True)), _layout(model).names
    return model.from_db("default", all_names, [told.get(name, DEFERRED) for name in all_names])


def split_row(row: Sequence[Any], *parts: type[models.Model]) -> list[Any]:
    """The instances that a row begins with, in the order of `columns_of` (None where a joined row is missing), and the rest."""
    found: list[Any] = []
    at = 0
    for model in parts:
        layout = _layout(model)
        values = list(row[at : at + len(layout.names)])
        at += len(layout.names)
        if values[0] is None:
            found.append(None)
            continue
        for place, read in layout.read:
            values[place] = read(values[place], None, None)
        found.append(model.from_db("default", layout.names, values))
    return [*found, *row[at:]]
