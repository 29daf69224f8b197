"""Roster deliveries: what a school sent in, on its way into the roster."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedBytesField
from basispoort.lib.jobs import LeasedJob
from basispoort.lib.tenancy import TenantModel
from schools.models.school import School


class RosterDelivery(LeasedJob, TenantModel):
    """A roster delivery (*aanlevering*): received, read by a worker, shown as a difference, applied or not.

    File and reading are kept encrypted until the delivery ends, seven days at most (SR-D12). One open
    delivery a school.
    """

    class State(models.TextChoices):
        """The way of a delivery; `refused`, `applied` and `withdrawn` are its ends."""

        RECEIVED = "received", _("received")
        READ = "read", _("ready to be looked at")
        REFUSED = "refused", _("refused")
        APPLIED = "applied", _("applied")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FAILED = "failed", _("failed")

    class Channel(models.TextChoices):
        """The ways in (product S6)."""

        EDEXML = "edexml", _("EDEXML file")
        UWLR = "uwlr", _("link with the pupil administration")
        MANUAL = "manual", _("by hand")

    waiting_states = ("received",)
    failed_states = ("failed",)
    waits_since = "received_at"
    national_writes = frozenset({"UPDATE"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("school"))
    channel = models.CharField(_("way in"), max_length=8, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    content = EncryptedBytesField(_("file"), null=True)
    reading = EncryptedBytesField(_("what the file holds"), null=True)
    counts = models.JSONField(_("counts"), default=dict)
    problems = models.JSONField(_("problems"), default=list)
    difference_digest = models.CharField(_("digest of the difference shown"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("roster delivery")
        verbose_name_plural = _("roster deliveries")
        ordering = ("-received_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(state__in=["received", "read"]),
                name="one_open_delivery_a_school",
                violation_error_message=_("Another delivery of this school is still open."),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be applied or withdrawn."""
        return self.state in {self.State.RECEIVED, self.State.READ}

    @property
    def changed_nothing(self) -> bool:
        """Tell whether it was found to be what the roster was already."""
        return self.state == self.State.APPLIED and not any(
            self.counts.get(name)
            for name in self.counts
            if name.endswith(("_came", "_left", "_changed", "_new", "_ended"))
        )
