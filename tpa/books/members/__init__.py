"""People, families and their coverage, as of any day and as known on any day."""
