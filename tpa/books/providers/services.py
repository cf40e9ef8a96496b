"""Writing providers, networks and price lists. All of it happens at the TPA's desk."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from tpa.books.providers.errors import PriceListError
from tpa.books.providers.models import Price, PriceList, PriceListVersion
from tpa.books.providers.price_file import read_prices
from tpa.kernel.errors import ConflictError, NotFoundError


@transaction.atomic
def import_price_list(*, code: str, effective_on: date, data: bytes, name: str = "") -> PriceListVersion:
    """The next draft version of a price list from a CSV file (see price_file), written by COPY, or nothing of it.

    Makes the list if there is none of that code. Raises PriceFileError.
    """
    prices = read_prices(data)
    price_list, _ = PriceList.objects.get_or_create(code=code, defaults={"name": name or code})
    PriceList.objects.select_for_update().get(pk=price_list.pk)
    version = PriceListVersion.objects.create(
        price_list=price_list,
        number=(price_list.versions.aggregate(n=Max("number"))["n"] or 0) + 1,
        effective_on=effective_on,
    )
    columns = "version_id, code, modifier, place, per, area, percentile, amount_cents, percent_of_charge_bp, weight_e4"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {Price._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for price in prices:
            copy.write_row((version.pk, *price))
    return version


@transaction.atomic
def publish_price_list(*, version_id: int, now: datetime) -> PriceListVersion:
    """Make a draft version pay claims from its date on. From then on the database refuses every change of it."""
    version = PriceListVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("There is no such price list version.")
    if version.state == PriceListVersion.State.PUBLISHED:
        raise ConflictError(f"{version} is published already.", remedy="Import a new version instead.")
    published = PriceListVersion.State.PUBLISHED
    same_day = PriceListVersion.objects.filter(
        price_list_id=version.price_list_id, effective_on=version.effective_on, state=published
    )
    if same_day.exists():
        raise PriceListError(
            f"A published version takes effect on {version.effective_on} already.",
            where="effective_on",
            remedy="Give the new version a later date.",
        )
    if not version.prices.exists():
        raise PriceListError("The version holds no price.", remedy="Import its prices first.")
    version.state, version.published_at = published, now
    version.save(update_fields=["state", "published_at"])
    return version
