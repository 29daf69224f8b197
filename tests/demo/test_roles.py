"""The three roles and the Redis login, asked of real servers; production makes them with the same two files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from basispoort.demo.servers import Servers

ATTRIBUTES = """
    SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolbypassrls, rolcreaterole, rolinherit, rolreplication
      FROM pg_roles WHERE rolname ~ '^basispoort' ORDER BY 1"""


def ask(url: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(question.encode())
        return cursor.fetchall() if cursor.description else []


def superuser(servers: Servers) -> str:
    assert servers.postgres is not None
    return servers.postgres.superuser_url()


@pytest.mark.requirement("SR-B03")
@pytest.mark.requirement("SR-H03")
def test_roles_may_do_exactly_what_they_are_for(servers: Servers) -> None:
    rows = ask(superuser(servers), ATTRIBUTES)

    assert rows == [
        ("basispoort_app", True, False, False, False, False, False, False),
        ("basispoort_national", False, False, False, False, False, False, False),
        ("basispoort_owner", True, True, False, False, False, False, False),
    ]


@pytest.mark.requirement("SR-B03")
def test_app_may_become_national_but_does_not_inherit_it(servers: Servers) -> None:
    memberships = """
        SELECT member::regrole::text, roleid::regrole::text, inherit_option, set_option, admin_option
          FROM pg_auth_members WHERE member::regrole::text ~ '^basispoort' OR roleid::regrole::text ~ '^basispoort'"""

    assert ask(superuser(servers), memberships) == [("basispoort_app", "basispoort_national", False, True, False)]
    assert ask(servers.environment["DATABASE_URL"], "SET ROLE basispoort_national") == []


@pytest.mark.requirement("SR-B03")
@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE basispoort_owner",
        "SET ROLE postgres",
        "CREATE TABLE stolen (id int)",
        "CREATE SCHEMA stolen",
        "CREATE ROLE stolen",
        "CREATE DATABASE stolen",
        "ALTER ROLE basispoort_app BYPASSRLS",
        "GRANT basispoort_national TO basispoort_app WITH INHERIT TRUE",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_app_is_refused_what_it_is_not_for(servers: Servers, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(servers.environment["DATABASE_URL"], statement)


def test_nobody_comes_in_without_the_password(servers: Servers) -> None:
    assert servers.postgres is not None

    for user in ("postgres", "basispoort_owner", "basispoort_app"):
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password authentication failed"):
            psycopg.connect(host="127.0.0.1", port=servers.postgres.port, user=user, dbname="basispoort")


def test_database_is_the_owners_and_compares_text_alike_everywhere(servers: Servers) -> None:
    facts = """
        SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datlocprovider, datlocale
          FROM pg_database WHERE datname = 'basispoort'"""

    assert ask(superuser(servers), facts) == [("basispoort_owner", "UTF8", "b", "C.UTF-8")]


def test_database_made_by_the_owner_has_the_extension(servers: Servers) -> None:
    owner = servers.environment["DATABASE_OWNER_URL"]

    ask(owner, "CREATE DATABASE test_extension")

    copy = owner.removesuffix("/basispoort") + "/test_extension"
    assert ask(copy, "SELECT extname FROM pg_extension ORDER BY 1") == [("btree_gist",), ("plpgsql",)]
    ask(owner, "DROP DATABASE test_extension")


@pytest.mark.requirement("SR-H03")
@pytest.mark.parametrize(
    "command", [("CONFIG", "GET", "*"), ("FLUSHALL",), ("FLUSHDB",), ("KEYS", "*"), ("ACL", "LIST"), ("SHUTDOWN",)]
)
def test_redis_login_is_refused_dangerous_commands(servers: Servers, command: tuple[str, ...]) -> None:
    with (
        redis.Redis.from_url(servers.environment["REDIS_URL"]) as client,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        client.execute_command(*command)


@pytest.mark.requirement("SR-H03")
def test_redis_answers_nobody_without_the_login(servers: Servers) -> None:
    assert servers.valkey is not None

    with (
        redis.Redis(port=servers.valkey.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        stranger.get("anything")
