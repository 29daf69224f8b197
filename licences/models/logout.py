"""Sign-ins at participants, and the word that they are over."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.jobs import LeasedJob
from basispoort.lib.tenancy import TenantModel
from licences.models.participant import Participant
from schools.models import School


class BackChannelLogout(TenantModel, LeasedJob):
    """The sign-in of one session at one participant, and the logout token that ends it there (SR-A08).

    `open` while the session runs. Its end makes it `waiting`, in the transaction of the act; from then on it is tried
    with growing waits for a day. `sid` and `sub` are what this participant, and no other, was told.
    """

    class State(models.TextChoices):
        """The way of a sign-in; `sent` and `expired` are its ends."""

        OPEN = "open", _("signed in there")
        WAITING = "waiting", _("to be told")
        SENT = "sent", _("told")
        EXPIRED = "expired", _("given up after a day")

    waiting_states = ("waiting",)
    lease_seconds = 30
    tried_for = timedelta(hours=24)
    waits_since = "asked_at"
    stuck_after = timedelta(hours=25)
    national_writes: ClassVar[frozenset[str]] = frozenset({"UPDATE", "DELETE"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="+", verbose_name=_("participant")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    session_hash = models.CharField(_("hash of the session"), max_length=64)
    sid = models.CharField(_("number of the session there"), max_length=64)
    sub = models.CharField(_("pseudonym there"), max_length=64)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    signed_in_at = models.DateTimeField(_("signed in at"), db_default=Now())
    asked_at = models.DateTimeField(_("over since"), null=True)
    next_at = models.DateTimeField(_("not before"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    answer = models.PositiveSmallIntegerField(_("last answer"), null=True)

    class Meta:
        verbose_name = _("sign-out at a publisher")
        verbose_name_plural = _("sign-outs at publishers")
        constraints = (models.UniqueConstraint(fields=["participant", "sid"], name="sign_in_of_a_session_once"),)
        indexes = (
            models.Index(fields=["session_hash"], condition=Q(state="open"), name="sign_in_of_session"),
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="sign_out_that_waits"),
            models.Index(fields=["finished_at"], name="sign_out_finished"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def claimable(cls) -> Q:
        """Give the condition under which a row may be sent now: not too soon, not too late, nobody at it."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return Q(state__in=cls.waiting_states, next_at__lte=Now(), asked_at__gt=Now() - cls.tried_for) & free

    @classmethod
    def finish(cls, rows: models.QuerySet[BackChannelLogout], state: str, answer: int | None) -> int:
        """End rows of the queryset that wait; gives their number."""
        waiting = rows.filter(state__in=cls.waiting_states)
        return waiting.update(state=state, answer=answer, finished_at=Now(), lease_until=None)

    @classmethod
    def put_off(cls, rows: models.QuerySet[BackChannelLogout], seconds: int, answer: int | None) -> int:
        """Let rows of the queryset wait; gives their number."""
        wait = Now() + timedelta(seconds=seconds)
        return rows.filter(state__in=cls.waiting_states).update(
            next_at=wait, lease_until=None, fence=F("fence") + 1, answer=answer
        )
