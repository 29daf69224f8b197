"""Tenancy: no query on a school's data runs without having said which school.

Two lines stand behind each other. In Python, the querysets of a `TenantModel` refuse to touch the database until they
have heard a school. In PostgreSQL, row-level security gives a transaction only the rows of the schools in
`app.schools`, which `school_scope` sets and which ends with the transaction (SR-B03).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.contrib.auth.base_user import AbstractBaseUser

_schools: ContextVar[tuple[int, ...]] = ContextVar("schools", default=())
_national: ContextVar[str] = ContextVar("national", default="")


class UnscopedQuery(Exception):
    """A query on a school's data did not say which school."""


class NationalScopeOpen(Exception):
    """A national block was opened where it would not end by itself."""


def schools_in_scope() -> tuple[int, ...]:
    """Give the Basispoort IDs of the schools whose rows the database shows now."""
    return _schools.get()


def national_reason() -> str:
    """Give the reason of the national block that is open now, or an empty text."""
    return _national.get()


def set_local_scope() -> None:
    """Tell the open transaction which schools it may see; it forgets by itself when it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.schools', %s, true)", [",".join(map(str, _schools.get()))])


def opening() -> str:
    """Give the statement with which a transaction that opens now must begin, or an empty text."""
    if _national.get():
        return f"SELECT set_config('role', '{settings.DATABASE_NATIONAL_ROLE}', true)"
    return f"SELECT set_config('app.schools', '{','.join(map(str, _schools.get()))}', true)" if _schools.get() else ""


def _transaction_is_usable() -> bool:
    if not connection.in_atomic_block or connection.needs_rollback or connection.connection is None:
        return False
    return bool(connection.connection.info.transaction_status != TransactionStatus.INERROR)


@contextmanager
def school_scope(*schools: models.Model | int) -> Iterator[None]:
    """Let the database show the rows of these schools, and of no other, within the block.

    Works inside an open transaction as well as before one; a query outside any transaction still sees nothing.
    """
    ids = tuple(school if isinstance(school, int) else int(school.pk) for school in schools)
    token = _schools.set(ids)
    try:
        if _transaction_is_usable():
            set_local_scope()
        yield
    finally:
        _schools.reset(token)
        if _transaction_is_usable():
            set_local_scope()


@contextmanager
def school_transaction(*schools: models.Model | int) -> Iterator[None]:
    """Open a transaction that sees these schools: what a task or command does its work in."""
    with school_scope(*schools), transaction.atomic():
        yield


@contextmanager
def unscoped(reason: str, *, only_looks: bool = False) -> Iterator[None]:
    """Show the rows of every school within the block, for a national purpose that the reason names.

    The block is a transaction of its own (or a savepoint) and runs as the role `national`, which can read but,
    but for a few named tables, not write. Results must be fetched inside the block. A block that `only_looks` inside a
    transaction does without the savepoint: nothing in it can fail that the rest of the transaction would survive.
    """
    if not reason:
        message = "A national block must give its reason."
        raise ValueError(message)
    if _national.get():
        yield
        return
    token = _national.set(reason)
    try:
        if connection.in_atomic_block and only_looks:
            with _role_for_the_block():
                yield
        elif connection.in_atomic_block:
            with transaction.atomic(), _role_for_the_block():
                yield
        else:
            # The transaction opens in the role (`opening`) and takes it along when it ends.
            with transaction.atomic():
                yield
    finally:
        _national.reset(token)


@contextmanager
def _role_for_the_block() -> Iterator[None]:
    _set_role(settings.DATABASE_NATIONAL_ROLE)
    try:
        yield
    finally:
        if _transaction_is_usable():
            _set_role(settings.DATABASE_APP_ROLE)


@contextmanager
def unscoped_message(reason: str) -> Iterator[tuple[list[str], list[str]]]:
    """Give the statements that open and close a national look within one message to the database.

    As `unscoped(reason, only_looks=True)`, for queries that are sent together with them; none inside a national block.
    """
    if _national.get() or not reason:
        yield [], []
        return
    token = _national.set(reason)
    try:
        role = "SELECT set_config('role', '{}', true)"
        yield [role.format(settings.DATABASE_NATIONAL_ROLE)], [role.format(settings.DATABASE_APP_ROLE)]
    finally:
        _national.reset(token)


def _set_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[M_co]):
    """A queryset that refuses to run until it knows the school."""

    _is_scoped: bool = False

    def for_school(self, school: models.Model | int) -> Self:
        """Keep the rows of one school."""
        return self.for_schools([school])

    def for_schools(self, schools: Iterable[models.Model | int]) -> Self:
        """Keep the rows of these schools."""
        ids = [school if isinstance(school, int) else school.pk for school in schools]
        path = f"{self.model.tenant_path}_id"  # type: ignore[attr-defined]  # every model here is a TenantModel
        rows = self._scoped_copy()
        return rows.filter(**{path: ids[0]}) if len(ids) == 1 else rows.filter(**{f"{path}__in": ids})

    def for_user(self, user: AbstractBaseUser) -> Self:
        """Keep the rows of the schools at which this user has a running role."""
        return self.for_schools(user.school_ids())  # type: ignore[attr-defined]  # the User of accounts

    def _scoped_copy(self) -> Self:
        rows = self._chain()  # type: ignore[attr-defined]  # Django's own way to copy a queryset
        rows._is_scoped = True
        return rows  # type: ignore[no-any-return]

    def check_scope(self) -> None:
        """Raise UnscopedQuery unless it is said which school, or that it is about all."""
        if self._is_scoped or national_reason() or self._reached_through_a_row() or self.query.is_empty():
            return
        message = f"{self.model.__name__} holds data of schools: say for_school(), for_user() or unscoped()."
        raise UnscopedQuery(message)

    def _reached_through_a_row(self) -> bool:
        """Tell whether the queryset starts at a row already held, such as `school.pupils`."""
        return bool(self._hints.get("instance")) or bool(getattr(self, "_known_related_objects", None))  # type: ignore[attr-defined]

    def _clone(self) -> Self:
        copy = super()._clone()  # type: ignore[misc]  # private, but the one place through which copies go
        copy._is_scoped = self._is_scoped
        return copy  # type: ignore[no-any-return]

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self.check_scope()
        super()._fetch_all()

    def _iterator(self, use_chunked_fetch: bool, chunk_size: int | None) -> Any:  # noqa: FBT001, ANN401 - Django's own form
        self.check_scope()
        return super()._iterator(use_chunked_fetch, chunk_size)  # type: ignore[misc]

    def iterator(self, chunk_size: int | None = None) -> Iterator[M_co]:
        """Stream the rows of the scope."""
        self.check_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        """Count the rows of the scope."""
        self.check_scope()
        return super().count()

    def exists(self) -> bool:
        """Tell whether the scope has a row."""
        self.check_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's own form
        """Aggregate over the rows of the scope."""
        self.check_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:  # noqa: ANN401 - Django's own form
        """Update the rows of the scope."""
        self.check_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows of the scope."""
        self.check_scope()
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        return super()._raw_delete(using)

    def raw(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own form
        """Refuse raw SQL outside a national block: it cannot be seen to be scoped."""
        self.check_scope()
        return super().raw(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own form
        """Refuse to become a subquery while unscoped."""
        self.check_scope()
        return super().resolve_expression(*args, **kwargs)

    def __or__(self, other: Self) -> Self:  # type: ignore[override]
        """Join two querysets; both must be scoped."""
        self.check_scope()
        other.check_scope()
        return super().__or__(other)

    def __and__(self, other: Self) -> Self:  # type: ignore[override]
        """Cut two querysets; both must be scoped."""
        self.check_scope()
        other.check_scope()
        return super().__and__(other)


class TenantManager(models.Manager[M_co]):
    """Hands out querysets that refuse to run unscoped; a related manager starts at its row and is scoped."""

    def get_queryset(self) -> TenantQuerySet[M_co]:
        """Give a queryset that has not heard its school yet."""
        return TenantQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]

    def for_school(self, school: models.Model | int) -> TenantQuerySet[M_co]:
        """Keep the rows of one school."""
        return self.get_queryset().for_school(school)

    def for_schools(self, schools: Iterable[models.Model | int]) -> TenantQuerySet[M_co]:
        """Keep the rows of these schools."""
        return self.get_queryset().for_schools(schools)

    def for_user(self, user: AbstractBaseUser) -> TenantQuerySet[M_co]:
        """Keep the rows of the schools of a user."""
        return self.get_queryset().for_user(user)


class TenantModel(models.Model):
    """A row that belongs to a school.

    `tenant_path` names the way to the school. `national_writes` names what a national block may do to the table
    beside reading: "INSERT", "UPDATE", "DELETE". `insert_without_school` lets a row in that belongs to no school.
    """

    tenant_path: ClassVar[str] = "school"
    national_writes: ClassVar[frozenset[str]] = frozenset()
    insert_without_school: ClassVar[bool] = False

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
