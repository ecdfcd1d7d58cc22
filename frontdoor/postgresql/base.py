"""Django's PostgreSQL with a pool that lends no connection a restart of the server has left dead.

The pool's own check waits a second after the first dead connection, two after the next, four after that: with five of
them in it, the first request after a restart waits ten seconds and fails. Here each is dropped as it is found.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection, straight or from the pool."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that answers. OperationalError when the server does not, within the pool's own time."""
        for _ in range(self.pool.max_size if self.pool else 0):
            lent = super().get_new_connection(conn_params)
            try:
                ConnectionPool.check_connection(lent)
            except OperationalError:
                # The pool sees that it is closed, drops it and makes another behind our back.
                self.pool.putconn(lent)
            else:
                return lent
        return super().get_new_connection(conn_params)
