"""The books of a small employer, filled by hand: the enrolment, decisions and payments that a story needs."""

import itertools
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection

from tenants.scope import desk_scope
from tpa.books.agreements.models import Carrier
from tpa.books.agreements.services import (
    FeeTerms,
    LineTerms,
    approve_stop_loss_version,
    publish_fee_schedule,
    save_fee_schedule,
    save_stop_loss_contract,
    sign_aso_agreement,
)
from tpa.books.claims.models import Decision, DecisionLine
from tpa.books.members.models import Coverage, Family, Load, LoadChange, Member
from tpa.books.payments.models import ClaimPayment, Payment, PaymentRun
from tpa.books.plans.models import Plan
from tpa.engine.stoploss.regulation import Group
from tpa.kernel.periods import FOREVER

LONG_AGO = datetime(2024, 12, 1, tzinfo=UTC)
SYSTEM = 1
GROUP = Group("OH", 60, 150)
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def at(year, month, day):
    """Noon in UTC of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process died."""


@contextmanager
def killed_at(n):
    """The n-th statement inside the block is the process's last; nothing happens where there are fewer.

    Savepoints stand for transactions in a test, and their end is the commit: it happens or it does not.
    """
    count = itertools.count(1)

    def die(execute, sql, params, many, context):
        if "SAVEPOINT" not in sql and next(count) == n:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die):
        yield


# The TPA's desk


def agree(employer, starts_on=date(2025, 1, 1), billing_terms=None):
    """An ASO agreement for medical and dental; one person may approve its invoices unless its terms say otherwise."""
    with desk_scope():
        return sign_aso_agreement(
            employer_id=employer.pk,
            number="A-1",
            starts_on=starts_on,
            lines=[LineTerms("medical"), LineTerms("dental")],
            services=["claims"],
            funding_model="arrears",
            billing_terms=billing_terms or {"alone_up_to_cents": 10**12},
        )


def charge_fees(employer, *fees, effective_on=date(2025, 1, 1)):
    """A published fee schedule of (type, label, terms)."""
    with desk_scope():
        version = save_fee_schedule(
            employer_id=employer.pk, name="Fees", effective_on=effective_on, fees=[FeeTerms(*fee) for fee in fees]
        )
        return publish_fee_schedule(version_id=version.pk, now=NOW)


def insure(employer, specific=None, aggregate=None, run_out_months=3, year=2025, **terms):
    """A stop-loss contract of a year, approved: incurred in the year, paid within it and its run-out."""
    span = {"starts_on": f"{year}-01-01", "ends_before": f"{year + 1}-01-01"}
    run_out = {"ends_before": f"{year + 1}-{1 + run_out_months:02d}-01"}
    document = {"policy": span, "incurred": span, "paid": span | run_out, **terms}
    if specific is not None:
        document["specific"] = {"unit": "person", "lines": ["medical"]} | specific
    if aggregate is not None:
        document["aggregate"] = {"lines": ["medical"]} | aggregate
    with desk_scope():
        carrier, _ = Carrier.objects.get_or_create(name="Granite Re")
        version = save_stop_loss_contract(
            employer_id=employer.pk,
            carrier_id=carrier.pk,
            number="SL-1",
            document=document,
            person_id=SYSTEM,
            claims_began=False,
            group=GROUP,
        )
        return approve_stop_loss_version(version_id=version.pk, person_id=SYSTEM, claims_began=False, now=NOW)


# The employer's books


def load(recorded_at=LONG_AGO):
    """The load by which enrolment is entered."""
    return Load.objects.create(
        format=Load.Format.ENTRY,
        scope=Load.Scope.CHANGE,
        state=Load.State.APPLIED,
        effective_on=recorded_at.date(),
        received_at=recorded_at,
        received_by="story",
    )


def enrol(tier, starts_on=date(2025, 1, 1), ends_before=FOREVER, count=1, line="medical", recorded_at=LONG_AGO):
    """Subscribers with coverage of one line; returns them."""
    plan, _ = Plan.objects.get_or_create(
        code=line.upper(), defaults={"name": line, "line": line, "created_at": LONG_AGO}
    )
    entered = load(recorded_at)
    first = Family.objects.count() + 1
    families = Family.objects.bulk_create(Family(subscriber_number=f"S{n:05d}") for n in range(first, first + count))
    people = Member.objects.bulk_create(
        Member(
            family=family,
            member_number=f"{family.subscriber_number}-1",
            relationship="self",
            last_name="Story",
            first_name=f"N{family.pk}",
            birth_on=date(1980, 1, 1),
            recorded_at=recorded_at,
            changed_at=recorded_at,
        )
        for family in families
    )
    Coverage.objects.bulk_create(
        Coverage(
            member=person,
            family=person.family,
            line=line,
            plan=plan,
            tier=tier,
            starts_on=starts_on,
            ends_before=ends_before,
            recorded_at=recorded_at,
            load=entered,
        )
        for person in people
    )
    LoadChange.objects.bulk_create(_change(entered, person, line, recorded_at) for person in people)
    return people


def _change(entered, person, line, recorded_at):
    return LoadChange(load=entered, member=person, kind=LoadChange.Kind.ADDED, line=line, recorded_at=recorded_at)


def terminate(person, ends_before, recorded_at):
    """Coverage ends earlier than the books had it."""
    entered = load(recorded_at)
    held = Coverage.objects.get(member=person, superseded_at=None)
    Coverage.objects.filter(pk=held.pk).update(superseded_at=recorded_at, superseded_load=entered)
    held.pk, held.ends_before, held.recorded_at, held.load = None, ends_before, recorded_at, entered
    held.save(force_insert=True)
    _change(entered, person, held.line, recorded_at).save()


_claims = itertools.count(1)


def _next_seq(family_id):
    seq = Family.objects.get(pk=family_id).next_seq
    Family.objects.filter(pk=family_id).update(next_seq=seq + 1)
    return seq


def decide(
    person,
    paid_cents,
    decided_on,
    service_on=None,
    charge_cents=None,
    line="medical",
    denied=False,
    stop_loss="",
    again=None,
):
    """A claim of one line, decided; the rest of the charge was discount. `again`: the decision that this one follows."""
    charge = paid_cents if charge_cents is None else charge_cents
    decision = Decision.objects.create(
        claim_id=again.claim_id if again else next(_claims),
        version=again.version + 1 if again else 1,
        family_id=person.family_id,
        family_seq=_next_seq(person.family_id),
        member_id=person.pk,
        outcome="denied" if denied else "paid",
        charge_cents=charge,
        allowed_cents=paid_cents,
        paid_cents=paid_cents,
        member_responsibility_cents=0,
        decided_at=datetime.combine(decided_on, datetime.min.time(), UTC),
        decided_on=decided_on,
    )
    _line(decision, service_on or decided_on, line, denied, stop_loss)
    return decision


def reverse(decision, decided_on):
    """The decision is taken back, whole."""
    line = DecisionLine.objects.get(decision_id=decision.pk)
    taken = Decision.objects.create(
        claim_id=decision.claim_id,
        version=decision.version + 1,
        family_id=decision.family_id,
        family_seq=_next_seq(decision.family_id),
        member_id=decision.member_id,
        outcome="reversed",
        charge_cents=-decision.charge_cents,
        allowed_cents=-decision.allowed_cents,
        paid_cents=-decision.paid_cents,
        member_responsibility_cents=0,
        decided_at=datetime.combine(decided_on, datetime.min.time(), UTC),
        decided_on=decided_on,
    )
    _line(taken, line.service_on, line.line_of_coverage, line.denied)
    return taken


def _line(decision, service_on, line, denied, stop_loss=""):
    DecisionLine.objects.create(
        decision_id=decision.pk,
        number=1,
        stop_loss=stop_loss,
        service_on=service_on,
        plan_version_id=1,
        line_of_coverage=line,
        denied=denied,
        charge_cents=decision.charge_cents,
        allowed_cents=decision.allowed_cents,
        paid_cents=decision.paid_cents,
        deductible_cents=0,
        copay_cents=0,
        coinsurance_cents=0,
        member_responsibility_cents=0,
        moves="[]",
    )


def issued(cents, on):
    """A payment of one cent or more that another party issues, in a run of its own, released."""
    told = {"available_cents": cents, "paid_count": 1, "paid_cents": cents, "alone_up_to_cents": cents}
    run = PaymentRun.objects.create(run_on=on, started_at=NOW, **told)
    payment = Payment.objects.create(
        run=run, payee="provider", method="advice", amount_cents=cents, amounts=[["medical", cents]]
    )
    PaymentRun.objects.filter(pk=run.pk).update(state="released")
    payment.state, payment.issued_on = "issued", on
    payment.save(update_fields=["state", "issued_on"])
    return payment


def pay(decision, issued_on):
    """The payment of a decision is issued."""
    return ClaimPayment.objects.create(
        payment=issued(decision.paid_cents, issued_on),
        decision_id=decision.pk,
        claim_id=decision.claim_id,
        amount_cents=decision.paid_cents,
        issued_on=issued_on,
    )
