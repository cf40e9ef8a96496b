"""From a file to its statements: the format is found by looking at it."""

from __future__ import annotations

from tpa.engine.bank.statement import MOST_BYTES, BankFileError, Format, Statement
from tpa.kernel.folder import exports

_END_OF_FILE = b"\x1a"
"""^Z, which older systems put behind a text."""
FORMATS: dict[str, Format] = exports("tpa.engine.bank.formats", Format)
"""Module name -> format, in the order of the names."""


def read_statements(content: bytes) -> tuple[str, list[Statement]]:
    """(name of the format, the file's statements). Raises BankFileError."""
    if not content.strip():
        raise BankFileError("The file is empty.", where="line 1")
    if len(content) > MOST_BYTES:
        raise BankFileError(f"The file is larger than {MOST_BYTES // 2**20} MB.", where="line 1")
    if content.rstrip().endswith(_END_OF_FILE):
        content = content.rstrip().rstrip(_END_OF_FILE)
    begin = content[:4096].lstrip(b"\xef\xbb\xbf").lstrip()
    for known in FORMATS.values():
        if known.recognises(begin):
            statements = known.read(content)
            if not statements:
                raise BankFileError("The file holds no statement.", where="line 1")
            return known.name, statements
    raise BankFileError(
        f"The file is none of {', '.join(known.name for known in FORMATS.values())}.",
        where="line 1",
        remedy="A CSV file begins with its column names: date, amount (or debit and credit), balance.",
    )
