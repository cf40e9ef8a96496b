"""Funding invoices, deposits and credits of an employer."""
