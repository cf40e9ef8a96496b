"""What the providers book refuses."""

from tpa.kernel.errors import ConflictError, DomainError


class PriceFileError(DomainError):
    """A price list file has faults. Nothing of it was stored."""

    code = "price_file"
    remedy = (
        "CSV in UTF-8 with the columns code, modifier, place, amount, percent_of_charge; "
        "each row has either an amount (125.00) or a percentage (60)."
    )


class PriceListError(DomainError):
    """A price list version that cannot be published or dated so."""

    code = "price_list"


class CodeFileError(DomainError):
    """A file of coding edits has faults. Nothing of it was stored."""

    code = "code_file"
    remedy = "The text file of CMS, with tabs or commas: PTP edits (six columns) or MUE values (three)."


class SanctionFileError(DomainError):
    """A list of excluded providers has faults. Nothing of it was stored."""

    code = "sanction_file"
    remedy = "OIG's LEIE as CSV, or a CSV with the columns npi, tax_id, name, starts_on, ends_before."


class AccountStateError(ConflictError):
    """A payee's account was decided already."""

    code = "account_state"
    remedy = "Read it again: somebody may have been faster."


class AddressStateError(ConflictError):
    """A payee's address was decided already."""

    code = "address_state"
    remedy = "Read it again: somebody may have been faster."
