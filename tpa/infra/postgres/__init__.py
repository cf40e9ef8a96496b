"""The database backend: a connection is bound to one employer, or to the TPA's desk, in schema and in role."""
