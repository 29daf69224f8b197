"""Basispoort IDs: one space of 64-bit numbers for persons and schools, never used again (product S4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    IntegerIdField = models.BigIntegerField[int, int]
else:
    IntegerIdField = models.BigIntegerField

SEQUENCE = "basispoort_id_seq"


def allocate_ids(count: int) -> list[int]:
    """Give that many new Basispoort IDs, in rising order; a number once given is never given again."""
    if count == 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [SEQUENCE, count])
        return [row[0] for row in cursor.fetchall()]


class BasispoortIdField(IntegerIdField):
    """A primary key out of the one number space (*Basispoort ID*); taken when the row is first saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        kwargs["primary_key"] = True
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def get_pk_value_on_save(self, instance: models.Model) -> int:  # noqa: ARG002 - Django's own form
        """Take the next number, known before the row is written, so that its encrypted fields can be bound to it."""
        return allocate_ids(1)[0]
