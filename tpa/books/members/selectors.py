"""What the books know of people and their coverage: now, on a day, and as known at an instant."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from tpa.books.members.models import Coverage, Family, Load, LoadChange, LoadRow, Member, OtherCoverage
from tpa.books.members.rows import HOME, MAIL, PERSON_FIELDS, Row
from tpa.books.members.snapshot import BookMember, Held, Snapshot
from tpa.books.members.timeline import Segment
from tpa.engine.adjudication import facts
from tpa.engine.billing.census import Census, Enrolment
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.engine.paying.address import MailingAddress, mailing_address
from tpa.infra.postgres.prepared import Asked, keys_text, prepared_all
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import Span, month_of


class FamilyFacts(NamedTuple):
    """A family as the engine sees it: people, coverages, and coverages by other plans, by member."""

    people: dict[int, facts.Person]
    coverages: dict[int, tuple[facts.Coverage, ...]]
    elsewhere: dict[int, facts.Elsewhere]


# A person stands in as many rows as he has coverages; in one without any. OFFSET 0 as in `accumulators.selectors`.
_COVERED = """
    SELECT m.family_id, m.id, m.relationship, m.birth_on, m.sex, m.disabled,
        coalesce((SELECT pay_to FROM members_payeeorder WHERE member_id = m.id AND {known}), ''),
        c.line, c.plan_id, c.tier, c.starts_on, c.ends_before, (
            SELECT paid_until FROM members_contribution WHERE member_id = m.id AND line IN ('', c.line) AND {known}
            ORDER BY line DESC LIMIT 1
        )
    FROM members_member AS m LEFT JOIN LATERAL (
        SELECT * FROM members_coverage WHERE family_id = m.family_id AND member_id = m.id AND {known} OFFSET 0
    ) AS c ON true
    WHERE m.family_id = ANY(%(families)s::bigint[]) ORDER BY m.id, c.line, c.starts_on"""
_ELSEWHERE = """
    SELECT o.family_id, o.member_id, o.line, o.ends_before, o.name, o.kind, o.relationship, o.status, o.hours,
        o.starts_on, o.coordinates, o.holder, o.holder_birth_on, o.role, o.decree, o.employees, o.entitlement, o.esrd_on,
        o.our_status, o.our_hours, o.our_role, o.our_decree, holder.first_name, holder.birth_on
    FROM (SELECT * FROM members_othercoverage WHERE family_id = ANY(%(families)s::bigint[]) AND {known}) AS o
    LEFT JOIN members_member AS holder ON holder.family_id = o.family_id AND holder.relationship = 'self'
        AND holder.withdrawn_at IS NULL
    ORDER BY o.member_id, o.id"""
_KNOWN_NOW = "superseded_at IS NULL"
_KNOWN_AT = "recorded_at <= %(known_at)s AND (superseded_at IS NULL OR superseded_at > %(known_at)s)"
_FACTS_NOW, _FACTS_AT = (
    (_COVERED.format(known=known), _ELSEWHERE.format(known=known)) for known in (_KNOWN_NOW, _KNOWN_AT)
)


def families_facts(family_ids: Collection[int], *, known_at: datetime | None = None) -> dict[int, FamilyFacts]:
    """People and coverage of many families in two queries; a third rewinds the people to `known_at` (None: now).

    A family that is not in the books is not in the answer.
    """
    return read_facts(prepared_all(*ask_facts(family_ids, known_at)), known_at)


def ask_facts(family_ids: Collection[int], known_at: datetime | None) -> tuple[Asked, Asked]:
    """The two queries of it, for a message with others; `read_facts` reads their rows."""
    asked = {"families": keys_text(family_ids), "known_at": known_at}
    covered, elsewhere = _FACTS_NOW if known_at is None else _FACTS_AT
    return (covered, asked), (elsewhere, asked)


def read_facts(answers: Sequence[list[tuple[Any, ...]]], known_at: datetime | None) -> dict[int, FamilyFacts]:
    """People and coverage by family, as `families_facts` gives them."""
    found: dict[int, FamilyFacts] = {}
    people, others = answers
    for family_id, member_id, *rest in people:
        family = found.setdefault(family_id, FamilyFacts({}, {}, {}))
        if member_id not in family.people:
            family.people[member_id] = facts.Person(member_id, *rest[:5])
        if rest[5] is not None:
            family.coverages[member_id] = (*family.coverages.get(member_id, ()), facts.Coverage(*rest[5:]))
    for family_id, member_id, line, ends_before, *rest in others:
        other = facts.OtherCoverage(HeldCoverage(*rest[:14]), line, ends_before)
        status, hours, role, decree, holder, holder_birth_on = rest[14:]
        own = facts.OwnCoverage(status, hours, None, holder or "", holder_birth_on, role, decree)
        by_member = found[family_id].elsewhere
        former = by_member.get(member_id)
        by_member[member_id] = facts.Elsewhere(own, (*(former.others if former else ()), other))
    if known_at is not None:
        _rewind(found, known_at)
    return found


def _rewind(found: dict[int, FamilyFacts], known_at: datetime) -> None:
    """Put back what later loads changed of the people, the latest first. Who came later has no coverage then: kept."""
    changes = LoadChange.objects.filter(
        member__family__in=found, kind=LoadChange.Kind.MEMBER_CHANGED, recorded_at__gt=known_at
    )
    for change in changes.select_related("member").order_by("-recorded_at", "-id"):
        people = found[change.member.family_id].people
        told = {name: value for name, value in (change.before or {}).items() if name in facts.Person._fields}
        if "birth_on" in told:
            told["birth_on"] = date.fromisoformat(told["birth_on"])
        people[change.member_id] = people[change.member_id]._replace(**told)


def coverage_on(
    day: date, *, known_at: datetime | None = None, member_ids: Collection[int] | None = None
) -> QuerySet[Coverage]:
    """Coverage in force on `day`, as known at `known_at` (None: now), of these members (None: all)."""
    found = coverage_known(known_at).filter(starts_on__lte=day, ends_before__gt=day)
    return found if member_ids is None else found.filter(member__in=member_ids)


def coverage_known(known_at: datetime | None = None) -> QuerySet[Coverage]:
    """Every coverage row that the books hold for true at `known_at` (None: now)."""
    if known_at is None:
        return Coverage.objects.filter(superseded_at=None)
    return Coverage.objects.filter(recorded_at__lte=known_at).exclude(superseded_at__lte=known_at)


def other_coverages(member_id: int) -> QuerySet[OtherCoverage]:
    """What is known of a member's coverage by other plans."""
    return OtherCoverage.objects.filter(member=member_id, superseded_at=None).order_by("id")


def coverage_history(member_id: int) -> QuerySet[Coverage]:
    """All that was ever recorded of a member's coverage, in the order in which it was."""
    return Coverage.objects.filter(member=member_id).order_by("line", "recorded_at", "starts_on", "id")


def members() -> QuerySet[Member]:
    """The people of the employer's plans; those of an undone load are left out."""
    return Member.objects.filter(withdrawn_at=None).select_related("family")


def member(member_id: int) -> Member:
    """One member. Raises NotFoundError."""
    found = members().filter(pk=member_id).first()
    if found is None:
        raise NotFoundError("There is no such member.")
    return found


def subscriber_names(family_ids: Collection[int]) -> dict[int, str]:
    """Family -> its subscriber's name and number. One query."""
    rows = members().filter(family__in=set(family_ids), relationship="self").order_by("-id")
    return {one.family_id: f"{one.first_name} {one.last_name} ({one.family.subscriber_number})" for one in rows}


def subscriber_addresses(family_ids: Collection[int]) -> dict[int, MailingAddress]:
    """Family -> where its subscriber's mail goes, as enrolment says; complete or not. One query."""
    rows = members().filter(family__in=set(family_ids), relationship="self").order_by("-id")
    return {one.family_id: mailing_address(*(getattr(one, name) for name in _mail(one))) for one in rows}


def addressee(member_number: str) -> list[str]:
    """How a letter about a member is addressed: the family's subscriber, and where mail goes. Nothing for an unknown number."""
    one = members().filter(family__members__member_number=member_number, relationship="self").first()
    if one is None:
        return []
    name = f"{one.first_name} {one.last_name}".strip()
    return [name, *mailing_address(*(getattr(one, part) for part in _mail(one))).lines]


def _mail(one: Member) -> tuple[str, ...]:
    """The columns of the address that mail goes to: home where no other one is told."""
    return MAIL if one.mail_1 else HOME


def member_search(text: str) -> QuerySet[Member]:
    """Members whose number or subscriber number begins with `text`, or whose names begin with its words."""
    found = members()
    for word in text.split()[:5]:
        found = found.filter(
            Q(member_number__istartswith=word)
            | Q(family__subscriber_number__istartswith=word)
            | Q(last_name__istartswith=word)
            | Q(first_name__istartswith=word)
        )
    return found.order_by("last_name", "first_name", "id")


def members_changed_since(instant: datetime) -> QuerySet[Member]:
    """Members of whom the books learned something after `instant`: themselves or their coverage; withdrawn ones too."""
    return Member.objects.filter(changed_at__gt=instant).select_related("family").order_by("changed_at", "id")


def enrolments(span: Span, *, known_at: datetime | None = None, dependents: bool = False) -> Iterator[Enrolment]:
    """Subscribers' coverage that touches `span`, as known at `known_at` (None: now): the rows behind every fee.

    With `dependents` their rows follow, each under its subscriber.
    """
    touching = coverage_known(known_at).filter(starts_on__lt=span.ends_before, ends_before__gt=span.starts_on)
    own = touching.filter(member__relationship=Member.Relationship.SELF).order_by("member_id", "line", "starts_on")
    yield from (Enrolment(*row) for row in own.values_list("member", "line", "tier", "starts_on", "ends_before"))
    if not dependents:
        return
    heads = Member.objects.filter(family=OuterRef("member__family"), relationship=Member.Relationship.SELF)
    theirs = touching.exclude(member__relationship=Member.Relationship.SELF)
    rows = theirs.annotate(head=Subquery(heads.values("pk")[:1])).order_by("member_id", "line", "starts_on")
    columns = rows.values_list("head", "line", "tier", "starts_on", "ends_before", "member")
    yield from (Enrolment(row[0] or 0, *row[1:]) for row in columns)


_HERE = ("", "US", "USA", "CA", "CAN")


def places_of(member_ids: Collection[int]) -> dict[int, str]:
    """Member -> the two letters of the state or province where he lives; those of whom it is not known are left out."""
    rows = Member.objects.filter(pk__in=member_ids, country__in=_HERE, state__iregex=r"^\s*[a-z]{2}\s*$")
    return {key: state.strip().upper() for key, state in rows.values_list("pk", "state")}


def census(month: date, *, known_at: datetime | None = None) -> Census:
    """The month's census; whom it counts is the rule's business (`Census.lives("first_of_month")` and others)."""
    return Census(month, enrolments(month_of(month), known_at=known_at))


class Lives(NamedTuple):
    """How many are covered on a day in one plan at one tier."""

    line: str
    plan_id: int
    tier: str
    subscribers_count: int
    members_count: int


def lives_on(day: date, *, known_at: datetime | None = None) -> list[Lives]:
    """Heads on one day, by line, plan and tier: subscribers, and members (subscribers and dependents)."""
    counts: dict[tuple[str, int, str], list[int]] = {}
    rows = coverage_on(day, known_at=known_at).values_list("line", "plan_id", "tier", "member__relationship")
    for line, plan_id, tier, relationship in rows.iterator():
        count = counts.setdefault((line, plan_id, tier), [0, 0])
        count[0] += relationship == Member.Relationship.SELF
        count[1] += 1
    return [Lives(*key, *count) for key, count in sorted(counts.items())]


def heads_on(day: date) -> tuple[int, int]:
    """How many subscribers, and how many members in all, are covered by anything on one day."""
    people = dict(coverage_on(day).values_list("member", "member__relationship"))
    return sum(one == Member.Relationship.SELF for one in people.values()), len(people)


def load(load_id: int) -> Load:
    """One load. Raises NotFoundError."""
    found = Load.objects.filter(pk=load_id).first()
    if found is None:
        raise NotFoundError("There is no such eligibility load.")
    return found


def loads() -> QuerySet[Load]:
    """The employer's loads, latest first."""
    return Load.objects.all()


def staged_rows(load_id: int) -> list[Row]:
    """The rows of a load as they were read, with the problems found in reading."""
    return [
        Row.from_json(row, problems)
        for row, problems in LoadRow.objects.filter(load=load_id).order_by("n").values_list("row", "problems")
    ]


def changes_of(load_id: int) -> QuerySet[LoadChange]:
    """What a load did, one row per person or person and line."""
    return LoadChange.objects.filter(load=load_id).select_related("member__family")


def later_change(load: Load) -> LoadChange | None:
    """The first change by a later load to somebody whom `load` changed too."""
    touched = LoadChange.objects.filter(load=load).values("member")
    return LoadChange.objects.filter(member__in=touched, load__gt=load.pk).select_related("load").order_by("id").first()


def other_coverages_told_after(load: Load) -> LoadChange | None:
    """The load's change of somebody's other coverages, where they were told by hand since."""
    changes = LoadChange.objects.filter(load=load, kind=LoadChange.Kind.OTHER_COVERAGES).select_related("member")
    rows = OtherCoverage.objects.filter(member=OuterRef("member"))
    gone = rows.filter(load=load, superseded_at__isnull=False)
    fresh = rows.filter(load=None, recorded_at__gte=OuterRef("recorded_at"))
    return changes.filter(Exists(gone) | Exists(fresh)).first()


def snapshot(*, subscriber_numbers: Collection[str] | None = None, member_numbers: Collection[str] = ()) -> Snapshot:
    """The enrolment as it stands: of everybody, or of the families that the numbers touch. Four queries."""
    families = Family.objects.all()
    if subscriber_numbers is not None:
        named = Member.objects.filter(member_number__in=[*member_numbers, *subscriber_numbers]).values("family")
        families = families.filter(Q(subscriber_number__in=list(subscriber_numbers)) | Q(pk__in=named))
    numbers = dict(families.values_list("pk", "subscriber_number"))
    inside: dict[str, Any] = {} if subscriber_numbers is None else {"family__in": list(numbers)}
    people = [
        BookMember(pk, family, numbers[family], withdrawn is not None, dict(zip(PERSON_FIELDS, person, strict=True)))
        for pk, family, withdrawn, *person in Member.objects.filter(**inside)
        .order_by("pk")
        .values_list("pk", "family_id", "withdrawn_at", *PERSON_FIELDS)
    ]
    rows = Coverage.objects.filter(superseded_at=None, **inside).order_by("member_id", "line", "starts_on")
    held = _held(rows.values_list("member_id", "line", "pk", "starts_on", "ends_before", "plan_id", "tier").iterator())
    elsewhere = _elsewhere(OtherCoverage.objects.filter(superseded_at=None, **inside).order_by("member_id", "id"))
    return Snapshot({number: pk for pk, number in numbers.items()}, people, held, elsewhere)


def _elsewhere(rows: Iterable[OtherCoverage]) -> dict[int, facts.Elsewhere]:
    found: dict[int, facts.Elsewhere] = {}
    for row in rows:
        held = HeldCoverage(*(getattr(row, name) for name in HeldCoverage._fields))
        own = facts.OwnCoverage(row.our_status, row.our_hours, role=row.our_role, decree=row.our_decree)
        former = found[row.member_id].others if row.member_id in found else ()
        found[row.member_id] = facts.Elsewhere(own, (*former, facts.OtherCoverage(held, row.line, row.ends_before)))
    return found


def _held(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[str, Held]]:
    held: dict[int, dict[str, Held]] = {}
    for member_id, line, pk, *segment in rows:
        lines = held.setdefault(member_id, {})
        lines[line] = (*lines.get(line, ()), (pk, Segment(*segment)))
    return held
