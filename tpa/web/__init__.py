"""Where people and programs come in: the REST API, the operator desk, the employer portal."""
