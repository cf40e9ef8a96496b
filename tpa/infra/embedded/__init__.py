"""PostgreSQL and Valkey inside `var/`, for a machine that has neither.

`python -m tpa.infra.embedded start | stop | status | run COMMAND`. Needs no Django and no root, and works as root too.
`DATABASE_URL` and `REDIS_URL` in the environment replace the server that they name. Tests make throwaway pairs:
`Services(folder)` with `start()`, `kill()` and `stop()`. Why it is our own: docs/adr/0001.
"""
