"""Changing keys without stopping: what is sealed under an older key is sealed anew, in small steps (SR-H02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from basispoort.lib.crypto import key_id_of
from basispoort.lib.fields import EncryptedTextField, Sealed, encrypted_fields
from basispoort.lib.tenancy import TenantModel, school_transaction, unscoped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from django.db import models

BATCH = 500


def sealed_with_old_key(model: type[models.Model], field: EncryptedTextField) -> Iterator[tuple[object, int | None]]:
    """Give primary key and school of each row whose value is under a key that is not current."""
    current = next(iter(getattr(settings, field.ring)))
    school = f"{model.tenant_path}_id" if issubclass(model, TenantModel) else None
    names = ["pk", field.attname, *([school] if school else [])]
    with unscoped("find values under older keys"):
        rows = model._base_manager.exclude(**{field.attname: None}).values_list(*names)
        found = [
            (row[0], row[2] if school else None)
            for row in rows.iterator(BATCH)
            if isinstance(row[1], Sealed) and key_id_of(row[1].content) != current
        ]
    yield from found


def reencrypt() -> dict[str, int]:
    """Seal every older value under the current key; give the number a column. Stopped halfway, it goes on next time."""
    done: dict[str, int] = {}
    for model, field in encrypted_fields():
        count = sum(_renew(model, field, pk, school) for pk, school in sealed_with_old_key(model, field))
        if count:
            done[f"{model._meta.db_table}.{field.column}"] = count
    return done


def _renew(model: type[models.Model], field: EncryptedTextField, pk: object, school: int | None) -> int:
    scope: AbstractContextManager[None] = school_transaction(school) if school is not None else transaction.atomic()
    with scope:
        row = model._base_manager.select_for_update().filter(pk=pk).first()
        if row is None or getattr(row, field.attname) is None:
            return 0
        row.save(update_fields=[field.attname])
    return 1
