"""Mailing addresses of payees: as checks and letters want them, and what is wrong with one that no letter reaches."""

from __future__ import annotations

import re
from typing import NamedTuple

from tpa.kernel.errors import DomainError

US, CANADA = "US", "CA"
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA"
    " RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP"
)
_PROVINCES = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
STATES, PROVINCES = frozenset(_STATES.split()), frozenset(_PROVINCES.split())
"""Two letters as the USPS has them: states, territories, freely associated states, armed forces (Publication 28, B)."""
_COUNTRIES = {"USA": US, "UNITED STATES": US, "CAN": CANADA, "CANADA": CANADA}
_ZIP, _CANADIAN = re.compile(r"(\d{5})-?(\d{4})?"), re.compile(r"([ABCEGHJ-NPRSTVXY]\d[A-Z]) ?(\d[A-Z]\d)")


class MailingAddress(NamedTuple):
    """Where a letter goes. `region`: state or province, two letters; `country`: US, CA, or as it is written on letters."""

    line_1: str
    line_2: str
    city: str
    region: str
    postal_code: str
    country: str = US

    @property
    def lines(self) -> tuple[str, ...]:
        """As they stand under the name: street, place, and the country where it is another one."""
        place = f"{self.city} {self.region}  {self.postal_code}".strip()
        abroad = "" if self.country == US else "CANADA" if self.country == CANADA else self.country.upper()
        return tuple(line for line in (self.line_1, self.line_2, place, abroad) if line)

    @property
    def key(self) -> tuple[str, ...]:
        """What two spellings of one address have in common: letters and digits, whatever their case."""
        return tuple("".join(char for char in part.casefold() if char.isalnum()) for part in self)


def mailing_address(
    line_1: str, line_2: str = "", city: str = "", region: str = "", postal_code: str = "", country: str = ""
) -> MailingAddress:
    """The address with each part as mail wants it: blanks gathered, codes in capitals, ZIP+4 and Canadian codes spaced.

    Without a country it is Canadian where its province is, else American. What does not fit stays as it is told:
    `fault_of` finds it.
    """
    line_1, line_2, city, region, postal_code, country = (
        " ".join(part.split()) for part in (line_1, line_2, city, region, postal_code, country)
    )
    told, region, postal_code = country.upper(), region.upper(), postal_code.upper()
    where = _COUNTRIES.get(told, country if len(told) > 2 else told)
    where = where or (CANADA if region in PROVINCES else US)
    if where == US and (found := _ZIP.fullmatch(postal_code)):
        postal_code = "-".join(filter(None, found.groups()))
    elif where == CANADA and (found := _CANADIAN.fullmatch(postal_code)):
        postal_code = " ".join(found.groups())
    return MailingAddress(line_1, line_2, city, region, postal_code, where)


def fault_of(address: MailingAddress) -> tuple[str, str] | None:
    """The part that is wrong, and why no letter arrives; None for an address that can be used."""
    for name, text in address._asdict().items():
        if not text.isprintable():
            return name, "holds what cannot be printed"
    if not address.line_1:
        return "line_1", "is missing: street and number, or a post office box"
    if not address.city:
        return "city", "is missing"
    if address.country == US:
        if address.region not in STATES:
            return "region", f"{address.region!r} is no state of two letters"
        if not _ZIP.fullmatch(address.postal_code):
            return "postal_code", f"{address.postal_code!r} is no ZIP code of five or nine digits"
    if address.country == CANADA:
        if address.region not in PROVINCES:
            return "region", f"{address.region!r} is no province of two letters"
        if not _CANADIAN.fullmatch(address.postal_code):
            return "postal_code", f"{address.postal_code!r} is no Canadian postal code (A1A 1A1)"
    return None


def require_address(address: MailingAddress) -> None:
    """Raise DomainError, with the part, for an address that no letter reaches."""
    if fault := fault_of(address):
        name, why = fault
        raise DomainError(
            f"The {name.replace('_', ' ')} {why}.", where=name, remedy="Write the address as on a letter."
        )
