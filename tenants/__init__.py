"""The employer as tenant: one PostgreSQL schema, one role, its host names. Imports nothing of tpa."""
