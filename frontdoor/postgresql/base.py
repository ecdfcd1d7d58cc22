"""Django's PostgreSQL: what is asked again and again is planned once, and a pool lends no connection that is dead.

The pool's own check waits a second after the first dead connection, two after the next, four after that: with five of
them in it, the first request after a restart waits ten seconds and fails. Here each is dropped as it is found.
"""

from typing import Any, Self

from django.conf import settings
from django.db.backends.postgresql import base, operations
from psycopg import Cursor, OperationalError, errors, pq
from psycopg.abc import Params
from psycopg_pool import ConnectionPool

#: So many statements a connection keeps prepared: the questions of the busiest pages, in a few sets of roles.
PREPARED_MOST = 150


class PreparedCursor(Cursor[Any]):
    """Has each statement prepared by the server, with the connection, and sends the values alone."""

    #: By this django-pghistory knows a cursor that only reads, and puts nothing before the statement: two in one cannot
    #: be prepared. Of those without a name it knows it by the first word, which a union has not.
    name = "prepared"

    def execute(
        self, query: Any, params: Params | None = None, *, prepare: bool | None = True, binary: bool | None = None
    ) -> Self:
        """Ask it. A plan that a migration left behind is made again, where no transaction has failed with it."""
        try:
            return super().execute(query, params, prepare=prepare, binary=binary)
        except errors.FeatureNotSupported:
            if self.connection.info.transaction_status != pq.TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")  # psycopg reads what it did, and forgets its own list
            return super().execute(query, params, prepare=prepare, binary=binary)


class DatabaseOperations(operations.DatabaseOperations):
    """Tells what was asked of a prepared statement too."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """The statement with its values, for who counts and reads the questions of a page."""
        told: str = super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)
        return told


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection, straight or from the pool."""

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """The same, and whether statements may be prepared; only who asks for a prepared cursor has them so."""
        params: dict[str, Any] = super().get_connection_params()
        params["prepare_threshold"] = 1 if settings.DB_PREPARED else None
        return params

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
                break
        else:
            lent = super().get_new_connection(conn_params)
        return self._as_lent(lent)

    def _as_lent(self, lent: Any) -> Any:
        """A connection that keeps plans where they are its own: behind a pooler the next statement may go elsewhere.

        A pooler hands out a process number of its own, by which it passes a cancellation on; the server says the true
        one. Asked once for each connection.
        """
        if getattr(lent, "prepared_max", None) != PREPARED_MOST:
            lent.prepared_max = PREPARED_MOST
            if lent.prepare_threshold is not None:
                asked = lent.execute("SELECT pg_backend_pid()").fetchone()
                if asked is None or asked[0] != lent.info.backend_pid:
                    lent.prepare_threshold = None
                if not lent.autocommit:
                    lent.rollback()  # what was asked began a transaction, which nobody means to be in
        return lent

    def prepared(self) -> Any:
        """A cursor for a statement whose text is the same each time: the server plans it once for this connection."""
        self.ensure_connection()
        usual = self.connection.cursor_factory
        self.connection.cursor_factory = PreparedCursor
        try:
            return self.cursor()
        finally:
            self.connection.cursor_factory = usual
