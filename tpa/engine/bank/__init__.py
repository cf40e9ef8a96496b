"""What the bank says: statement files of several formats, read to the same entries, and matched with the books."""
