"""Providers, networks, price lists (shared schema)."""
