"""The tools' own tables: the outbox of mails."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.jobs import LeasedJob


class OutgoingMail(LeasedJob):
    """A mail on its way out: kept encrypted until it is handed over, then without content (SR-O, mail server).

    `waiting` may be tried at any time after `next_at`. `handed` stands from the moment before the mail server is given
    the content until its answer is known: a mail that is found there was perhaps taken, and is never sent again.
    """

    class State(models.TextChoices):
        """The way of a mail; `sent`, `refused`, `expired` and `unclear` are its ends."""

        WAITING = "waiting", _("waiting")
        HANDED = "handed", _("being handed over")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused by the mail server")
        EXPIRED = "expired", _("given up after a day")
        UNCLEAR = "unclear", _("perhaps sent")

    waiting_states = ("waiting",)
    lease_seconds = 60
    stuck_after = timedelta(hours=1)
    kept_for = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient_id = models.UUIDField(_("account"), null=True)
    purpose = models.CharField(_("purpose"), max_length=40)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    address = EncryptedTextField(_("address"), null=True)
    subject = EncryptedTextField(_("subject"), null=True)
    text = EncryptedTextField(_("text"), null=True)
    html = EncryptedTextField(_("HTML"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    next_at = models.DateTimeField(_("not before"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = (models.Index(fields=["next_at"], condition=Q(state="waiting"), name="mail_that_waits"),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def message_id(self) -> str:
        """The same at every try, so that a reader's mail program knows a mail by it."""
        return f"<{self.id}@basispoort>"

    @classmethod
    def claimable(cls) -> Q:
        """Give the condition under which a mail may be tried now: not too soon, not too late, nobody at it."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return Q(state__in=cls.waiting_states, next_at__lte=Now(), created_at__gt=Now() - cls.kept_for) & free

    @classmethod
    def finish(cls, rows: models.QuerySet[OutgoingMail], state: str) -> int:
        """End mails of the queryset and throw their content away; gives their number."""
        return rows.update(
            state=state, address=None, subject=None, text=None, html=None, finished_at=Now(), lease_until=None
        )

    @classmethod
    def put_off(cls, rows: models.QuerySet[OutgoingMail], seconds: int) -> int:
        """Let mails of the queryset wait; gives their number."""
        return rows.update(
            state=cls.State.WAITING, next_at=Now() + timedelta(seconds=seconds), lease_until=None, fence=F("fence") + 1
        )
