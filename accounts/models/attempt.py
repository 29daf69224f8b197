"""Failed attempts to sign in, counted without locking anybody out, and the devices that are known (SR-K01, SR-K02)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.compiled import run
from basispoort.lib.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

DEVICE_DAYS = 180
COUNT = """
INSERT INTO accounts_failurecounter AS known (key, count, since, until)
VALUES (%(key)s, 1, statement_timestamp(), statement_timestamp() + %(seconds)s * interval '1 s')
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN known.until <= statement_timestamp() THEN 1 ELSE known.count + 1 END,
    since = CASE WHEN known.until <= statement_timestamp() THEN statement_timestamp() ELSE known.since END,
    until = CASE WHEN known.until <= statement_timestamp() THEN statement_timestamp() + %(seconds)s * interval '1 s'
        ELSE known.until END
RETURNING count
"""
EXTEND = """
INSERT INTO accounts_failurecounter AS known (key, count, since, until)
VALUES (%(key)s, 1, statement_timestamp(), statement_timestamp() + %(seconds)s * interval '1 s')
ON CONFLICT (key) DO UPDATE SET count = known.count + 1, until = greatest(known.until, excluded.until)
"""
TAKE_BACK = "UPDATE accounts_failurecounter SET count = count - 1 WHERE key = %s AND count > 0"


class FailureCounter(models.Model):
    """How often something failed lately; `key` is a keyed hash, so that the table names no address and no account."""

    key = models.BinaryField(_("hash of what is counted"), max_length=32, primary_key=True)
    count = models.PositiveIntegerField(_("number"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), db_default=Now())

    class Meta:
        verbose_name = _("counter of failures")
        verbose_name_plural = _("counters of failures")
        indexes = (models.Index(fields=["until"], name="failure_counter_until"),)

    def __str__(self) -> str:
        return str(self.count)

    @staticmethod
    def key_of(*parts: str) -> bytes:
        """Give the key of a counter."""
        return blind_index("accounts.failures", "|".join(parts))

    @classmethod
    def add(cls, key: bytes, window: timedelta) -> int:
        """Count one more and give the number within the window: one statement, before anything is checked (SR-K01)."""
        [(count,)] = run(COUNT, {"key": key, "seconds": window.total_seconds()})
        return int(count)

    @classmethod
    def extend(cls, key: bytes, window: timedelta) -> None:
        """Count one more and have the counter run for the whole window from now, or longer where it did already."""
        run(EXTEND, {"key": key, "seconds": window.total_seconds()})

    @classmethod
    def take_back(cls, key: bytes) -> None:
        """Count one less, for a try that turned out right or was not checked."""
        run(TAKE_BACK, [key])

    @classmethod
    def numbers(cls, keys: Iterable[bytes]) -> dict[bytes, int]:
        """Give the number of each of these counters whose window still runs; one query."""
        rows = cls.objects.filter(key__in=list(keys), until__gt=Now()).values_list("key", "count")
        return {bytes(key): count for key, count in rows}

    @classmethod
    def number(cls, key: bytes) -> int:
        """Give the number of one counter, 0 when its window is over."""
        return cls.numbers([key]).get(key, 0)


class KnownDevice(models.Model):
    """A browser in which somebody signed in before; the cookie is random, only its hash is kept, for 180 days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices", verbose_name=_("user")
    )
    token_hash = models.BinaryField(_("hash of the cookie"), max_length=32, unique=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")

    def __str__(self) -> str:
        return str(self.pk)
