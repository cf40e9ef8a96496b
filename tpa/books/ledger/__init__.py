"""Double entry per employer in integer cents: accounts, entries, postings. Append-only."""
