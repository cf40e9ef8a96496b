"""One row of enrolment as a file states it, whatever the file's format, and what can be wrong with it."""

from datetime import date
from typing import Any, NamedTuple

ERROR, WARNING = "error", "warning"


class Problem(NamedTuple):
    """A finding about one row. `code` is a stable name; a row with an `error` is never applied."""

    code: str
    message: str
    severity: str = ERROR


class StatedCover(NamedTuple):
    """A coverage by another plan as a row states it (834: loop 2320), for one line of coverage; `last_on` is inclusive.

    `relationship` is the person's to the holder, as far as the file tells. Without `name`: no other plan has this line.
    """

    line: str
    name: str = ""
    kind: str = "plan"
    relationship: str = "self"
    starts_on: date | None = None
    last_on: date | None = None


class Row(NamedTuple):
    """A person, and at most one coverage of theirs. Text is "" and a date None where the file says nothing.

    `last_on` is inclusive, as people write it. `action` is what the file asks for, see `ACTIONS`.
    """

    n: int
    where: str
    """Position in the file: `row 7`, or `segment 17, byte 812`."""
    action: str = "state"
    subscriber_number: str = ""
    member_number: str = ""
    group_number: str = ""
    relationship: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    birth_on: date | None = None
    sex: str = ""
    disabled: bool = False
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    mail_1: str = ""
    """Where letters and checks go, where that is not the home: street or post office box, and so on."""
    mail_2: str = ""
    mail_city: str = ""
    mail_state: str = ""
    mail_postal_code: str = ""
    mail_country: str = ""
    prior_number: str = ""
    """The member number, first name and birth date that the books may know the person by: what the row says replaces them."""
    prior_first_name: str = ""
    prior_birth_on: date | None = None
    line: str = ""
    plan: str = ""
    tier: str = ""
    starts_on: date | None = None
    last_on: date | None = None
    others: tuple[StatedCover, ...] = ()
    """Coverages by other plans; none: the row is silent about them."""
    problems: tuple[Problem, ...] = ()

    def with_problem(self, code: str, message: str, severity: str = ERROR) -> "Row":
        """The row with one finding more; the same finding is not repeated."""
        problem = Problem(code, message, severity)
        return self if problem in self.problems else self._replace(problems=(*self.problems, problem))

    def without(self, name: str) -> "Row":
        """The row as if it said nothing of one of its texts."""
        blank: dict[str, Any] = {name: ""}
        return self._replace(**blank)

    def fitting(self) -> "Row":
        """The row without texts that the books cannot hold, each reported."""
        row = self
        for name, longest in LONGEST.items():
            text = getattr(self, name)
            if len(text) > longest:
                row = row.without(name).with_problem("text_too_long", f"{name} is longer than {longest}.")
            elif not text.isprintable():
                row = row.without(name).with_problem("text_invalid", f"{name} holds a control character.")
        return row

    @property
    def is_good(self) -> bool:
        """Whether it may be applied."""
        return all(problem.severity != ERROR for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Only what the row says, for the staging table; `from_json` is the inverse. Problems are stored apart."""
        said = {name: value for name, value in self._asdict().items() if value not in ("", None, False)}
        said.pop("problems")
        others = said.pop("others")
        if others:
            said["others"] = [person_as_json(one._asdict()) for one in others]
        return person_as_json(said)

    @classmethod
    def from_json(cls, said: dict[str, Any], problems: list[list[str]]) -> "Row":
        """The row that `to_json` wrote, with the problems of its own column."""
        values: dict[str, Any] = {
            name: date.fromisoformat(value) if name in _DATES else value for name, value in said.items()
        }
        values["others"] = tuple(_stated_cover(one) for one in said.get("others", ()))
        return cls(**values, problems=tuple(Problem(*problem) for problem in problems))


ACTIONS = {
    "state": "This is so (a row of a full file, an audit row): the coverage is as the row says.",
    "add": "The coverage begins, or a new plan or tier takes over from its start.",
    "change": "The person is described anew; with a plan, the coverage changes from its start.",
    "end": "The coverage (of the plan, where it names one), or without a line every coverage, ends after `last_on`.",
    "reinstate": "A coverage that ended goes on, without a gap unless a start is given.",
    "void": "The coverage never was: of the plan where it names one, on the days where it names them.",
}

HOME = ("address_1", "address_2", "city", "state", "postal_code", "country")
MAIL = ("mail_1", "mail_2", "mail_city", "mail_state", "mail_postal_code", "mail_country")
"""An address is stated as a whole, where its first line is: what is left out of it is empty."""

PERSON_FIELDS = (
    "member_number",
    "group_number",
    "relationship",
    "last_name",
    "first_name",
    "middle_name",
    "birth_on",
    "sex",
    "disabled",
    *HOME,
    *MAIL,
)
"""What describes a person, as columns of Member and fields of Row alike."""

LONGEST = {
    "subscriber_number": 50,
    "member_number": 50,
    "group_number": 50,
    "last_name": 80,
    "first_name": 80,
    "middle_name": 80,
    "address_1": 120,
    "address_2": 120,
    "city": 80,
    "state": 20,
    "postal_code": 20,
    "country": 3,
    "mail_1": 120,
    "mail_2": 120,
    "mail_city": 80,
    "mail_state": 20,
    "mail_postal_code": 20,
    "mail_country": 3,
    "prior_number": 50,
    "prior_first_name": 80,
    "plan": 50,
}
"""Characters that the columns hold."""


def person_as_json(person: dict[str, Any]) -> dict[str, Any]:
    """Fields of a person with dates as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in person.items()}


def _stated_cover(said: dict[str, Any]) -> StatedCover:
    days = {name: date.fromisoformat(said[name]) for name in ("starts_on", "last_on") if said[name]}
    return StatedCover(**said | days)


_DATES = {"birth_on", "prior_birth_on", "starts_on", "last_on"}
