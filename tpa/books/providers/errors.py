"""What the providers book refuses."""

from tpa.kernel.errors import DomainError


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
