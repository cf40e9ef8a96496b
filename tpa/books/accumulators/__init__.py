"""Append-only accumulator entries and the balances they add up to."""
