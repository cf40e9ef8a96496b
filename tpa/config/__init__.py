"""Settings, URLs, Celery, WSGI."""
