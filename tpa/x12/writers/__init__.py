"""Writers: TA1, 999, 277CA, and 837 and 834 files from the values that the readers yield."""
