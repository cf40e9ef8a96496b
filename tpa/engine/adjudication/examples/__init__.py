"""Example claims of a plan document and of case files: read, decided in their order, held against their answers."""
