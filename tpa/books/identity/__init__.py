"""Who may do what: users, grants, API keys (shared schema)."""
