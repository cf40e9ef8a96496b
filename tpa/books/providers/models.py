"""Who treats, in which network, at what price. Shared schema: providers serve many employers.

A `PriceList` pays providers. Its versions are dated and immutable once published; a version holds from its date to
the next one's.
"""

import pghistory
from django.db import models
from django.db.models import F, Q

# Django finds models in this module alone.
from tpa.books.providers import account_models as account_models
from tpa.kernel.periods import FOREVER


@pghistory.track()
class Provider(models.Model):
    """A person or organisation that treats or bills, known by NPI and by the tax id that is paid."""

    npi = models.CharField(
        "NPI",
        max_length=10,
        blank=True,
        help_text="National provider identifier, ten digits.",
    )
    tax_id = models.CharField(
        "tax id",
        max_length=12,
        blank=True,
        help_text="EIN or SSN that payments report under.",
    )
    name = models.CharField(max_length=120)
    specialty = models.CharField(max_length=10, blank=True, help_text="Taxonomy code.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["npi"], condition=~Q(npi=""), name="provider_npi")]
        indexes = [models.Index(fields=["tax_id"], name="provider_tax_id")]

    def __str__(self) -> str:
        return f"{self.name} ({self.npi or self.tax_id})"


@pghistory.track()
class Network(models.Model):
    """A provider network that employers can rent."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class NetworkMembership(models.Model):
    """A provider belongs to a network for a span of dates, in one of its tiers."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="memberships")
    network = models.ForeignKey(Network, models.PROTECT, related_name="memberships")
    tier = models.CharField(max_length=30, help_text="Tier name as plan documents use it, for example in.")
    starts_on = models.DateField()
    ends_before = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["network", "provider", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "network", "starts_on"], name="membership_start"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="membership_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} in {self.network} ({self.tier})"


@pghistory.track()
class EmployerNetwork(models.Model):
    """An employer rents a network for a span of dates. Where two hold, the lower rank decides."""

    employer = models.ForeignKey("tenants.Employer", models.PROTECT, related_name="+")
    network = models.ForeignKey(Network, models.PROTECT, related_name="employers")
    rank = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    ends_before = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["employer", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "network", "starts_on"],
                name="employer_network_start",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_before")),
                name="employer_network_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} for employer {self.employer_id}"


@pghistory.track()
class PriceList(models.Model):
    """What a contract pays per procedure. The prices stand in its versions."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PriceListVersion(models.Model):
    """The prices from a date on. Immutable once published."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_on = models.DateField(help_text="First date of service at these prices.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["price_list", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["price_list", "number"], name="price_list_version_number"),
            models.UniqueConstraint(
                fields=["price_list", "effective_on"],
                condition=Q(state="published"),
                name="price_list_effective_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_list} v{self.number} from {self.effective_on}"


class Price(models.Model):
    """One price: an amount, a percentage of the charge, or a DRG's weight. Empty modifier, place or area matches any."""

    class Per(models.TextChoices):
        UNIT = "unit", "Unit"
        DAY = "day", "Day"
        CASE = "case", "Case"
        WEIGHT = "weight", "Weight of one"

    version = models.ForeignKey(PriceListVersion, models.CASCADE, related_name="prices")
    code = models.CharField(max_length=8, help_text="Procedure or revenue code.")
    modifier = models.CharField(max_length=2, blank=True)
    place = models.CharField("place of service", max_length=2, blank=True)
    amount_cents = models.BigIntegerField(null=True, blank=True, help_text="Per unit, in cents.")
    percent_of_charge_bp = models.IntegerField(null=True, blank=True, help_text="In basis points: 6000 is 60 %.")
    per = models.CharField(max_length=6, choices=Per, default=Per.UNIT)
    area = models.CharField(max_length=5, blank=True, help_text="The first digits of a ZIP code; empty is everywhere.")
    percentile = models.PositiveSmallIntegerField(default=0, help_text="0: not a row of a percentile table.")
    weight_e4 = models.IntegerField("relative weight", default=0, help_text="Of a DRG, in ten-thousandths.")

    class Meta:
        ordering = ["version", "code", "modifier", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code", "modifier", "place", "per", "area", "percentile"], name="price_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0, percent_of_charge_bp__isnull=True, weight_e4=0)
                | Q(amount_cents__isnull=True, percent_of_charge_bp__gte=0, weight_e4=0)
                | Q(amount_cents__isnull=True, percent_of_charge_bp__isnull=True, weight_e4__gt=0),
                name="price_amount_percent_or_weight",
            ),
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class ProviderContract(models.Model):
    """Who is paid by which price list: one provider, or everybody in a network. A provider's own comes first."""

    provider = models.ForeignKey(Provider, models.CASCADE, null=True, blank=True, related_name="contracts")
    network = models.ForeignKey(Network, models.PROTECT, null=True, blank=True, related_name="contracts")
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="contracts")
    starts_on = models.DateField()
    ends_before = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__isnull=True) ^ Q(network__isnull=True),
                name="contract_provider_or_network",
            ),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="contract_dates"),
            models.UniqueConstraint(
                fields=["provider", "starts_on"],
                condition=Q(provider__isnull=False),
                name="contract_provider_start",
            ),
            models.UniqueConstraint(
                fields=["network", "starts_on"],
                condition=Q(network__isnull=False),
                name="contract_network_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider or self.network}: {self.price_list}"


class CodeTableVersion(models.Model):
    """Pairs of codes or unit limits (CMS's PTP and MUE files) under a name that plans use, from a day of service on."""

    class Kind(models.TextChoices):
        PAIRS = "pairs", "Pairs of codes"
        UNITS = "units", "Unit limits"

    table = models.CharField(max_length=30, help_text="The name by which plan documents ask for it.")
    kind = models.CharField(max_length=5, choices=Kind)
    effective_on = models.DateField(help_text="First date of service; the version holds to the next one's.")

    class Meta:
        ordering = ["table", "kind", "-effective_on"]
        constraints = [
            models.UniqueConstraint(fields=["table", "kind", "effective_on"], name="code_table_effective_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} ({self.kind}) from {self.effective_on}"


class CodePairRow(models.Model):
    """Column 2 is not paid beside column 1. `modifier`: 0 never, 1 unless a modifier sets it apart, 9 no edit."""

    version = models.ForeignKey(CodeTableVersion, models.CASCADE, related_name="pairs", db_index=False)
    column_1 = models.CharField(max_length=5)
    column_2 = models.CharField(max_length=5)
    modifier = models.SmallIntegerField()
    starts_on = models.DateField()
    ends_before = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["version", "column_2", "column_1"], name="code_pair")]

    def __str__(self) -> str:
        return f"{self.column_1} / {self.column_2}"


class UnitLimitRow(models.Model):
    """The most units of a code, on a line or on a day."""

    version = models.ForeignKey(CodeTableVersion, models.CASCADE, related_name="unit_limits", db_index=False)
    code = models.CharField(max_length=5)
    most = models.IntegerField()
    per_day = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["version", "code"], name="unit_limit")]

    def __str__(self) -> str:
        return f"{self.code}: {self.most}"


class Sanction(models.Model):
    """A provider stands on a list of excluded ones (OIG's LEIE), as known from `recorded_at` to `superseded_at`."""

    list = models.CharField(max_length=20, help_text="The list's name: LEIE.")
    npi = models.CharField("NPI", max_length=10, blank=True)
    tax_id = models.CharField("tax id", max_length=12, blank=True)
    name = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField(help_text="First day of the exclusion.")
    ends_before = models.DateField(default=FOREVER, help_text="Day of the reinstatement.")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["list", "starts_on", "id"]
        indexes = [
            models.Index(fields=["npi"], condition=~Q(npi=""), name="sanction_npi"),
            models.Index(fields=["tax_id"], condition=~Q(tax_id=""), name="sanction_tax_id"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(npi="", tax_id=""), name="sanction_of_a_number"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_before")), name="sanction_dates"),
            models.UniqueConstraint(
                fields=["list", "npi", "tax_id", "starts_on"],
                condition=Q(superseded_at=None),
                name="sanction_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list}: {self.npi or self.tax_id}"
