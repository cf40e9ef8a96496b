"""Reading claims: where each stands, what was decided and why, what waits, what a month came to."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from tpa.books.claims.models import Claim, ClaimLine, Closing, Decision, DecisionLine, Pend, Totals, Work
from tpa.books.claims.recording import DECISION_COLUMNS, Decided, decision_row, line_row, read_moves
from tpa.books.claims.recording import LINE_COLUMNS as DECISION_LINE_COLUMNS
from tpa.books.claims.registration import CLAIM_COLUMNS, LINE_COLUMNS, NewClaim, claim_row, line_rows
from tpa.engine.adjudication.decision import Move
from tpa.engine.adjudication.explain import Step, anticipated, explain_moves, summarise
from tpa.engine.journal.accounts import claims_expense
from tpa.infra.postgres.prepared import columns_of, prepared, row_as, split_row
from tpa.kernel.errors import NotFoundError

STATES = ("waiting", "pended", "paid", "denied", "estimate", "reversed", "closed")
"""To be decided; waits for a person; the outcome of the last decision; or closed without one: a void, and what a later
claim replaced or took back before it was decided."""

_STANDINGS = """
    SELECT {columns}, c.id, EXISTS (SELECT FROM claims_pend p WHERE p.claim_id = c.id AND p.resolved_at IS NULL),
        EXISTS (SELECT FROM claims_work w WHERE w.claim_id = c.id),
        EXISTS (SELECT FROM claims_closing x WHERE x.claim_id = c.id)
    FROM claims_claim AS c LEFT JOIN LATERAL (
        SELECT * FROM claims_decision WHERE claim_id = c.id ORDER BY version DESC LIMIT 1
    ) AS d ON true
    WHERE c.id = ANY(%s)"""
_LINES = """
    SELECT {columns} FROM claims_claimline AS l
    LEFT JOIN claims_decisionline AS d ON d.decision_id = %s AND d.number = l.number
    WHERE l.claim_id = %s ORDER BY l.number"""


class Standing(NamedTuple):
    """Where a claim stands, and its last decision if it has one."""

    state: str
    decision: Decision | None


class ExplainedLine(NamedTuple):
    """A decided line with the steps from its charge to what is paid, what it comes to in plain words, and its account."""

    line: DecisionLine
    steps: tuple[Step, ...]
    summary: str
    fund_account: str

    @property
    def plan_version_id(self) -> int | None:
        """The plan version that decided it; None where no plan covered it."""
        return self.line.plan_version_id or None


class WholeClaim(NamedTuple):
    """A claim, where it stands, its lines as they came, and as its last decision explains them (none: undecided)."""

    claim: Claim
    standing: Standing
    lines: list[ClaimLine]
    explained: list[ExplainedLine]


class MonthTotal(NamedTuple):
    """A figure of a month: see `Totals` for the measures."""

    month: date
    measure: str
    line_of_coverage: str
    cents: int
    claims_count: int


def claims(*, state: str = "", member_id: int | None = None, text: str = "") -> QuerySet[Claim]:
    """Claims, latest first: in a state, of a member, or whose provider's number or name begins with `text`."""
    found = Claim.objects.order_by("-id")
    if member_id is not None:
        found = found.filter(member_id=member_id)
    if text:
        found = found.filter(Q(patient_control_number__istartswith=text) | Q(provider_name__istartswith=text))
    if state == "waiting":
        return found.filter(Exists(Work.objects.filter(claim_id=OuterRef("pk"))))
    if state == "pended":
        return found.filter(Exists(Pend.objects.filter(claim_id=OuterRef("pk"), resolved_at=None)))
    if state == "closed":
        undecided = ~Exists(Decision.objects.filter(claim_id=OuterRef("pk")))
        return found.filter(undecided, Exists(Closing.objects.filter(claim_id=OuterRef("pk"))))
    if state:
        last = Decision.objects.filter(claim_id=OuterRef("pk"), outcome=state)
        later = Decision.objects.filter(claim_id=OuterRef("claim_id"), version__gt=OuterRef("version"))
        found = found.filter(Exists(last.filter(~Exists(later))))
    return found


def claim(claim_id: int) -> Claim:
    """One claim. Raises NotFoundError."""
    found = Claim.objects.filter(pk=claim_id).first()
    if found is None:
        raise NotFoundError("There is no such claim.")
    return found


def lines(claim_id: int) -> list[ClaimLine]:
    """The lines of a claim as they came, in order."""
    return list(ClaimLine.objects.filter(claim_id=claim_id).order_by("number"))


def standings(claim_ids: Collection[int]) -> dict[int, Standing]:
    """Where each of these claims stands. One query."""
    found = {}
    statement = _STANDINGS.format(columns=columns_of(Decision, "d"))
    for row in prepared(statement, [list(claim_ids)]):
        last, key, *flags = split_row(row, Decision)
        found[key] = _standing(last, *flags)
    return found


def _standing(last: Decision | None, is_pended: bool, is_waiting: bool, is_closed: bool) -> Standing:
    outcome = last.outcome if last else "closed" if is_closed else "waiting"
    return Standing("pended" if is_pended else "waiting" if is_waiting else outcome, last)


def claim_with_standing(claim_id: int) -> tuple[Claim, Standing]:
    """One claim, and where it stands. One query. Raises NotFoundError."""
    statement = _STANDINGS.format(columns=f"{columns_of(Claim, 'c')}, {columns_of(Decision, 'd')}")
    for row in prepared(statement, [[claim_id]]):
        found, last, _, *flags = split_row(row, Claim, Decision)
        return found, _standing(last, *flags)
    raise NotFoundError("There is no such claim.")


def whole_claim(claim_id: int) -> WholeClaim:
    """One claim with all that is told of it. Two queries. Raises NotFoundError."""
    claim, standing = claim_with_standing(claim_id)
    statement = _LINES.format(columns=f"{columns_of(ClaimLine, 'l')}, {columns_of(DecisionLine, 'd')}")
    asked = [standing.decision.pk if standing.decision else None, claim_id]
    rows = [split_row(row, ClaimLine, DecisionLine) for row in prepared(statement, asked)]
    explained = [_explained(decided) for _, decided in rows if decided is not None]
    return WholeClaim(claim, standing, [came for came, _ in rows], explained)


def decided_claim(new: NewClaim, decided: Decided, decided_at: datetime, decided_on: date) -> WholeClaim:
    """The same of a claim that was registered and decided in this transaction: from what was written, nothing is read."""
    key = decided.claim.claim_id
    decision = row_as(Decision, DECISION_COLUMNS, decision_row(decided, decided_at, decided_on))
    came = [row_as(ClaimLine, LINE_COLUMNS, row) for row in line_rows(key, new)]
    days = {line.number: line.from_on for line in came}
    rows = [line_row(decided.decision_id, line, days[line.number]) for line in decided.decision.lines]
    explained = [
        _explained(row_as(DecisionLine, DECISION_LINE_COLUMNS, row), line.moves)
        for row, line in zip(rows, decided.decision.lines, strict=True)
    ]
    return WholeClaim(
        row_as(Claim, CLAIM_COLUMNS, claim_row(key, new)), Standing(decided.outcome, decision), came, explained
    )


def decisions(claim_id: int) -> list[Decision]:
    """Every version of what was decided about a claim, the latest first."""
    return list(Decision.objects.filter(claim_id=claim_id).order_by("-version"))


def decision(decision_id: int) -> Decision:
    """One decision. Raises NotFoundError."""
    found = Decision.objects.filter(pk=decision_id).first()
    if found is None:
        raise NotFoundError("There is no such decision.")
    return found


def decided_lines(decision_ids: Collection[int]) -> dict[tuple[int, int], DecisionLine]:
    """The lines of several decisions by decision and number."""
    rows = DecisionLine.objects.filter(decision_id__in=list(decision_ids))
    return {(row.decision_id, row.number): row for row in rows}


def lines_of(decision_id: int) -> list[DecisionLine]:
    """The lines of a decision, in order."""
    return list(DecisionLine.objects.filter(decision_id=decision_id).order_by("number"))


def plan_versions_of(claim_ids: Collection[int]) -> set[int]:
    """The versions under which any decision of these claims was made. One query."""
    decisions = Decision.objects.filter(claim_id__in=claim_ids)
    rows = DecisionLine.objects.filter(decision__in=decisions, plan_version_id__gt=0)
    return set(rows.values_list("plan_version_id", flat=True).distinct())


def explained(decision_id: int) -> list[ExplainedLine]:
    """The lines of a decision with their steps, from the recorded moves: nothing is computed again."""
    rows = DecisionLine.objects.filter(decision_id=decision_id).order_by("number")
    return [_explained(row) for row in rows]


def _explained(row: DecisionLine, moves: tuple[Move, ...] | None = None) -> ExplainedLine:
    moves = read_moves(row.moves) if moves is None else moves
    return ExplainedLine(
        row,
        explain_moves(row.charge_cents, moves),
        summarise(row.charge_cents, row.paid_cents, row.member_responsibility_cents, anticipated(moves)),
        claims_expense(row.line_of_coverage) if row.line_of_coverage else "",
    )


def former_decision(claim_id: int, version: int) -> Decision | None:
    """What was decided of a claim's services before a version: by an earlier version, or by the claim that it replaced."""
    replaced = Closing.objects.filter(by_claim_id=claim_id, why=Closing.Why.REPLACED).values("pk")
    rows = Decision.objects.filter(Q(claim_id=claim_id, version__lt=version) | Q(claim_id__in=replaced))
    return rows.exclude(outcome=Decision.Outcome.REVERSED).order_by("-id").first()


def has_successor(decision: Decision) -> bool:
    """Whether something else was decided of the same services since: by a later version, or by a claim that replaces it."""
    later = Decision.objects.filter(claim_id=decision.claim_id, version__gt=decision.version)
    return later.exists() or Closing.objects.filter(pk=decision.claim_id, why=Closing.Why.REPLACED).exists()


def closing(claim_id: int) -> Closing | None:
    """Why the claim needs no decision any more, if it is so."""
    return Closing.objects.filter(pk=claim_id).first()


def pends(claim_id: int) -> list[Pend]:
    """What a claim has waited for, the latest first."""
    return list(Pend.objects.filter(claim_id=claim_id).order_by("-id"))


def open_pends() -> QuerySet[Pend]:
    """Claims that wait for a person, the latest first."""
    return Pend.objects.filter(resolved_at=None).order_by("-id")


def pend(pend_id: int) -> Pend:
    """One pend. Raises NotFoundError."""
    found = Pend.objects.filter(pk=pend_id).first()
    if found is None:
        raise NotFoundError("There is no such pend.")
    return found


def month_totals(measures: Iterable[str] = ()) -> list[MonthTotal]:
    """Additive figures by month, oldest first: of these measures, or all."""
    rows = Totals.objects.all()
    wanted = list(measures)
    if wanted:
        rows = rows.filter(measure__in=wanted)
    sums = rows.order_by("month", "measure", "line_of_coverage").values_list("month", "measure", "line_of_coverage")
    return [MonthTotal(*row) for row in sums.annotate(Sum("cents"), Sum("count"))]


def families_decided_since(since: Mapping[int, date]) -> set[int]:
    """Of families by key, those with a decision that is not reversed about a service on or after the family's day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT d.family_id FROM unnest(%s::bigint[], %s::date[]) AS f(id, since_on)"
            " JOIN claims_decision d ON d.family_id = f.id AND d.outcome <> 'reversed'"
            " JOIN claims_decisionline l ON l.decision_id = d.id AND l.service_on >= f.since_on"
            " WHERE NOT EXISTS (SELECT 1 FROM claims_decision r WHERE r.claim_id = d.claim_id AND r.version > d.version)",
            [list(since), list(since.values())],
        )
        return {family_id for (family_id,) in cursor.fetchall()}
