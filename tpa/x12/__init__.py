"""PURE: X12 envelopes, readers (837P/I/D, 834) and writers (TA1, 999, 277CA)."""
