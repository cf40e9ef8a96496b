"""Group numbers: an employer has its own, an enrolment file names no other's, and claims find members under them."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from tenants.models import Employer
from tenants.scope import desk_scope, employer_scope
from tpa.books.agreements import group_numbers, selectors
from tpa.books.agreements.models import GroupNumber
from tpa.books.edi import services as edi
from tpa.books.edi.keys import Entry
from tpa.books.members import selectors as members
from tpa.books.members.models import Member
from tpa.books.members.rows import Row
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError
from tpa.kernel.ids import plain_number


class GroupRefusedError(DomainError):
    """An enrolment file names another employer's group number, or none of this employer's."""

    code = "group_number"
    remedy = "Look whether the file is this employer's; enter a new group number of the employer in set-up first."


class GroupOfAnotherError(GroupRefusedError):
    """The number is another employer's: the file came to the wrong door."""

    code = "group_of_another_employer"


class GroupMissingError(GroupRefusedError):
    """No row names a group number of the employer."""

    code = "group_missing"


class GroupInUseError(ConflictError):
    """Members are enrolled under the number."""

    code = "group_number_in_use"
    remedy = "Enrol them under another number first."


def add_group_number(*, employer_id: int, number: str) -> GroupNumber:
    """Give an employer one more group number; claims that state it find its members from now on.

    Raises TermsError, GroupTakenError, EmployerClosedError.
    """
    with desk_scope(), transaction.atomic():
        added = group_numbers.add_group_number(employer_id=employer_id, number=number)
        with employer_scope(employer_id):
            open_employer()
            tell_people(members.members())
        return added


def remove_group_number(*, employer_id: int, number: str) -> None:
    """Take a number from an employer that nobody is enrolled under. Raises NotFoundError, GroupInUseError."""
    with desk_scope(), transaction.atomic():
        group_numbers.remove_group_number(employer_id=employer_id, number=number)
        with employer_scope(employer_id):
            open_employer()
            used = Member.objects.exclude(group_number="").values_list("group_number", flat=True).distinct()
            if plain_number(number) in {plain_number(one) for one in used}:
                raise GroupInUseError(f"Members are enrolled under group number {number}.")
            told = [entry for one in members.members() for entry in _entries(one, {plain_number(number)})]
            edi.forget_entries(employer_id, told)


def tell_people(people: Iterable[Member]) -> None:
    """Let claims find these people of the bound employer: by subscriber and member number, under their group number.

    Whoever has none is found under each of the employer's. A number that is not the employer's is told to nobody.
    """
    employer = open_employer()
    own = _own(employer)
    edi.index_members(employer.pk, [entry for one in people for entry in _entries(one, own)])


def _own(employer: Employer) -> set[str]:
    return set(selectors.group_numbers(employer.pk).values_list("plain", flat=True))


def _entries(person: Member, own: set[str]) -> Iterable[Entry]:
    stated = plain_number(person.group_number)
    groups = (own & {stated} if stated else own) or {""}
    for number in sorted({person.family.subscriber_number, person.member_number}):
        for group in sorted(groups):
            yield Entry(group, number, person.birth_on, person.pk, person.family_id, person.first_name, person.sex)


def check_file(rows: Sequence[Row]) -> None:
    """Refuse a file that is not the bound employer's. Raises GroupOfAnotherError, GroupMissingError with the place."""
    owners, employer = check_rows(rows), open_employer()
    if employer.pk not in owners.values() and (_named(rows) or _own(employer)):
        where = next((row.where for row in rows if row.group_number), rows[0].where)
        raise GroupMissingError("The file names no group number of this employer.", where=where)


def check_rows(rows: Sequence[Row]) -> dict[str, int]:
    """Refuse rows that name another employer's group number, with the place of the first; else whose each number is."""
    employer, named = open_employer(), _named(rows)
    with desk_scope():
        owners = selectors.group_owners(list(named))
    for plain, row in named.items():
        if owners.get(plain, employer.pk) != employer.pk:
            raise GroupOfAnotherError(f"Group number {row.group_number} is another employer's.", where=row.where)
    return owners


def _named(rows: Sequence[Row]) -> dict[str, Row]:
    """Plain number -> the first row that names it."""
    named: dict[str, Row] = {}
    for row in rows:
        if row.group_number:
            named.setdefault(plain_number(row.group_number), row)
    return named


def with_group_of_file(rows: list[Row], number: str) -> list[Row]:
    """The rows, those without a group number under the file's own, where that is some employer's."""
    with desk_scope():
        known = bool(number and selectors.group_owners([plain_number(number)]))
    return [row._replace(group_number=number) if known and not row.group_number else row for row in rows]


def with_known_groups(rows: Sequence[Row]) -> list[Row]:
    """The rows, with a problem in each that names a group number which the bound employer does not have."""
    own = _own(open_employer())
    return [row if not row.group_number or plain_number(row.group_number) in own else _unknown(row) for row in rows]


def _unknown(row: Row) -> Row:
    return row.with_problem("group_unknown", f"Group number {row.group_number} is none of this employer's.")
