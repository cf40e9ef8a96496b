"""The REST API. One module a book under v1; what all share is in core."""
