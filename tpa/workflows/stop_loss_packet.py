"""A filing's packet as files: the form on paper, its lines, its data, and all in one archive with the explanations of
benefits of every claim and the list of what is missing.
"""

from collections.abc import Callable

from tenants.models import Employer
from tpa.books.claims import selectors as claims
from tpa.books.claims.models import Decision
from tpa.books.stoploss import packet
from tpa.books.stoploss.models import Filing
from tpa.infra.archives import zipped
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of
from tpa.workflows.eobs import eob, eob_paper

EOBS, MISSING = "explanations-of-benefits.pdf", "missing.txt"


def packet_file(*, employer: Employer, filing: Filing, form: str) -> bytes:
    """A packet in one of FORMS; the form, its lines and its data are the same bytes for ever.

    Raises NotFoundError for another form.
    """
    if form not in FORMS:
        raise NotFoundError("There is no such form of a packet.", remedy=f"One of {', '.join(FORMS)}.")
    return FORMS[form](employer, filing)


def missing_text(filing: Filing) -> str:
    """What the carrier asks for and the packet does not hold, a line each; empty where it is complete."""
    absent = [one for one in filing.document["checklist"] if not one["there"]]
    return "".join(f"{one['what']}{': ' if one['note'] else ''}{one['note']}\n" for one in absent)


def _eobs(employer: Employer, filing: Filing) -> bytes | None:
    """The explanations of the filing's decisions on paper, each once in the order of its lines; None where there are none."""
    named = dict.fromkeys(line["decision"] for line in filing.document["lines"] if line["decision"] and line["claim"])
    keys = [key_of(text, "dec", employer.pk) for text in named]
    decisions = (claims.decision(key) for key in keys)
    told = [one.pk for one in decisions if one.outcome != Decision.Outcome.REVERSED]
    explained = [eob(employer=employer, decision_id=key) for key in told]
    return eob_paper(employer=employer, eobs=explained, is_mailed=False) if explained else None


def _archive(employer: Employer, filing: Filing) -> bytes:
    parts = {
        "form.pdf": packet.packet_pdf(filing),
        "lines.csv": packet.packet_csv(filing).encode(),
        "packet.json": packet.packet_json(filing.document),
        EOBS: _eobs(employer, filing),
        MISSING: missing_text(filing).encode(),
    }
    return zipped(((name, content) for name, content in parts.items() if content), made_at=filing.made_at)


FORMS: dict[str, Callable[[Employer, Filing], bytes]] = {
    "json": lambda _, filing: packet.packet_json(filing.document),
    "csv": lambda _, filing: packet.packet_csv(filing).encode(),
    "pdf": lambda _, filing: packet.packet_pdf(filing),
    "zip": _archive,
}
"""Form -> what writes it."""
