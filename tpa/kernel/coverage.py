"""Words of the field that more than one storey uses: lines of coverage and tiers."""

FUND_LINES = ("medical", "dental", "vision", "drug", "std", "ltd")
"""The lines of coverage that an employer's fund pays, the leading one first. Others are carved out to an insurer."""

TIERS = ("EE", "ES", "EC", "EF")
"""Employee alone, with spouse, with children, family."""

ALL_TIERS = "ALL"
"""In a table by tier: every tier that is not named."""
