"""What pages of payees' accounts and addresses share: whose it is, and the answer of the second person."""

from collections.abc import Callable

from django.http import HttpRequest

from tpa.books.members import selectors as members
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.web.pages import attempt, reader


def member_of_number(number: str) -> int:
    """The key of the bound employer's one member of that number. Raises DomainError where there is not one."""
    found = list(members.members().filter(member_number=number)[:2]) if number else []
    if len(found) != 1:
        raise DomainError("No member has this number.", where="member_number", remedy="Read it from his page.")
    return found[0].pk


def decide(request: HttpRequest, action: str, act: Callable[[bool, int | None], object]) -> None:
    """Let `act` (approve or refuse, who) note the answer. Raises NotFoundError for another step."""
    if action not in ("approve", "refuse"):
        raise NotFoundError("There is no such step.")
    attempt(request, "It is noted.", lambda: act(action == "approve", reader(request).person))
