"""Django glue: tenant-bound database and tasks, outbox, jobs, COPY, locks."""
