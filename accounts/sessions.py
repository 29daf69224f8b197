"""The session store: Django's own, in PostgreSQL, keyed by the hash of the cookie (SR-I02, SR-O Redis)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts import limits
from accounts.models.session import Session
from accounts.signals import session_renewed, sessions_ended
from basispoort.lib.compiled import Objects, insert

if TYPE_CHECKING:
    from typing import Any

    from django.db import models


def stored_key(session_key: str) -> str:
    """Give the form in which a session key is stored."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def _session(*, key: str) -> models.QuerySet[Session]:
    return Session.objects.filter(session_key=key)


# Asked at every request of everybody.
SESSION = Objects[Session](_session)


class SessionStore(db.SessionStore):
    """Knows the key; the table only knows its hash."""

    _started_at: datetime | None = None
    _has_no_row = False
    _written: tuple[str | None, bytes] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Give the table of sessions."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        if not self.session_key:
            return None
        session = SESSION.first(key=stored_key(self.session_key))
        if session is None or session.expire_date <= timezone.now():
            if session is not None:
                self._end(str(self.session_key), session.user_id)
            self._session_key = None
            return None
        self._started_at = session.started_at
        return session

    def load(self) -> dict[str, Any]:
        """Give what the session holds, and note that it is in use; nothing when it has passed its limits (SR-A07)."""
        data: dict[str, Any] = super().load()
        now = int(timezone.now().timestamp())
        if limits.is_over(data, now):
            self._end(str(self.session_key), data.get(SESSION_KEY))
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
        holds = (self.session_key, self.serializer().dumps(self._get_session(no_load=must_create)))  # type: ignore[attr-defined]  # Django's own
        if holds == self._written:
            return  # at the end of the request that began it, for one
        if self._has_no_row:
            insert(self.create_model_instance(self._get_session(no_load=True)))  # type: ignore[attr-defined]  # Django's own
        else:
            super().save(must_create=must_create)
        self._has_no_row, self._written = False, holds

    def flush(self) -> None:
        """End the session, and tell so where somebody was signed in."""
        user_id, key = self.get(SESSION_KEY), self.session_key
        self.clear()
        if key:
            self._end(key, user_id)
        self._session_key = None

    def cycle_key(self) -> None:
        """Go on under a new key; the old one is dead at once (SR-A06)."""
        before, somebody = self.session_key, SESSION_KEY in self
        if before and somebody and not self._has_no_row and not self._take(before):
            # Ended elsewhere while this request was under way: it does not come back under another key (product A9).
            message = "The session was ended while this request was under way."
            raise SessionInterrupted(message)
        super().cycle_key()
        if before and somebody:
            after = stored_key(str(self.session_key))
            session_renewed.send(sender=SessionStore, before=stored_key(before), after=after)

    def _take(self, key: str) -> bool:
        """Remove the row of a key; False when somebody else did."""
        return bool(Session.objects.filter(session_key=stored_key(key)).delete()[0])

    def _end(self, key: str, user_id: object) -> None:
        """Remove the session with this key and say whose it was, both or neither."""
        with transaction.atomic():
            self.delete(key)
            if user_id:
                sessions_ended.send(sender=SessionStore, session_hashes=[stored_key(key)], user_id=user_id)

    def exists(self, session_key: str) -> bool:
        """Tell whether a session with this key is stored."""
        return Session.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Give the row to store: hashed key, data, end, and whose session it is."""
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.session_key = stored_key(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        if (ends_at := limits.ends_at(data)) is not None:
            session.expire_date = datetime.fromtimestamp(ends_at + 1, UTC)
        # Django writes the whole row at each save: without this, the moment it began would be lost.
        session.started_at = self._started_at = self._started_at or timezone.now()
        return session

    def delete(self, session_key: str | None = None) -> None:
        """Remove the session with this key, or this one."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=stored_key(key)).delete()
