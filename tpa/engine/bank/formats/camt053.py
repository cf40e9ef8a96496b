"""camt.053 of ISO 20022: bank to customer statement, in XML, in the versions 02 to 13.

Read as a stream of elements by their local names. A document type is refused, and with it every entity: nothing is fetched,
nothing is expanded. An envelope around the document, with its header, is passed over. Of an entry that is booked its
amount, its sign and its references count; a reversal has the sign of its own direction (CdtDbtInd) already. Checks that
one entry books together are entries of their own where the file gives each one's number and amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.parsers import expat

from tpa.engine.bank.statement import MOST_ENTRIES, BankFileError, Entry, Format, Kind, Statement, entry, statement
from tpa.kernel.errors import DomainError
from tpa.kernel.money import parse_amount

_MOST_DEPTH = 40
_MOST_TEXT = 10_000
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d\Z", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?\Z", re.ASCII)
_ENVELOPES = frozenset({"BizMsgEnvlp", "BusMsgEnvlp", "RequestPayload", "DataPDU", "Envelope", "Message"})
_STATEMENT = ("Document", "BkToCstmrStmt", "Stmt")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_KINDS = {"CCHQ": Kind.CHECK, "RCHQ": Kind.CHECK, "ICHQ": Kind.CHECK, "CNTR": Kind.DEPOSIT, "CDPT": Kind.DEPOSIT}
_ACH = ("ACH", "NACHA", "DIRECT DEP")


@dataclass(slots=True)
class _Node:
    """An element whose inside is kept: name, attributes, text, children, and the line that it begins on."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    def at(self, *names: str) -> _Node | None:
        """The first element down a path."""
        node: _Node | None = self
        for name in names:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def all(self, *names: str) -> list[_Node]:
        """Every element down a path."""
        found = [self]
        for name in names:
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def word(self, *names: str) -> str:
        """The text down a path, or nothing."""
        node = self.at(*names)
        return node.text.strip() if node else ""


def _recognises(begin: bytes) -> bool:
    return begin.startswith((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<"))


def read(content: bytes) -> list[Statement]:
    """A statement each `Stmt`. Raises BankFileError with the line."""
    reader = _Reader()
    reader.parse(content)
    return [_statement(node, number) for number, node in enumerate(reader.statements, 1)]


class _Reader:
    """Keeps the elements inside each `Stmt`, and refuses what no bank writes."""

    def __init__(self) -> None:
        self.statements: list[_Node] = []
        self._path: list[str] = []
        self._open: list[_Node] = []
        self._entries = self._around = 0
        """How many elements of an envelope are open around this place."""
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype

    def parse(self, content: bytes) -> None:
        """The whole file."""
        try:
            self._parser.Parse(content, True)
        except (LookupError, ValueError):
            raise BankFileError("The XML is in an encoding that is not known.", where="line 1") from None
        except expat.ExpatError as fault:
            raise BankFileError(
                f"The XML cannot be read: {expat.ErrorString(fault.code)}.", where=f"line {fault.lineno}"
            ) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("|")
        if not self._path and (local != "Document" or not _SPACE.match(space)):
            if local == "Document" or not (self._around or local in _ENVELOPES):
                raise self._fault("This is no camt.053 document.")
            self._around += 1
            return
        self._path.append(local)
        if len(self._path) > _MOST_DEPTH:
            raise self._fault("Elements are nested too deep.")
        if self._open or tuple(self._path) == _STATEMENT:
            node = _Node(local, self._parser.CurrentLineNumber, attributes)
            if self._open:
                self._open[-1].children.append(node)
            else:
                self.statements.append(node)
            self._open.append(node)
            self._entries += local == "Ntry"
            if self._entries > MOST_ENTRIES:
                raise self._fault(f"More than {MOST_ENTRIES} entries.")

    def _end(self, _: str) -> None:
        if not self._path:
            self._around -= 1
            return
        self._path.pop()
        if self._open:
            self._open.pop()

    def _characters(self, text: str) -> None:
        if self._open:
            node = self._open[-1]
            node.text += text
            if len(node.text) > _MOST_TEXT:
                raise self._fault(f"The text of {node.name} is too long.")

    def _doctype(self, *_: object) -> None:
        raise self._fault("A document type is not allowed here.")

    def _fault(self, said: str) -> BankFileError:
        return BankFileError(said, where=f"line {self._parser.CurrentLineNumber}")


def _statement(node: _Node, number: int) -> Statement:
    account = node.word("Acct", "Id", "IBAN") or node.word("Acct", "Id", "Othr", "Id")
    opening, first = _balance(node, _OPENING, "opening")
    closing, last = _balance(node, _CLOSING, "closing")
    amount = node.at("Bal", "Amt")
    currency = amount.attributes.get("Ccy", "") if amount else ""
    entries = [found for one in node.all("Ntry") for found in _entries(one, currency)]
    where = f"line {node.line}, Stmt {number}"
    return statement(account, currency, (opening, closing), (first, last), entries, where=where)


def _balance(node: _Node, codes: tuple[str, ...], name: str) -> tuple[int, date]:
    """(cents, day) of the first balance of one of the codes, in the order of the codes."""
    for code in codes:
        for one in node.all("Bal"):
            if one.word("Tp", "CdOrPrtry", "Cd") == code:
                return _cents(one) * _sign(one), _day(one, "Dt")
    raise BankFileError(f"The statement has no {name} balance ({codes[0]}).", where=f"line {node.line}")


def _entries(node: _Node, currency: str) -> Iterator[Entry]:
    """The entry, or the checks that it books together; none for one that is announced and not booked."""
    status = node.word("Sts", "Cd") or node.word("Sts")
    if status not in ("BOOK", ""):
        return
    whole = _entry(node, currency)
    checks = [(one.word("Refs", "ChqNb"), _own_cents(one)) for one in node.all("NtryDtls", "TxDtls")]
    come_to = sum(cents for _, cents in checks)
    if len(checks) < 2 or not all(number and cents for number, cents in checks) or come_to != abs(whole.cents):
        yield whole
        return
    for number, cents in checks:
        own = cents if whole.cents > 0 else -cents
        yield entry(whole.posted_on, own, Kind.CHECK, check_number=number, reference=whole.reference, text=whole.text)


def _own_cents(detail: _Node) -> int:
    """What one transaction of an entry comes to; 0 where the file does not say."""
    place = next((one for one in (detail, detail.at("AmtDtls", "TxAmt")) if one and one.at("Amt")), None)
    return _cents(place) if place else 0


def _entry(node: _Node, currency: str) -> Entry:
    amount = node.at("Amt")
    if amount is not None and amount.attributes.get("Ccy", currency) != currency:
        raise BankFileError("An entry in another currency than the balance.", where=f"line {node.line}")
    cents = _cents(node) * _sign(node)
    details = node.all("NtryDtls", "TxDtls")
    refs = [one for detail in details for one in detail.all("Refs")]
    number = next((ref.word("ChqNb") for ref in refs if ref.word("ChqNb")), "")
    text = " ".join(
        [node.word("AddtlNtryInf"), *(one.text for detail in details for one in detail.all("RmtInf", "Ustrd"))]
    )
    return entry(
        _day(node, "BookgDt" if node.at("BookgDt") else "ValDt"),
        cents,
        _kind(node, number, text),
        check_number=number,
        reference=_reference(node, refs),
        text=text,
    )


def _reference(node: _Node, refs: list[_Node]) -> str:
    """What the payer or the batch gave: the message of a batch, one end-to-end id, the entry's own, the bank's."""
    batch = node.word("NtryDtls", "Btch", "MsgId")
    given = [ref.word("EndToEndId") for ref in refs if ref.word("EndToEndId") not in ("", "NOTPROVIDED")]
    one = given[0] if len(given) == 1 else ""
    return batch or one or node.word("NtryRef") or node.word("AcctSvcrRef")


def _kind(node: _Node, number: str, text: str) -> Kind:
    if number:
        return Kind.CHECK
    family = node.word("BkTxCd", "Domn", "Fmly", "Cd")
    sub = node.word("BkTxCd", "Domn", "Fmly", "SubFmlyCd")
    proprietary = node.word("BkTxCd", "Prtry", "Cd").upper()
    for code in (family, sub):
        if code in _KINDS:
            return _KINDS[code]
    if any(word in f"{proprietary} {text.upper()}" for word in _ACH):
        return Kind.ACH
    if family in ("RCDT", "ICDT"):
        return Kind.ACH if sub in ("ESCT", "SALA", "DMCT") else Kind.WIRE
    return Kind.ACH if family in ("RDDT", "IDDT") else Kind.OTHER


def _cents(node: _Node) -> int:
    found = node.at("Amt")
    text = found.text.strip() if found else ""
    try:
        cents = int(parse_amount(text))
    except DomainError:
        cents = -1
    if cents < 0:
        line = found.line if found else node.line
        raise BankFileError(f"{text[:40]!r} is no amount.", where=f"line {line}, Amt")
    return cents


def _sign(node: _Node) -> int:
    said = node.word("CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise BankFileError("CRDT or DBIT is wanted.", where=f"line {node.line}, CdtDbtInd")
    return 1 if said == "CRDT" else -1


def _day(node: _Node, name: str) -> date:
    text = node.word(name, "Dt") or node.word(name, "DtTm")
    match = _DAY.match(text)
    try:
        if match:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    raise BankFileError(f"{text[:40]!r} is no date.", where=f"line {node.line}, {name}")


FORMAT = Format("camt.053", _recognises, read)
