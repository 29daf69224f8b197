"""Sessions, in PostgreSQL, under the hash of their key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.sessions import SessionStore


class Session(AbstractBaseSession):
    """A session (*sessie*). `session_key` holds the hash of the cookie: a copy of the table opens nothing (SR-I02)."""

    session_key = models.CharField(_("hash of the session key"), max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions", verbose_name=_("user")
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """Give the store that reads and writes these rows."""
        from accounts.sessions import SessionStore  # noqa: PLC0415 - the store imports this model

        return SessionStore
