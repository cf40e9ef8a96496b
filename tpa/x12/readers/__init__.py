"""Readers: 837P/I/D claims and 834 enrolment, as generators of typed values."""
