"""PostgreSQL as Django knows it, telling each transaction which schools it may see (SR-B03)."""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING

from django.db.backends.postgresql import base
from psycopg import Error

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

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

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's own form
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # django-stubs does not know the private method
        if autocommit or self.alias != "default":
            return
        from basispoort.lib.tenancy import schools_in_scope  # noqa: PLC0415 - apps are not loaded when this module is

        if schools := schools_in_scope():
            with self.cursor() as cursor:
                cursor.execute("SELECT set_config('app.schools', %s, true)", [",".join(map(str, schools))])


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
