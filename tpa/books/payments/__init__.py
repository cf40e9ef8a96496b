"""Payments of decided claims, as far as they are funded."""
