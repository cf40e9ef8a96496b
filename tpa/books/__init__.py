"""The books of record: Django apps with models, services (write) and selectors (read). No HTTP, no Celery."""
