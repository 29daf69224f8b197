"""The audit trail (*logboek*): entries, the seals that chain them, the signed heads of all chains; and alerts.

Nobody changes or removes a row: the portal's role has no right to, and triggers refuse it to everybody (SR-J03).
Entries hold ids, never names, so that a person can be destroyed without touching the trail.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel


class AuditEntry(TenantModel):
    """One thing that somebody did or saw; `school_id` is empty for an act that belongs to no school.

    `shown_id` is set while somebody of the helpdesk looks along: the actor is who really looked, this is as whom.
    """

    insert_without_school = True
    national_writes = frozenset({"INSERT"})
    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("moment"), default=timezone.now)
    event = models.CharField(_("event"), max_length=60)
    school_id = models.BigIntegerField(_("school"), null=True)
    actor_id = models.UUIDField(_("account"), null=True)
    actor_role = models.CharField(_("role"), max_length=30, blank=True)
    shown_id = models.UUIDField(_("account looked along with"), null=True)
    target_type = models.CharField(_("kind of object"), max_length=60, blank=True)
    target_id = models.CharField(_("object"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20)
    request_id = models.CharField(_("request"), max_length=32, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = (
            models.Index(fields=["school_id", "-at"], name="audit_of_school"),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
            # Rows come in the order of their moments: what happened lately is found by a few pages.
            BrinIndex(fields=["at"], name="audit_by_moment", autosummarize=True),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.id}"


class AuditSeal(TenantModel):
    """The place of an entry in the chain of its school; chain 0 holds the acts that belong to no school."""

    insert_without_school = True
    national_writes = frozenset({"INSERT"})
    app_rights: ClassVar[tuple[str, ...]] = ("SELECT",)

    entry_id = models.UUIDField(primary_key=True)
    school_id = models.BigIntegerField(_("school"), null=True)
    chain = models.BigIntegerField(_("chain"))
    number = models.BigIntegerField(_("number"))
    previous = models.BinaryField(_("previous hash"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = (models.UniqueConstraint(fields=["chain", "number"], name="audit_seal_number_once"),)
        indexes = (models.Index(fields=["-sealed_at"], name="audit_seal_newest"),)

    def __str__(self) -> str:
        return f"{self.chain}/{self.number}"


class AuditHead(models.Model):
    """The last number and hash of every chain at one moment, signed with Ed25519; a copy is kept elsewhere."""

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    day = models.DateField(_("day"), unique=True)
    chains = models.JSONField(_("heads of the chains"))
    key_id = models.CharField(_("key"), max_length=16)
    signature = models.BinaryField(_("signature"), max_length=64)

    class Meta:
        verbose_name = _("signed head")
        verbose_name_plural = _("signed heads")

    def __str__(self) -> str:
        return self.day.isoformat()


class Alert(models.Model):
    """Something that people on watch must look at (*waarschuwing*); one open alert a kind, which counts (SR-J04).

    `facts` holds what trail entries hold: ids, counts and names of our own making, never a person's data.
    """

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    since = models.DateTimeField(_("since"), db_default=Now())
    last_seen = models.DateTimeField(_("last seen"), db_default=Now())
    count = models.PositiveIntegerField(_("times seen"), default=1)
    facts = models.JSONField(_("facts"), default=dict)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)
    mail_due = models.BooleanField(_("to be mailed"), db_default=True)
    resolved_at = models.DateTimeField(_("solved at"), null=True)
    resolved_by = models.UUIDField(_("solved by"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = (
            models.UniqueConstraint(
                fields=["kind"], condition=Q(resolved_at__isnull=True), name="one_open_alert_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="alert_is_solved_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
