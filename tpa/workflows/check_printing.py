"""Checks on paper: as PDF, or as a list for who prints and mails them. Once; whatever is printed again is a copy.

A check is printed when it was issued, so after its run was released; one that was voided, replaced or given up is left
out, and of one that is in the mail, cleared or stale there are copies alone. Each printing is an event of the payment: who,
when, and whether it was the original. A check that is spoiled in the printer is voided or issued anew, under another number.

    PDF     a US letter page a check: the check in the upper part, its stub below, more pages where the claims are many;
            originals as long as there are any, 500 in a print, then copies
    CSV     a row a check, then a row for each line of its stub; names and amounts as they are to be printed
"""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from django.db import transaction

from tpa.books.payments import selectors, services
from tpa.books.payments.errors import RunStateError
from tpa.books.payments.models import Payment, PaymentEvent, PaymentFile
from tpa.engine.paying import states
from tpa.engine.paying.check import in_words, magnetic_line
from tpa.infra import clock, locks, pdf
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError
from tpa.kernel.money import format_amount
from tpa.workflows.payment_files import require_unaltered

Form = Literal["pdf", "csv"]
PRINTED = "printed"
MOST_A_PRINT = 500
"""Checks of one PDF: it is made while somebody waits for it. The next print goes on."""
COLUMNS = (
    "record", "number", "date", "payee", "address_1", "address_2", "city", "region", "postal_code", "country", "amount",
    "amount_in_words", "memo", "magnetic_line", "claim", "patient", "patient_account", "service_on", "charge", "paid",
)  # fmt: skip


class Printed(NamedTuple):
    """A print: its bytes, how many checks are in it, and whether they are copies."""

    name: str
    content: bytes
    checks_count: int
    is_copy: bool


@transaction.atomic
def print_run(*, run_id: int, form: Form, person_id: int | None) -> Printed:
    """The checks of a released run. Raises NotFoundError, RunStateError before its release, ConflictError for nothing left."""
    run = selectors.run(run_id)
    if run.state != run.State.RELEASED:
        raise RunStateError(f"The run is {run.state}.", remedy="Checks are printed once their run is released.")
    return _print(PaymentFile.objects.filter(run=run), None, form, person_id)


@transaction.atomic
def print_payment(*, payment_id: int, form: Form, person_id: int | None) -> Printed:
    """One check. Raises NotFoundError, RunStateError where it is no check or not issued, ConflictError where it is void."""
    payment = selectors.payment(payment_id)
    if payment.method != states.CHECK or payment.issued_on is None:
        raise RunStateError(f"The payment is {payment.state} ({payment.get_method_display().lower()}).")
    return _print(PaymentFile.objects.filter(payment_ids__contains=[payment_id]), payment_id, form, person_id)


def _print(files: Any, only: int | None, form: Form, person_id: int | None) -> Printed:
    """Under the lock of the run nothing is voided meanwhile, and of two persons who print the second one prints copies."""
    employer = open_employer()
    locks.lock("payment_run")
    file = files.filter(kind=PaymentFile.Kind.PAPER).select_for_update().first()
    if file is None:
        raise ConflictError("There is no check to print.", remedy="What was issued by transfer or advice has no paper.")
    require_unaltered(file)
    sheet = json.loads(bytes(file.content))
    wanted = [only] if only else file.payment_ids
    state = dict(Payment.objects.filter(pk__in=wanted).values_list("pk", "state"))
    printed = PaymentEvent.objects.filter(payment_id__in=wanted, kind=PRINTED).values_list("payment_id", flat=True)
    spent = {key for key, now in state.items() if now != "issued"} | set(printed)
    left = [one for one in sheet["checks"] if state.get(one["payment_id"], "void") not in states.STOPPED]
    fresh = [one for one in left if one["payment_id"] not in spent]
    chosen = fresh if form == "csv" else (fresh or left)[:MOST_A_PRINT]
    if not chosen:
        said = "Nothing is left to print: these checks are void, or were printed or mailed before."
        raise ConflictError(said, remedy="Copies are printed as PDF; a spoiled check is issued anew.")
    content = _csv(sheet, chosen) if form == "csv" else _paper(sheet, chosen, is_copy=not fresh)
    what, how = "original" if fresh else "copy", "list for print and mail" if form == "csv" else "PDF"
    now = clock.now()
    services.add_events(
        payment_ids=[one["payment_id"] for one in chosen], kind=PRINTED, on=clock.today(employer.time_zone), now=now,
        by_id=person_id, note=f"{what}, {how} {hashlib.sha256(content).hexdigest()[:16]}",
    )  # fmt: skip
    if file.sent_at is None:
        file.sent_at, file.sent_by_id = now, person_id
        file.save(update_fields=["sent_at", "sent_by_id"])
    name = f"checks-{chosen[0]['number']}-{chosen[-1]['number']}.{form}"
    return Printed(name, content, len(chosen), not fresh)


def _paper(sheet: dict[str, Any], checks: Sequence[dict[str, Any]], *, is_copy: bool) -> bytes:
    shown = [_shown(one) | {"is_copy": is_copy} for one in checks]
    head = {name: sheet[name] for name in ("payer", "void_after_days", "currency")}
    bank = {name: sheet["bank"][name] for name in ("name", "fraction")}
    return pdf.render("checks", head | {"title": "Checks", "bank": bank, "checks": shown})


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    """Amounts and the day as text: the template computes nothing."""
    day = date.fromisoformat(one["on"])
    claims = [
        row | {"charge": _figures(row["charge_cents"]), "paid": _figures(row["paid_cents"])} for row in one["claims"]
    ]
    others = [row | {"amount": _figures(row["cents"])} for row in one["others"]]
    return one | {
        "day": f"{day:%B} {day.day}, {day.year}",
        "amount": _figures(one["cents"]),
        "words": in_words(one["cents"]),
        "claims": claims,
        "others": others,
    }


def _figures(cents: int) -> str:
    """`9,999,999.99`: with the commas that checks have."""
    whole, _, rest = format_amount(abs(cents)).partition(".")
    return f"{'-' if cents < 0 else ''}{int(whole):,}.{rest}"


def _csv(sheet: dict[str, Any], checks: Sequence[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    bank = sheet["bank"]
    for one in checks:
        where = one["address"]
        street = [where[name] for name in ("line_1", "line_2", "city", "region", "postal_code", "country")]
        line = magnetic_line(one["number"], bank["routing"], bank["account"])
        head = [one["number"], one["on"], one["payee"], *street, format_amount(one["cents"]), in_words(one["cents"])]
        rows.writerow(["check", *head, one["memo"], line, *[""] * 6])
        for row in one["claims"]:
            money = [format_amount(row["charge_cents"]), format_amount(row["paid_cents"])]
            about = [row["claim"], row["patient"], row["account"], row["service_on"]]
            rows.writerow(["line", one["number"], *[""] * 12, *about, *money])
        for row in one["others"]:
            rows.writerow(["line", one["number"], *[""] * 12, row["what"], "", "", "", "", format_amount(row["cents"])])
    return text.getvalue().encode()
