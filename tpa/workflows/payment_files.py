"""The files of a run: remittances, transfers, checks for the bank. Written with the release, hashed, asked again at sending."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction

from tenants.models import Employer
from tenants.scope import desk_scope
from tpa.books.edi import banks
from tpa.books.payments import selectors as payments
from tpa.books.payments import services
from tpa.books.payments.models import PayingTerms, Payment, PaymentFile, PaymentRun, Prenote
from tpa.books.providers import payee_accounts
from tpa.engine.paying import states
from tpa.engine.paying.nacha import Originator, Transfer, write_ach
from tpa.engine.paying.planning import PROVIDER
from tpa.engine.paying.positive_pay import Check, write_checks
from tpa.engine.statute.business_days import add_business_days, is_us_banking_day
from tpa.infra import clock, locks
from tpa.infra.archives import zipped
from tpa.infra.employers import open_employer
from tpa.infra.secret_text import unseal
from tpa.infra.sequences import next_ids
from tpa.kernel.errors import ConflictError, NotFoundError, must
from tpa.workflows.check_sheets import sheet_of
from tpa.workflows.remittances import remittances
from tpa.x12.remittance import PaidBy
from tpa.x12.writers.interchange import Envelope
from tpa.x12.writers.remittance_835 import trace, write_835

_ENDS: dict[str, str] = {
    PaymentFile.Kind.REMITTANCE: "835", PaymentFile.Kind.TRANSFERS: "ach", PaymentFile.Kind.PRENOTES: "ach",
    PaymentFile.Kind.PAPER: "json",
}  # fmt: skip
PRENOTE_WAITS_DAYS = 3
"""Banking days in which the receiving bank may send a prenote back (Nacha Operating Rules 2.6.2)."""


class AlteredFileError(ConflictError):
    """A file's bytes are no longer those that were released."""

    code = "payment_file_altered"
    remedy = "Send nothing, and find out who has changed it."


def write_files(run: PaymentRun) -> None:
    """One 835 a provider's payment, one file of all transfers, two of all checks; none where another party issues.

    Of the checks one is for the bank, one for the printer.

    In the caller's transaction. Raises UnbalancedError: then nothing of the run is released.
    """
    employer = open_employer()
    issued = list(run.payments.select_related("terms").order_by("id"))
    terms = next((one.terms for one in issued if one.terms is not None), None)
    if terms is None:
        return
    today = clock.today(employer.time_zone)
    files = _remittance_files(employer, run, issued, today)
    transfers = [one for one in issued if one.method == states.ACH]
    if transfers:
        files.append(_file(PaymentFile.Kind.TRANSFERS, run, _ach(employer, transfers, terms), transfers))
    checks = [one for one in issued if one.method == states.CHECK]
    if checks:
        files.append(_file(PaymentFile.Kind.CHECKS, run, _checks(checks, terms), checks))
        files.append(_file(PaymentFile.Kind.PAPER, run, sheet_of(employer, checks, terms), checks))
    PaymentFile.objects.bulk_create(files)


def _remittance_files(employer: Employer, run: PaymentRun, issued: Sequence[Payment], today: date) -> list[PaymentFile]:
    told = [one for one in issued if one.payee == Payment.Payee.PROVIDER and one.method != states.ADVICE]
    services.tell_refunds(told)
    keys = next_ids(PaymentFile, len(told))
    files = []
    for key, payment, remittance in zip(keys, told, remittances(employer, told, today), strict=True):
        receiver = (payment.payee_npi or payment.payee_tax_id)[:15] or "UNKNOWN"
        envelope = Envelope(settings.EDI_SENDER_ID, receiver, clock.now(), key % 10**9 or 1)
        files.append(_file(PaymentFile.Kind.REMITTANCE, run, write_835([remittance], envelope), [payment], key))
    return files


def _ach(employer: Employer, transfers: Sequence[Payment], terms: PayingTerms) -> bytes:
    accounts = payee_accounts.by_key([one.account_id for one in transfers if one.account_id])
    entries = []
    for one in transfers:
        account = accounts.get(one.account_id or 0)
        must(account is not None and one.issued_on is not None, f"transfer {one.pk} goes to no account")
        assert account is not None and one.issued_on is not None
        is_provider = one.payee == Payment.Payee.PROVIDER
        by = PaidBy("ACH", one.number, one.issued_on, terms.company_id)
        entries.append(
            Transfer(
                "CCD" if is_provider else "PPD", account.routing_number, unseal(account.account_sealed),
                account.kind == "savings", one.amount_cents, one.payee_name or account.holder,
                one.payee_tax_id if is_provider else str(one.family_id), one.number,
                f"{trace(by)}\\" if is_provider else "",
            )
        )  # fmt: skip
    return _nacha(employer, entries, terms)


def _nacha(employer: Employer, entries: Sequence[Transfer], terms: PayingTerms) -> bytes:
    originator = Originator(terms.company_id, employer.name, terms.bank_name, terms.routing_number)
    settles_on, now = add_business_days(clock.today(employer.time_zone), 1, is_us_banking_day), clock.now()
    with desk_scope():
        nth = banks.note_ach_file(
            destination=terms.routing_number, origin=terms.company_id, created_on=now.date(), employer_id=employer.pk,
            now=now,
        )  # fmt: skip
    return write_ach(entries, originator, written_at=now, settles_on=settles_on, nth=nth)


def _checks(issued: Sequence[Payment], terms: PayingTerms) -> bytes:
    account = unseal(terms.account_sealed)
    checks = [
        Check(
            account, one.number, one.amount_cents, one.issued_on, one.payee_name, one.state in states.STOPPED,
            terms.routing_number,
        )
        for one in issued
        if one.issued_on is not None
    ]  # fmt: skip
    return write_checks(checks, banks.layout(terms.layout), made_on=clock.today(open_employer().time_zone))


def _file(
    kind: str, run: PaymentRun | None, content: bytes, issued: Sequence[Payment], key: int | None = None
) -> PaymentFile:
    day = clock.now()
    key = key or next_ids(PaymentFile, 1)[0]
    return PaymentFile(
        pk=key,
        kind=kind,
        run=run,
        name=f"{day:%Y%m%d}-{key}-{kind}.{_ENDS.get(kind, 'txt')}",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        total_cents=sum(one.amount_cents for one in issued),
        payment_ids=[one.pk for one in issued],
        made_at=day,
    )


def write_change_files(*, stopped: Payment, new: Payment | None = None) -> None:
    """What the bank is told where a payment is stopped or issued anew: the checks, and a transfer that takes its place."""
    employer = open_employer()
    both = [one for one in (stopped, new) if one is not None and one.terms is not None]
    checks = [one for one in both if one.method == states.CHECK]
    if checks and checks[0].terms is not None:
        _file(PaymentFile.Kind.CHECKS, None, _checks(checks, checks[0].terms), checks).save(force_insert=True)
    if new is not None and new.method == states.CHECK and new.terms is not None:
        _file(PaymentFile.Kind.PAPER, None, sheet_of(employer, [new], new.terms), [new]).save(force_insert=True)
    if new is not None and new.method == states.ACH and new.terms is not None:
        content = _ach(employer, [new], new.terms)
        _file(PaymentFile.Kind.TRANSFERS, None, content, [new]).save(force_insert=True)


def write_stops(given_up: Sequence[Payment]) -> None:
    """The bank is told not to pay checks that were given up: one file an account."""
    by_terms: dict[int, list[Payment]] = {}
    for one in given_up:
        by_terms.setdefault(one.terms_id or 0, []).append(one)
    for checks in by_terms.values():
        if checks[0].terms is not None:
            _file(PaymentFile.Kind.CHECKS, None, _checks(checks, checks[0].terms), checks).save(force_insert=True)


@transaction.atomic
def write_prenotes() -> PaymentFile | None:
    """A file of transfers of nothing that try new accounts; None where there is none, or another party issues the money.

    They are of members, and of providers whom this employer owes or has paid. Once the file is sent the banks have some
    days to send one back; then money goes to the accounts that none came back of.
    """
    employer = open_employer()
    locks.lock("payment_run")
    terms = payments.terms()
    if terms is None:
        return None
    tried = set(Prenote.objects.values_list("account_id", flat=True))
    accounts = [one for one in payee_accounts.to_prenote(payments.paid_tax_ids()) if one.pk not in tried]
    if not accounts:
        return None
    # Numbered with the payments: what comes back names one of them or one of these, never both.
    traces = [f"{terms.routing_number[:8]}{key % 10**7:07d}" for key in next_ids(Payment, len(accounts))]
    entries = [
        Transfer(
            "CCD" if one.payee == PROVIDER else "PPD", one.routing_number, unseal(one.account_sealed),
            one.kind == "savings", 0, one.holder, one.tax_id or str(one.family_id), number,
        )
        for one, number in zip(accounts, traces, strict=True)
    ]  # fmt: skip
    file = _file(PaymentFile.Kind.PRENOTES, None, _nacha(employer, entries, terms), [])
    file.save(force_insert=True)
    Prenote.objects.bulk_create(
        Prenote(file=file, account_id=one.pk, trace=number) for one, number in zip(accounts, traces, strict=True)
    )
    return file


def require_unaltered(file: PaymentFile) -> None:
    """Raise AlteredFileError unless the file's bytes are those whose hash was kept at release."""
    if hashlib.sha256(bytes(file.content)).hexdigest() != file.sha256:
        raise AlteredFileError(f"{file.name} was altered after its release.")


@transaction.atomic
def send_file(*, file_id: int, person_id: int | None) -> PaymentFile:
    """The file as it was released, to be handed on; when that first happened is noted. Raises NotFoundError.

    AlteredFileError where its bytes are not those whose hash was kept, ConflictError for checks that are to be printed:
    nothing is handed on.
    """
    open_employer()
    file = PaymentFile.objects.select_for_update().filter(pk=file_id).first()
    if file is None:
        raise NotFoundError("There is no such file.")
    if file.kind == PaymentFile.Kind.PAPER:
        raise ConflictError(
            "Checks are printed, not sent.", remedy="Print the run: as PDF, or as a list for print and mail."
        )
    _note_sent(file, person_id)
    return file


@transaction.atomic
def send_run(*, run_id: int, person_id: int | None) -> bytes:
    """All files of a run in one ZIP, to be handed on as `send_file` does with each; checks are printed apart.

    Raises NotFoundError where there are none. AlteredFileError where one is no longer what was released: none is handed
    on then.
    """
    open_employer()
    of_run = PaymentFile.objects.select_for_update().filter(run_id=run_id).exclude(kind=PaymentFile.Kind.PAPER)
    files = list(of_run.order_by("id"))
    if not files:
        raise NotFoundError("This run has no files to be sent.")
    for file in files:
        _note_sent(file, person_id)
    return zipped(((file.name, bytes(file.content)) for file in files), made_at=files[0].made_at)


def _note_sent(file: PaymentFile, person_id: int | None) -> None:
    require_unaltered(file)
    if file.sent_at is None:
        file.sent_at, file.sent_by_id = clock.now(), person_id
        file.save(update_fields=["sent_at", "sent_by_id"])
        if file.kind == PaymentFile.Kind.PRENOTES:
            _begin_to_wait(file, clock.today(open_employer().time_zone))


def _begin_to_wait(file: PaymentFile, today: date) -> None:
    ids = list(file.prenotes.values_list("account_id", flat=True))
    usable_on = add_business_days(today, PRENOTE_WAITS_DAYS, is_us_banking_day)
    with desk_scope():
        payee_accounts.note_prenotes(account_ids=ids, sent_on=today, usable_on=usable_on)
