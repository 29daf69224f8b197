"""PostgreSQL as Django knows it, telling each transaction which schools it may see (SR-B03)."""

from __future__ import annotations

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Sets `app.schools` at the start of a transaction, where a scope is open; nothing outlives the transaction."""

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's own form
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # django-stubs does not know the private method
        if autocommit or self.alias != "default":
            return
        from basispoort.lib.tenancy import schools_in_scope  # noqa: PLC0415 - apps are not loaded when this module is

        if schools := schools_in_scope():
            with self.cursor() as cursor:
                cursor.execute("SELECT set_config('app.schools', %s, true)", [",".join(map(str, schools))])
