"""The life of a payment: which state follows which, and what is still outstanding at the bank."""

from __future__ import annotations

CHECK, ACH, ZERO, ADVICE, LETTER = "check", "ach", "zero", "advice", "letter"
"""How a payment leaves. Advice: another party issues the money. Zero: everything was set off or the plan owes nothing.
Letter: the payee is asked for money back."""

NEXT: dict[str, tuple[str, ...]] = {
    "proposed": ("issued", "cancelled"),
    "issued": ("mailed", "cleared", "stale", "void", "reissued", "returned"),
    "mailed": ("cleared", "stale", "void", "reissued"),
    "stale": ("cleared", "void", "reissued", "escheated"),
    "cleared": ("returned",),
    "returned": ("void", "reissued"),
    "void": (),
    "reissued": (),
    "escheated": (),
    "cancelled": (),
}
"""State -> the states that may follow. A returned transfer is open again: voided, or issued anew."""

STOPPED = frozenset({"void", "reissued", "escheated"})
"""The bank is not to pay it any more."""

OUTSTANDING = frozenset({"issued", "mailed", "stale", "returned"})
"""The money is owed to the payee and still in the fund."""


def may_become(state: str, new: str, method: str) -> bool:
    """Whether a payment of that method may go from `state` to `new`.

    Only checks are mailed, grow stale or escheat; only transfers come back; what moves no money is issued and stays so.
    """
    if new not in NEXT[state]:
        return False
    if new in ("mailed", "stale", "escheated"):
        return method == CHECK
    if new == "returned":
        return method == ACH
    return new in ("issued", "cancelled") or method in (CHECK, ACH, ADVICE)
