"""What all tests share: the database under its real roles, and a cast of invented people."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.utils.translation import trans_real
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import TotpDevice
from basispoort.audit.models import AuditEntry, AuditHead, AuditSeal
from basispoort.lib.catalogues import compile_all
from basispoort.lib.proof import note_proof
from basispoort.lib.row_security import tenant_models
from tests.cast import *  # noqa: F403 - the cast's fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from accounts.models import User


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues once, and forget what was read of older ones: tests read the Dutch words."""
    if not hasattr(config, "workerinput"):
        compile_all()
        gettext._translations.clear()  # type: ignore[attr-defined]  # private: nobody else compiles while running
        trans_real._translations.clear()  # type: ignore[attr-defined]  # likewise
        trans_real._default = None  # type: ignore[attr-defined]  # likewise


class PortalClient(Client):
    """A browser whose user took every step of signing in a moment ago, where `force_login` is told so."""

    def force_login(self, user: User, backend: str | None = None) -> None:
        """Sign in, second step included where the user has an app."""
        super().force_login(user, backend)
        device = TotpDevice.objects.filter(user=user, confirmed=True).first()
        session = self.session
        note_proof(session)
        if device is not None:
            session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()


@pytest.fixture
def client() -> Client:
    """A browser that knows of second steps."""
    return PortalClient()


KEEP = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,  # noqa: ARG001 - asked for its effect
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,  # noqa: ARG001 - asked for its effect
) -> Iterator[None]:
    """Make and migrate the test database as its owner; the tests then speak as the portal's own role."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
        teardown_databases(made, verbosity=0)


FILLED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""


def empty_tables(self: TransactionTestCase) -> None:  # noqa: ARG001 - stands in for a method
    """Empty every table that ever held a row as the owner; the portal's own role may not, and the trail refuses both.

    Rows are deleted, not truncated: a hundred tables with their indexes take a second to truncate, a few rows nothing.
    """
    owner = connections["owner"]
    trail = [model._meta.db_table for model in (AuditEntry, AuditSeal, AuditHead)]
    with psycopg.connect(**owner.get_connection_params()) as connection, connection.cursor() as cursor:
        cursor.execute(FILLED)
        tables = sorted({row[0] for row in cursor.fetchall()} - KEEP)
        secured = [model._meta.db_table for model in tenant_models() if model._meta.db_table in tables]
        steps = [f"ALTER TABLE {table} DISABLE TRIGGER append_only" for table in trail]
        steps += [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in secured]
        steps += [f"DELETE FROM {table}" for table in tables]  # noqa: S608 - names from the catalogue
        steps += ["SET CONSTRAINTS ALL IMMEDIATE"]
        steps += [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in secured]
        steps += [f"ALTER TABLE {table} ENABLE TRIGGER append_only" for table in trail]
        cursor.execute(";".join(steps))


@pytest.fixture(scope="session", autouse=True)
def _owner_empties_tables() -> None:
    TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]  # Django's own, private


@pytest.fixture
def queries() -> CaptureQueriesContext:
    """Count the queries of a block: `with queries: …; len(queries)`."""
    return CaptureQueriesContext(connections["default"])
