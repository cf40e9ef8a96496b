"""One file, one format of bank statements."""
