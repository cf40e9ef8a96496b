"""The monthly funding invoice: lives, fees, premium, claims, credits."""
