"""The employer's desk, on its own host."""
