"""What happens to a connection between two users of the pool. Imported by the settings: no Django here."""

import psycopg


def forget_binding(connection: psycopg.Connection) -> None:
    """Leave a returned connection without role and without search path, so that an idle one can read nothing by name.

    The pool runs this in its own thread, outside the request that gave the connection back.
    """
    connection.autocommit = True
    connection.execute("SELECT set_config('role', 'none', false), set_config('search_path', '', false)")
