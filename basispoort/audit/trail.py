"""Writing in the trail: inside the act's own transaction, so that neither stands without the other (SR-J02)."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from basispoort.audit.events import sentence_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.compiled import insert
from basispoort.lib.middleware import request_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db import models

_really: ContextVar[tuple[UUID, str] | None] = ContextVar("really", default=None)
Detail = str | int | bool | None | list[str] | list[int] | dict[str, int]


@contextmanager
def looking_along(actor_id: UUID, role: str) -> Iterator[None]:
    """Write down, within the block, who really looks, beside the person as whom the pages are shown (SR-B07)."""
    token = _really.set((actor_id, role))
    try:
        yield
    finally:
        _really.reset(token)


def record(  # noqa: PLR0913 - an entry names all of these
    event: str,
    *,
    school: models.Model | int | None,
    acting_user: AbstractBaseUser | None,
    target: models.Model | None = None,
    outcome: str = "done",
    details: Mapping[str, Detail] | None = None,
    role: str = "",
) -> UUID:
    """Write one entry and give its id.

    `details` holds ids, counts and names of our own making, never a person's data. Raises UnknownEvent for an event
    that no app has named; a database that cannot take the entry makes the act itself fail.
    """
    sentence_of(event)
    user_pk = getattr(acting_user, "pk", None)
    really = _really.get()
    entry = AuditEntry(
        event=event,
        school_id=school if isinstance(school, int) or school is None else school.pk,
        actor_id=really[0] if really else user_pk,
        actor_role=really[1] if really else role or str(getattr(acting_user, "acting_role", "")),
        shown_id=user_pk if really else None,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        outcome=outcome,
        request_id=request_id.get(),
        details=dict(details or {}),
    )
    insert(entry)
    return entry.id
