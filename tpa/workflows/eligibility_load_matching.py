"""Which person each row of a load speaks of, and which rows cannot be applied.

A person is known by member number; the subscriber of a family by the subscriber number; a dependent without a number
by first name and birth date in the family; whoever is not, by what the row says that they were before. Rows of
subscribers are looked at first, so the order in the file does not matter. Nothing is read or written here: rows and
books come in, people and rows with problems go out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from tpa.books.members.rows import HOME, MAIL, PERSON_FIELDS, WARNING, Row
from tpa.books.members.snapshot import Snapshot
from tpa.kernel.periods import age_on

Key = tuple[object, ...]


class PlanKey(NamedTuple):
    """A plan that a row may name, and the age at which it lets go of children."""

    id: int
    code: str
    line: str
    child_age_limit: int = 26


@dataclass
class Person:
    """One person of the file or the books; `rows` are the good rows about them, in file order."""

    subscriber_number: str
    member_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    withdrawn: bool = False
    rows: list[Row] = field(default_factory=list)

    @property
    def is_subscriber(self) -> bool:
        """Whether the family is theirs."""
        return bool(self.after["relationship"] == "self")


class Matching(NamedTuple):
    """`rows` in file order with their problems; `people` everybody in the books and in the good rows."""

    rows: list[Row]
    people: list[Person]


def match(rows: list[Row], books: Snapshot, plans: Iterable[PlanKey], *, on: date) -> Matching:
    """Match the rows with the books. `on` is the day on which children are judged by age, or their start if later."""
    desk = _Desk(books, list(plans), on)
    done = {row.n: desk.take(row) for row in sorted(rows, key=lambda row: (row.relationship != "self", row.n))}
    return Matching([done[row.n] for row in rows], desk.people)


class _Desk:
    """The people met so far, under every name by which a row may call them."""

    def __init__(self, books: Snapshot, plans: list[PlanKey], on: date) -> None:
        self.people: list[Person] = []
        self.known: dict[Key, Person] = {}
        self.lines: dict[tuple[int, str], dict[Key, Row]] = {}
        self.plans, self.on = plans, on
        self.age_limits = {str(plan.id): plan.child_age_limit for plan in plans}
        self.books = books
        for member in books.members:
            self._admit(
                Person(
                    member.subscriber_number,
                    member.id,
                    member.person,
                    dict(member.person),
                    member.withdrawn,
                )
            )

    def take(self, row: Row) -> Row:
        """The row with its problems and its plan resolved; a good one is noted with its person."""
        row = _checked(self._with_plan(row))
        if not row.is_good:
            return row
        person = self._find(row)
        if person is None and _is_of_other_lines_alone(row):
            return row
        row = self._fits_new(row) if person is None else _fits_known(row, person)
        row = self._aged(row, person)
        if not row.is_good:
            return row
        if person is None:
            person = self._new(row)
        row = self._repeated(row, person)
        if row.is_good and not any(problem.code == "row_repeated" for problem in row.problems):
            _describe(person, row)
            person.rows.append(row)
            self._admit(person)
        return row

    def _admit(self, person: Person) -> None:
        if not any(person is one for one in (self.known.get(key) for key in _names(person))):
            self.people.append(person)
        for key in _names(person):
            self.known.setdefault(key, person)

    def _find(self, row: Row) -> Person | None:
        number = self.known.get(("number", row.member_number)) if row.member_number else None
        if number is not None:
            return number
        prior = self.known.get(("number", row.prior_number)) if row.prior_number else None
        if prior is not None and prior.is_subscriber == (row.relationship == "self"):
            return prior
        if row.relationship == "self":
            return self.known.get(("self", row.subscriber_number))
        return self._named(row, row.first_name, row.birth_on) or self._named(
            row, row.prior_first_name or row.first_name, row.prior_birth_on or row.birth_on
        )

    def _named(self, row: Row, first_name: str, birth_on: date | None) -> Person | None:
        return self.known.get(("name", row.subscriber_number, first_name.casefold(), birth_on))

    def _fits_new(self, row: Row) -> Row:
        if row.action not in ("add", "state"):
            return row.with_problem("member_unknown", "No such member is in the books.")
        for name, code in (
            ("last_name", "name_missing"),
            ("birth_on", "birth_missing"),
            ("relationship", "relationship_missing"),
        ):
            if not getattr(row, name):
                row = row.with_problem(code, f"A new member needs {name}.")
        subscriber = self.known.get(("self", row.subscriber_number))
        if row.relationship != "self" and (subscriber is None or (subscriber.withdrawn and not subscriber.rows)):
            row = row.with_problem(
                "subscriber_unknown",
                f"Subscriber {row.subscriber_number!r} is neither in the books nor, without errors, in the file.",
            )
        return row

    def _new(self, row: Row) -> Person:
        after = {name: getattr(row, name) for name in PERSON_FIELDS}
        after["member_number"] = row.member_number or self._free_number(row)
        after["sex"] = row.sex or "U"
        return Person(row.subscriber_number, None, None, after)

    def _free_number(self, row: Row) -> str:
        """The subscriber's number for the subscriber, `-02` and on for a dependent who has none."""
        number, k = row.subscriber_number, 1
        while (row.relationship != "self" and k == 1) or (
            "number",
            number,
        ) in self.known:
            k += 1
            number = f"{row.subscriber_number}-{k:02d}"
        return number

    def _with_plan(self, row: Row) -> Row:
        """The plan's code resolved; without one, the only plan of the line. `plan` holds the plan's key as text.

        What ends may leave its plan out, or name one that nobody knows: then it is the line that ends.
        """
        plan = next((one for one in self.plans if one.code.casefold() == row.plan.casefold()), None)
        if row.action in ("end", "void") and (not row.plan or (row.line and (plan is None or plan.line != row.line))):
            return row._replace(plan="")
        if row.plan:
            if plan is None:
                return row.with_problem("plan_unknown", f"There is no plan {row.plan!r}.")
            if row.line not in ("", plan.line):
                return row.with_problem(
                    "plan_other_line",
                    f"Plan {plan.code!r} is of {plan.line}, not {row.line}.",
                )
            return row._replace(plan=str(plan.id), line=plan.line)
        if not row.line or row.action == "reinstate":
            return row
        of_line = [one for one in self.plans if one.line == row.line]
        if len(of_line) != 1:
            return row.with_problem(
                "plan_missing",
                f"The row must name one of the {len(of_line)} {row.line} plans.",
            )
        return row._replace(plan=str(of_line[0].id))

    def _aged(self, row: Row, person: Person | None) -> Row:
        """Whether a child is, on the day of judgement or at the start, younger than the plan's limit."""
        told = person.after if person else {}
        birth_on = row.birth_on or told.get("birth_on")
        ends = row.action in ("end", "void") or not row.plan
        if (row.relationship or told.get("relationship")) != "child" or birth_on is None or ends:
            return row
        limit = self.age_limits[row.plan]
        first = max(self.on, row.starts_on or self.on)
        day = first if row.last_on is None else min(first, row.last_on)
        if row.disabled or told.get("disabled") or age_on(birth_on, day) < limit:
            return row
        return row.with_problem(
            "dependent_too_old", f"The plan covers children under {limit}; this one is not on {day}."
        )

    def _repeated(self, row: Row, person: Person) -> Row:
        """Two rows that begin the same line on the same day must say the same."""
        said = self.lines.setdefault((id(person), row.line), {})
        ended_plan = row.plan if row.action in ("end", "void") else ""
        first = said.setdefault((row.action, row.starts_on, ended_plan), row)
        if first is row:
            return row
        if (first.plan, first.tier, first.last_on) == (row.plan, row.tier, row.last_on):
            return row.with_problem("row_repeated", f"The same as {first.where}.", WARNING)
        return row.with_problem(
            "row_conflict",
            f"Says otherwise than {first.where} of the same line and day.",
        )


def _is_of_other_lines_alone(row: Row) -> bool:
    """Whether the row ends or changes nothing but coverage of lines that no plan here has."""
    return row.action == "change" and any(problem.code == "line_not_here" for problem in row.problems)


def _names(person: Person) -> list[Key]:
    names: list[Key] = [("number", person.after["member_number"])]
    if person.is_subscriber:
        names.append(("self", person.subscriber_number))
    names.append(
        (
            "name",
            person.subscriber_number,
            person.after["first_name"].casefold(),
            person.after["birth_on"],
        )
    )
    return names


def _checked(row: Row) -> Row:
    """What a row must say whoever it is about."""
    if not row.subscriber_number:
        row = row.with_problem(
            "subscriber_number_missing",
            "The row does not say to which subscriber it belongs.",
        )
    covers = row.line and row.action in ("add", "state", "change")
    if covers and row.starts_on is None:
        row = row.with_problem("coverage_start_missing", "The coverage has no first day.")
    if row.action == "end" and row.last_on is None:
        row = row.with_problem("coverage_end_missing", "The coverage ends, but the row does not say when.")
    if row.starts_on and row.last_on and row.last_on < row.starts_on - timedelta(days=1):
        row = row.with_problem(
            "ends_before_starts",
            f"The last day {row.last_on} is before the first {row.starts_on}.",
        )
    if row.starts_on and not row.line:
        row = row.with_problem("line_missing", "The row has a first day, but no line and no plan.")
    if row.birth_on and row.starts_on and row.starts_on < row.birth_on:
        row = row.with_problem("starts_before_birth", "The coverage starts before the person was born.")
    return row


def _fits_known(row: Row, person: Person) -> Row:
    """Whether the row can be about the person that its numbers name."""
    told = person.after
    if person.withdrawn and not person.rows and row.action not in ("add", "state"):
        return row.with_problem("member_unknown", "No such member is in the books.")
    if row.subscriber_number != person.subscriber_number:
        return row.with_problem(
            "member_other_family",
            f"Member {told['member_number']!r} belongs to subscriber {person.subscriber_number!r}.",
        )
    if "self" in (row.relationship, told["relationship"]) and row.relationship not in (
        "",
        told["relationship"],
    ):
        return row.with_problem(
            "relationship_conflict",
            "A subscriber cannot become a dependent, nor a dependent one.",
        )
    born = row.birth_on not in (None, told["birth_on"]) and row.prior_birth_on != told["birth_on"]
    named = any(
        getattr(row, name) and getattr(row, name).casefold() != told[name].casefold()
        for name in ("first_name", "last_name")
    )
    if person.rows and (born or named):
        first = person.rows[0].where
        return row.with_problem(
            "member_duplicate",
            f"The same number as {first}, but another name or birth date.",
        )
    if born and named:
        return row.with_problem(
            "identity_conflict",
            "Name and birth date both differ from the member of this number.",
        )
    if born:
        return row.with_problem("birth_changed", f"The birth date was {told['birth_on']}.", WARNING)
    return row


def _describe(person: Person, row: Row) -> None:
    """What the row says of the person; what it leaves out stays. Mail goes home, unless a row says otherwise anew."""
    if row.address_1:
        person.after |= dict.fromkeys((*HOME, *MAIL), "")
    elif row.mail_1:
        person.after |= dict.fromkeys(MAIL, "")
    for name in PERSON_FIELDS:
        value = getattr(row, name)
        if value:
            person.after[name] = value
