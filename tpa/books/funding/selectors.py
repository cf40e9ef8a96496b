"""Reading invoices, deposits and credits."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet, Sum

from tpa.books.funding.models import Credit, Deposit, Dispute, Figure, FundingInvoice, FundingInvoiceLine, InvoiceRoster
from tpa.books.funding.settlement_models import Settlement
from tpa.engine.billing.census import Enrolment
from tpa.engine.journal.accounts import INTEREST
from tpa.kernel.errors import NotFoundError

FINAL = FundingInvoice.State.FINAL


def invoices() -> QuerySet[FundingInvoice]:
    """All invoices, the latest month first."""
    return FundingInvoice.objects.all()


def invoice(invoice_id: int) -> FundingInvoice:
    """One invoice. Raises NotFoundError."""
    found = FundingInvoice.objects.filter(pk=invoice_id).first()
    if found is None:
        raise NotFoundError("There is no such invoice.")
    return found


def invoice_of(month: date) -> FundingInvoice | None:
    """The month's invoice, in whatever state."""
    return FundingInvoice.objects.filter(month=month).first()


def final_invoices_before(month: date) -> list[FundingInvoice]:
    """The final invoices of earlier months, oldest first."""
    return list(FundingInvoice.objects.filter(month__lt=month, state=FINAL).order_by("month"))


def final_invoices_without(invoice_ids: Collection[int]) -> list[FundingInvoice]:
    """Final invoices but these, the oldest first, with their lines and credits."""
    found = invoices().filter(state=FINAL).exclude(pk__in=invoice_ids).order_by("month")
    return list(found.prefetch_related("lines", "credits"))


def unfinished_invoice_before(month: date) -> FundingInvoice | None:
    """The earliest invoice of an earlier month that is not final yet."""
    return FundingInvoice.objects.filter(month__lt=month).exclude(state=FINAL).order_by("month").first()


def roster(invoice_id: int) -> tuple[date, list[Enrolment]]:
    """Whom an invoice counted, and the first month for which that is complete."""
    kept = InvoiceRoster.objects.get(invoice_id=invoice_id)
    return kept.starts_on, [
        Enrolment(subscriber, line, tier, date.fromisoformat(starts_on), date.fromisoformat(ends_before), *person)
        for subscriber, line, tier, starts_on, ends_before, *person in kept.rows
    ]


def account_balance() -> int:
    """What the employer owes: all that was invoiced, less all that came in. Negative where it is ahead."""
    invoiced = FundingInvoice.objects.filter(state=FINAL).aggregate(cents=Sum("total_cents"))["cents"] or 0
    came = Deposit.objects.exclude(purpose=Deposit.Purpose.SETTLEMENT)
    received = came.aggregate(cents=Sum("cents"))["cents"] or 0
    return int(invoiced - received)


def credits_for(month_ends_before: date, invoice_month: date) -> list[Credit]:
    """Credits granted before that day that no other invoice has taken, oldest first."""
    waiting = Credit.objects.filter(granted_on__lt=month_ends_before).select_related("corrects")
    return list(waiting.filter(invoice=None) | waiting.filter(invoice__month=invoice_month))


def disputes() -> QuerySet[Dispute]:
    """Lines that the employer does not accept, and what was answered, the latest first."""
    return Dispute.objects.select_related("line__invoice")


def recorded_figures() -> QuerySet[Figure]:
    """What was counted and measured for fees, the latest record last."""
    return Figure.objects.all()


def settlement_open_cents() -> int:
    """What settlements of deficits ask the employer for and what has not come of it."""
    asked = sum(one.settled["employer_owes_cents"] for one in Settlement.objects.all())
    came = Deposit.objects.filter(purpose=Deposit.Purpose.SETTLEMENT)
    return asked - int(came.aggregate(cents=Sum("cents"))["cents"] or 0)


def deposits() -> QuerySet[Deposit]:
    """Money received, the latest first."""
    return Deposit.objects.all()


def credits_granted() -> QuerySet[Credit]:
    """Credits granted, the oldest first."""
    return Credit.objects.all()


def billed_by_month(kind: str) -> dict[date, int]:
    """Month -> what final invoices charge of a kind (fee, premium) for it, less what corrections gave back of it.

    Fees have their taxes in them. The month is the one that a line is for, not the one in which its invoice was issued.
    The sum over all months is the balance of the ledger's expense account.
    """
    lines = FundingInvoiceLine.objects.filter(
        invoice__state=FINAL, kind__in=["fee", "tax"] if kind == "fee" else [kind]
    )
    sums = dict(lines.values_list("month").annotate(cents=Sum("cents")).order_by("month"))
    given = Credit.objects.filter(against=kind)
    for month, cents in given.values_list("corrects__month").annotate(total=Sum("cents")).order_by("corrects__month"):
        sums[month] = sums.get(month, 0) - cents
    return sums


def billed_interest() -> int:
    """What final invoices ask for interest on late claims."""
    lines = FundingInvoiceLine.objects.filter(invoice__state=FINAL, kind="claims", code=INTEREST)
    return int(lines.aggregate(cents=Sum("cents"))["cents"] or 0)


def credited_cents(since: date) -> int:
    """All credits granted from a day on: the employer's invoices ask for as much less."""
    return int(Credit.objects.filter(granted_on__gte=since).aggregate(cents=Sum("cents"))["cents"] or 0)


def correctable_lines(invoice_count: int = 12) -> list[FundingInvoiceLine]:
    """The fees and premiums of the latest final invoices: what a correcting credit may name."""
    latest = FundingInvoice.objects.filter(state=FINAL)[:invoice_count].values_list("pk", flat=True)
    lines = FundingInvoiceLine.objects.filter(invoice__in=list(latest), kind__in=["fee", "premium"])
    return list(lines.select_related("invoice").order_by("-invoice__month", "n"))
