"""Queries of the ORM that are written out once per process and run many times with other values.

For the few pages that are asked for all day: Django spends more time on writing such a query out than PostgreSQL
spends on answering it. What is sent is the ORM's own SQL, so scoping and row-level security stay as they are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery
from psycopg import Binary

from basispoort.lib.tenancy import TenantQuerySet, unscoped_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model, QuerySet

M = TypeVar("M", bound="Model")
Value = int | str | bytes | date | UUID
Row = tuple[Any, ...]
SMALLEST = -(10**17)
ASKING = "asking"
_inserts: dict[type[Model], str] = {}


class Compiled:
    """A query with named values; `build` gives it, as a `values_list`, for any values of the same kinds.

    It must depend on the values alone and hand each of them to the database unchanged; raises ValueError otherwise.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._written: tuple[str, list[Any], list[str | None], dict[int, Any]] | None = None

    def write(self, values: dict[str, Value]) -> tuple[str, list[Any]]:
        """Give SQL and parameters for these values."""
        if self._written is None:
            self._written = self._write_out(values)
        sql, parameters, names, _converters = self._written
        filled = [
            parameter if name is None else _like(parameter, values[name])
            for parameter, name in zip(parameters, names, strict=True)
        ]
        return sql, filled

    def read(self, rows: list[Row]) -> list[Row]:
        """Give the rows as the fields of the models want them."""
        assert self._written is not None
        converters = self._written[3]
        return [_converted(row, converters) for row in rows] if converters else rows

    def _write_out(self, values: dict[str, Value]) -> tuple[str, list[Any], list[str | None], dict[int, Any]]:
        marks = {name: _mark(value, number) for number, (name, value) in enumerate(values.items(), start=1)}
        rows = self._build(**marks)
        if isinstance(rows, TenantQuerySet):
            rows.check_scope()
        compiler = rows._chain().query.get_compiler(connection=connection)  # type: ignore[attr-defined]
        sql, parameters = compiler.as_sql()
        self._keep(compiler)
        names = [_name_of(parameter, marks) for parameter in parameters]
        if set(names) - {None} != set(values):
            message = "A value does not reach the database as it is."
            raise ValueError(message)
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return sql, list(parameters), names, converters

    def _keep(self, compiler: Any) -> None:  # noqa: ANN401 - Django's compiler of SQL
        """Keep of the compiler what reading the rows will need; plain rows need nothing."""


class Objects(Compiled, Generic[M]):
    """A query whose rows are objects, with what it selects along and annotates; `build` gives the queryset itself."""

    _hydrate: Callable[[Row], M]

    def all(self, *, unscoped: str = "", **values: Value) -> list[M]:
        """Ask, and give the objects; `unscoped` as with `ask`."""
        return ask([self], unscoped=unscoped, may_fail=False, **values)[0]

    def read(self, rows: list[Row]) -> list[M]:  # type: ignore[override]  # objects in the place of rows
        """Give the objects that the rows hold."""
        return [self._hydrate(row) for row in super().read(rows)]

    def first(self, *, unscoped: str = "", may_fail: bool = False, **values: Value) -> M | None:
        """Ask, and give the first object, or None; `unscoped` and `may_fail` as with `ask`."""
        return next(iter(ask([self], unscoped=unscoped, may_fail=may_fail, **values)[0]), None)

    def _keep(self, compiler: Any) -> None:  # noqa: ANN401 - Django's compiler of SQL
        model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        own = slice(places[0], places[-1] + 1)
        names = [column[0].target.attname for column in compiler.select[own]]
        related = get_related_populators(compiler.klass_info, compiler.select, "default")  # type: ignore[call-arg]  # stubs of 6
        annotated = dict(compiler.annotation_col_map or {})

        def hydrate(row: Row) -> M:
            made_of: M = model.from_db("default", names, row[own])
            for populator in related:
                populator.populate(row, made_of)
            for name, place in annotated.items():
                setattr(made_of, name, row[place])
            return made_of

        self._hydrate = hydrate


def ask(queries: Sequence[Compiled], *, unscoped: str = "", may_fail: bool = False, **values: Value) -> list[list[Any]]:
    """Run queries in one round trip, each with those of the values it names, and give the rows or objects of each.

    With a reason in `unscoped` they look at all schools, as in a block `unscoped(reason, only_looks=True)`: the role
    comes and goes in the same message. So does the savepoint of queries that `may_fail`, after which the transaction
    goes on as if they had not been asked.
    """
    apart = may_fail and connection.in_atomic_block
    with unscoped_message(unscoped) as (role, role_back):
        before = [f"SAVEPOINT {ASKING}", *role] if apart else role
        after = [*role_back, f"RELEASE SAVEPOINT {ASKING}"] if apart else role_back
        written = [query.write(_named(query, values)) for query in queries]
        statements = [*((sql, ()) for sql in before), *written, *((sql, ()) for sql in after)]
        try:
            found = connection.run_together(statements)  # type: ignore[attr-defined]  # our own wrapper has it
        except DatabaseError:
            if apart:
                with connection.cursor() as cursor:
                    cursor.execute(f"ROLLBACK TO SAVEPOINT {ASKING}")
            raise
        answers = found[len(before) : len(before) + len(queries)]
        return [query.read(rows) for query, rows in zip(queries, answers, strict=True)]


def insert(row: Model) -> None:
    """Insert a row that has all its values, its key included, by a statement written out once per model.

    As `bulk_create` of one row: no signals, nothing read back.
    """
    model = type(row)
    fields = model._meta.concrete_fields
    if model not in _inserts:
        compiler = InsertQuery(model).get_compiler(connection=connection)
        compiler.query.insert_values(fields, [row])
        [(sql, _values)] = compiler.as_sql()
        _inserts[model] = sql
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection=connection) for field in fields]
    run(_inserts[model], values)


def run(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Run a statement that is written out by hand, its plan kept as those of the others, and give its rows."""
    return connection.run_together([(statement, values)])[0]  # type: ignore[attr-defined, no-any-return]  # our own wrapper


def columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Give names of columns in the order of the fields, as `made` wants them; all of them when none is named."""
    return tuple(field.attname for field in model._meta.concrete_fields if not names or field.attname in names)


def made(model: type[M], names: tuple[str, ...], row: Row) -> tuple[M, Row]:
    """Give the object that the first columns of a row hold, its other fields deferred, and the rest of the row."""
    return model.from_db("default", names, row[: len(names)]), row[len(names) :]


def _named(query: Compiled, values: dict[str, Value]) -> dict[str, Value]:
    names = query._build.__code__.co_varnames[: query._build.__code__.co_kwonlyargcount]
    return {name: values[name] for name in names}


def _mark(value: Value, number: int) -> Value:
    marks: dict[type, Value] = {
        date: date(1, 1, number),
        UUID: UUID(int=number),
        str: f"\N{REPLACEMENT CHARACTER}{number}",
        bytes: b"\xff" + bytes([number]),
        int: SMALLEST - number,
    }
    return marks[type(value)]


def _name_of(parameter: object, marks: dict[str, Value]) -> str | None:
    plain = parameter.obj if isinstance(parameter, Binary) else parameter
    for name, mark in marks.items():
        if isinstance(plain, type(mark)) and plain == mark:
            return name
    return None


def _like(parameter: object, value: Value) -> object:
    """Give a whole number the type that tells psycopg how wide it is, and bytes the one that tells that they are."""
    return type(parameter)(value) if isinstance(parameter, int | Binary) else value  # type: ignore[arg-type]  # alike


def _converted(row: Row, converters: dict[int, Any]) -> Row:
    cells = list(row)
    for place, (steps, expression) in converters.items():
        for step in steps:
            cells[place] = step(cells[place], expression, connection)
    return tuple(cells)
