"""Bank accounts as ACH files name them: an ABA routing number and a number."""

from __future__ import annotations

from tpa.kernel.errors import DomainError

_WEIGHTS = (3, 7, 1) * 3


def is_routing_number(text: str) -> bool:
    """Nine digits whose weighted sum (3, 7, 1) is a multiple of ten, as the ABA's check digit wants; not all zeros."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()) or text == "0" * 9:
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True)) % 10 == 0


def require_account(routing_number: str, account_number: str) -> None:
    """Raise DomainError, with the place, for what is no account of an American bank."""
    if not is_routing_number(routing_number):
        raise DomainError(
            "That is no ABA routing number: nine digits with a check digit.",
            where="routing_number",
            remedy="Read it again from the check or the bank's letter.",
        )
    if not (account_number.isascii() and account_number.isalnum() and 4 <= len(account_number) <= 17):
        raise DomainError("An account number has 4 to 17 letters or digits.", where="account_number")
