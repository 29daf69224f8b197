"""Queries of the ORM that are written out once per process and run many times with other values.

For the few pages that are asked for all day: Django spends more time on writing such a query out than PostgreSQL
spends on answering it. What is sent is the ORM's own SQL, so scoping and row-level security stay as they are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model, QuerySet

M = TypeVar("M", bound="Model")
Value = int | date | UUID
Row = tuple[Any, ...]
SMALLEST = -(10**17)


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
        compiler = self._build(**marks)._chain().query.get_compiler(connection=connection)  # type: ignore[attr-defined]
        sql, parameters = compiler.as_sql()
        names = [_name_of(parameter, marks) for parameter in parameters]
        if set(names) - {None} != set(values):
            message = "A value does not reach the database as it is."
            raise ValueError(message)
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return sql, list(parameters), names, converters


def ask(queries: Sequence[Compiled], **values: Value) -> list[list[Row]]:
    """Run queries in one round trip, each with those of the values it names, and give the rows of each."""
    written = [query.write(_named(query, values)) for query in queries]
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(sql for sql, _ in written), [one for _, filled in written for one in filled])
        return [query.read(_rows(cursor, last=query is queries[-1])) for query in queries]


def columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Give names of columns in the order of the fields, as `made` wants them; all of them when none is named."""
    return tuple(field.attname for field in model._meta.concrete_fields if not names or field.attname in names)


def made(model: type[M], names: tuple[str, ...], row: Row) -> tuple[M, Row]:
    """Give the object that the first columns of a row hold, its other fields deferred, and the rest of the row."""
    return model.from_db("default", names, row[: len(names)]), row[len(names) :]


def _rows(cursor: Any, *, last: bool) -> list[Row]:  # noqa: ANN401 - Django's wrapper around a cursor
    rows: list[Row] = cursor.fetchall()
    if not last:
        cursor.nextset()
    return rows


def _named(query: Compiled, values: dict[str, Value]) -> dict[str, Value]:
    names = query._build.__code__.co_varnames[: query._build.__code__.co_kwonlyargcount]
    return {name: values[name] for name in names}


def _mark(value: Value, number: int) -> Value:
    if isinstance(value, date):
        return date(1, 1, number)
    return UUID(int=number) if isinstance(value, UUID) else SMALLEST - number


def _name_of(parameter: object, marks: dict[str, Value]) -> str | None:
    for name, mark in marks.items():
        if isinstance(parameter, type(mark)) and parameter == mark:
            return name
    return None


def _like(parameter: object, value: Value) -> object:
    """Give a whole number the type that tells psycopg how wide it is."""
    return type(parameter)(value) if isinstance(parameter, int) else value  # type: ignore[arg-type]  # an int for an int


def _converted(row: Row, converters: dict[int, Any]) -> Row:
    cells = list(row)
    for place, (steps, expression) in converters.items():
        for step in steps:
            cells[place] = step(cells[place], expression, connection)
    return tuple(cells)
