"""An employer's group numbers: each belongs to one employer."""

from django.db import IntegrityError, transaction

from tpa.books.agreements.errors import GroupTakenError, TermsError
from tpa.books.agreements.models import GroupNumber
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import plain_number

LONGEST = 50


def add_group_number(*, employer_id: int, number: str) -> GroupNumber:
    """One more number of the employer. Raises TermsError, and GroupTakenError where somebody has it already."""
    number, plain = number.strip(), plain_number(number)
    if not plain or len(plain) > LONGEST or len(number) > LONGEST or not number.isprintable():
        raise TermsError(
            f"{number[:60]!r} is no group number.", where="/number", remedy=f"Letters and digits, at most {LONGEST}."
        )
    try:
        with transaction.atomic():
            return GroupNumber.objects.create(employer_id=employer_id, number=number, plain=plain)
    except IntegrityError as error:
        raise GroupTakenError(f"Group number {number} is taken.", where="/number") from error


def remove_group_number(*, employer_id: int, number: str) -> None:
    """Take a number from the employer. Raises NotFoundError where it has none such."""
    if not GroupNumber.objects.filter(employer_id=employer_id, plain=plain_number(number)).delete()[0]:
        raise NotFoundError("The employer has no such group number.")
