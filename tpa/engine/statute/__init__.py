"""Numbers that the law sets, by date, each with its source: `statute("us/hdhp").on(day)`."""

from tpa.engine.statute.dated import (
    MissingValueError,
    Statute,
    Value,
    parse_statute,
    statute,
)

__all__ = ["MissingValueError", "Statute", "Value", "parse_statute", "statute"]
