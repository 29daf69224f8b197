"""The session store: Django's own, in PostgreSQL, keyed by the hash of the cookie (SR-I02, SR-O Redis)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts import limits
from accounts.models.session import Session

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any


def stored_key(session_key: str) -> str:
    """Give the form in which a session key is stored."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Knows the key; the table only knows its hash."""

    _started_at: datetime | None = None
    _has_no_row = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Give the table of sessions."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        if not self.session_key:
            return None
        session = Session.objects.filter(session_key=stored_key(self.session_key)).first()
        if session is None or session.expire_date <= timezone.now():
            self._session_key = None
            return None
        self._started_at = session.started_at
        return session

    def load(self) -> dict[str, Any]:
        """Give what the session holds, and note that it is in use; nothing when it has passed its limits (SR-A07)."""
        data: dict[str, Any] = super().load()
        now = int(timezone.now().timestamp())
        if limits.is_over(data, now):
            self.delete()
            self._session_key = None
            return {}
        if limits.see(data, now):
            self.modified = True
        return data

    def create(self) -> None:
        """Begin a session under a new key; its time starts now.

        Its row is written once, when the session is saved: Django writes an empty one first, to be sure of the key, and
        asks whether it is free before that. 165 random bits are.
        """
        self._started_at = None
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self.__dict__.setdefault("_session_cache", {})  # there is nothing to load under a new key
        self._has_no_row = True
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own form
        """Write the session; the first time under its key as a new row, later only where that row is still there."""
        if self.session_key is None:
            self.create()
        super().save(must_create=must_create or self._has_no_row)
        self._has_no_row = False

    def exists(self, session_key: str) -> bool:
        """Tell whether a session with this key is stored."""
        return Session.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Give the row to store: hashed key, data, end, and whose session it is."""
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.session_key = stored_key(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        # Django writes the whole row at each save: without this, the moment it began would be lost.
        session.started_at = self._started_at = self._started_at or timezone.now()
        return session

    def delete(self, session_key: str | None = None) -> None:
        """Remove the session with this key, or this one."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=stored_key(key)).delete()
