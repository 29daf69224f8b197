"""The register of personal data: which models lead to a person, how long they are kept, how they are shown and erased.

Each app fills it from its own `personal_data.py`; `dpa` walks it for export and destruction. A test fails for any
model that leads to a person and is not in it (product R1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.db import models
    from django.utils.functional import _StrPromise

Subject = Literal["pupil", "staff", "user", "parent", "contact"]


class RetentionRule(Protocol):
    """What a rule tells: how many days after which event, on what ground."""

    days: int
    starts_at: str
    ground: str


@dataclass(frozen=True, slots=True)
class Retention:
    """A retention rule (*bewaartermijn*): days after an event, with its legal or contractual ground."""

    days: int
    starts_at: str
    ground: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One model in the register.

    `rows` gives the rows of one subject in the scope that is open; `export` turns a row into readable values; `erase`
    takes the rows of a subject away and gives their number.
    """

    model: type[models.Model]
    label: str | _StrPromise
    subjects: tuple[Subject, ...]
    retention: Retention
    rows: Callable[[Subject, int | str], models.QuerySet[models.Model]]
    export: Callable[[models.Model], Mapping[str, object]]
    erase: Callable[[Subject, int | str], int]


_register: dict[type[models.Model], PersonalData] = {}


class AlreadyRegistered(Exception):
    """A model was put in the register twice."""


def register(entry: PersonalData) -> None:
    """Put a model in the register; raises AlreadyRegistered the second time."""
    if entry.model in _register:
        message = f"{entry.model.__name__} is in the register already."
        raise AlreadyRegistered(message)
    _register[entry.model] = entry


def register_simple(
    model: type[models.Model],
    label: str | _StrPromise,
    *,
    paths: Mapping[Subject, str],
    retention: Retention,
    fields: Iterable[str],
) -> None:
    """Register a model whose rows lead to their subjects by a path of foreign keys and are erased by deletion."""
    names = tuple(fields)

    def rows(subject: Subject, pk: int | str) -> models.QuerySet[models.Model]:
        manager = model._default_manager
        if subject not in paths:
            return manager.none()
        return manager.filter(**{paths[subject]: pk})

    def export(row: models.Model) -> dict[str, object]:
        return {name: getattr(row, name) for name in names}

    def erase(subject: Subject, pk: int | str) -> int:
        return rows(subject, pk).delete()[0]

    register(PersonalData(model, label, tuple(paths), retention, rows, export, erase))


def entries() -> list[PersonalData]:
    """Give the whole register, in the order of the apps."""
    return list(_register.values())


def is_registered(model: type[models.Model]) -> bool:
    """Tell whether a model is in the register."""
    return model in _register
