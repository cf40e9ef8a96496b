"""What has been used up: deductibles, out-of-pocket amounts, limits, by person and family and period."""
