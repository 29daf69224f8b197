"""PostgreSQL as Django knows it, telling each transaction which schools it may see (SR-B03)."""

from __future__ import annotations

import selectors
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from psycopg import Cursor, Error
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection
    from psycopg.pq.abc import PGconn

    Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]

# A kept connection that says nothing for so long is given up; making a new one may take connect_timeout more.
SILENT_SECONDS = 0.5


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets `app.schools` at the start of a transaction, where a scope is open; nothing outlives the transaction."""

    def is_usable(self) -> bool:
        """Tell whether the server at the other end still answers; one that hangs is as good as away (SR-O)."""
        if self.connection is None:
            return False
        try:
            return _answers(self.connection.pgconn)
        except Error:
            return False

    def run_together(self, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
        """Run statements in one round trip, each planned once per connection, and give the rows of each.

        Outside a transaction they make up one of their own. Whoever counts, logs or refuses queries sees one.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        together = _Together(self.connection, statements)
        with self._prepare_cursor(together) as cursor:  # type: ignore[attr-defined]  # django-stubs does not know it
            cursor.execute(";\n".join(sql for sql, _ in statements), [values for _, values in statements])
        return together.rows

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's own form
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # django-stubs does not know the private method
        if autocommit or self.alias != "default":
            return
        from basispoort.lib.tenancy import opening  # noqa: PLC0415 - apps are not loaded when this module is

        if (statement := opening()) and self.connection is not None:
            # BEGIN and this go in one message; psycopg sees the open transaction and sends no BEGIN of its own.
            self._begin_with(statement)

    def _begin_with(self, statement: str) -> None:
        with self.wrap_database_errors:
            result = self.connection.pgconn.exec_(f"BEGIN; {statement}".encode())
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What Django's log of queries reads of a cursor; without the values."""

    query: bytes


class _Together:
    """What Django takes for a cursor: statements that travel together, with values bound by the server.

    The server keeps their plans where the setting DATABASE_PREPARED allows it (`prepare_threshold`).
    """

    def __init__(self, connection: Connection[Any], statements: Sequence[Statement]) -> None:
        self._connection = connection
        self._statements = statements
        self.rows: list[list[tuple[Any, ...]]] = []

    def execute(self, sql: str, _values: Sequence[Any]) -> None:
        """Send all, and wait once."""
        self._query = _Sent(sql.encode())
        with self._connection.pipeline():
            cursors = [Cursor(self._connection).execute(sql, values, prepare=True) for sql, values in self._statements]
        self.rows = [cursor.fetchall() if cursor.description else [] for cursor in cursors]

    def close(self) -> None:
        """Hold nothing open: the rows are here."""


def _answers(pgconn: PGconn) -> bool:
    """Ask the server a question and wait for its answer, but not for ever, as psycopg itself would."""
    pgconn.send_query(b"SELECT 1")
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, selectors.EVENT_READ)
        if not selector.select(SILENT_SECONDS):
            return False
    good = True
    while result := pgconn.get_result():
        good = good and not result.error_message
    return good
