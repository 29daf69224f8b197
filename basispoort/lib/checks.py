"""Start-up checks: what must hold before a process may serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register  # noqa: A004 - its name there
from django.db import connections
from django.db.utils import OperationalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig
    from django.core.checks import CheckMessage

POWERS = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
OWNS_TABLES = "SELECT exists (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"


def too_powerful() -> str:
    """Say what the portal's own database role can do and must not (SR-B04); empty when all is well."""
    with connections["default"].cursor() as cursor:
        cursor.execute(POWERS)
        if cursor.fetchone()[0]:
            return "is a superuser or may pass by row-level security"
        cursor.execute(OWNS_TABLES)
        if cursor.fetchone()[0]:
            return "owns tables"
    return ""


class RoleTooPowerful(Exception):
    """The portal's database role can pass by row-level security; nothing may be served with it."""


def refuse_powerful_role() -> None:
    """Raise RoleTooPowerful before a web or worker process serves; a database that is away is no reason (SR-B04)."""
    try:
        reason = too_powerful()
    except OperationalError:
        return
    finally:
        connections["default"].close()
    if reason:
        message = f"The database role of the portal {reason}; see docs/how-to/production.md."
        raise RoleTooPowerful(message)


@register(Tags.security)
def outgoing_networks(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's own form
    **_kwargs: object,
) -> list[CheckMessage]:
    """Warn where the portal may call networks that are not public: right for demo and tests alone (SR-D10)."""
    if not settings.EXTRA_OUTGOING_NETWORKS:
        return []
    return [Warning("EXTRA_OUTGOING_NETWORKS lets the portal call networks that are not public.", id="lib.W001")]


@register(Tags.database)
def database_role(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - Django's own form
    databases: Sequence[str] | None,
    **_kwargs: object,
) -> list[CheckMessage]:
    """Refuse to start as superuser, as owner of the tables or past row-level security (SR-B04)."""
    if not databases or "default" not in databases:
        return []
    try:
        reason = too_powerful()
    except OperationalError:
        return []  # the health check tells of a database that is away
    if not reason:
        return []
    return [Error(f"The database role of the portal {reason}.", hint="See docs/how-to/production.md.", id="lib.E001")]
