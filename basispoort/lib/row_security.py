"""Grants and row-level security, written from the models after each migration (SR-B03).

The tables belong to the owner, who only migrates. The role of the portal may read and write rows, but of a
`TenantModel` only those of the schools in `app.schools`; the role `national` may read every row and write
where a model says so. What is not granted here is refused by the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from psycopg import sql

from basispoort.lib.tenancy import TenantModel

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_SCOPE = "= ANY (string_to_array(nullif(current_setting('app.schools', true), ''), ',')::bigint[])"
POLICIES = ("in_scope", "without_school", "national")


class OwnerMigratesRouter:
    """Lets the owner migrate and leaves everything else to the portal's own connection."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:  # noqa: ANN401, ARG002 - Django's own form
        """Read through the portal's role."""
        return "default"

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:  # noqa: ANN401, ARG002 - Django's own form
        """Write through the portal's role."""
        return "default"

    def allow_relation(self, *rows: models.Model, **hints: Any) -> bool:  # noqa: ANN401, ARG002 - Django's own form
        """Both connections lead to the same database."""
        return True


def tenant_models() -> Iterator[type[TenantModel]]:
    """Give every model whose rows belong to a school."""
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, TenantModel):
            yield model


def policy_condition(model: type[TenantModel]) -> str:
    """Give the SQL that is true for a row in scope, following `tenant_path` through its parents."""
    return _condition(model, model.tenant_path.split("__"))


def _condition(model: type[models.Model], path: list[str]) -> str:
    name = path[0] if any(field.name == path[0] for field in model._meta.get_fields()) else f"{path[0]}_id"
    field = model._meta.get_field(name)
    if not isinstance(field, models.ForeignKey | models.BigIntegerField):
        message = f"{model.__name__}.tenant_path must lead through foreign keys to the school."
        raise ImproperlyConfigured(message)
    column = f'"{model._meta.db_table}"."{field.column}"'
    if len(path) == 1:
        return f"{column} {IN_SCOPE}"
    parent = field.related_model
    assert isinstance(parent, type)
    assert issubclass(parent, models.Model)
    target = f'"{parent._meta.db_table}"."{parent._meta.pk.column}"'
    inner = _condition(parent, path[1:])
    return f'EXISTS (SELECT 1 FROM "{parent._meta.db_table}" WHERE {target} = {column} AND {inner})'  # noqa: S608 - names of our own models


def statements() -> Iterator[sql.Composed]:
    """Give all grants and policies, safe to run again."""
    app = sql.Identifier(settings.DATABASE_APP_ROLE)
    national = sql.Identifier(settings.DATABASE_NATIONAL_ROLE)
    both = sql.SQL("{}, {}").format(app, national)
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC").format()
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(both)
    yield sql.SQL("GRANT SELECT ON django_migrations TO {}").format(both)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(both)
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        table = sql.Identifier(model._meta.db_table)
        rights = sql.SQL(", ").join(
            map(sql.SQL, getattr(model, "app_rights", ("SELECT", "INSERT", "UPDATE", "DELETE")))
        )
        yield sql.SQL("REVOKE ALL ON {} FROM {}").format(table, both)
        yield sql.SQL("GRANT {} ON {} TO {}").format(rights, table, app)
        if issubclass(model, TenantModel):
            writes = sorted(model.national_writes)
            yield from _policies(model, table, app, national)
        else:
            writes = sorted(
                {"INSERT", "UPDATE", "DELETE"} & set(getattr(model, "app_rights", ("INSERT", "UPDATE", "DELETE")))
            )
        granted = sql.SQL(", ").join(map(sql.SQL, ["SELECT", *writes]))
        yield sql.SQL("GRANT {} ON {} TO {}").format(granted, table, national)


def _policies(
    model: type[TenantModel], table: sql.Identifier, app: sql.Identifier, national: sql.Identifier
) -> Iterator[sql.Composed]:
    condition = sql.SQL(policy_condition(model))
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(table)
    for policy in POLICIES:
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(policy), table)
    yield sql.SQL("CREATE POLICY in_scope ON {} TO {} USING ({}) WITH CHECK ({})").format(
        table, app, condition, condition
    )
    if model.insert_without_school:
        nobodys = sql.SQL(f'"{model.tenant_path}_id" IS NULL')
        yield sql.SQL("CREATE POLICY without_school ON {} FOR INSERT TO {} WITH CHECK ({})").format(table, app, nobodys)
    yield sql.SQL("CREATE POLICY national ON {} TO {} USING (true) WITH CHECK (true)").format(table, national)


def after_migrate(*, app_config: Any, using: str, **_kwargs: Any) -> None:  # noqa: ANN401 - a signal's form
    """Write grants and policies once, after the last app of a migration by the owner."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config is not last or using != "owner":
        return
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    missing = [m for m in apps.get_models() if m._meta.managed and m._meta.db_table not in tables]
    if missing:
        return  # a migration to an older state: the next full one writes them
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
