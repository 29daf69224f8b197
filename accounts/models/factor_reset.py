"""Renewing the second step of somebody who lost it: two people, a reason, and the owner told (SR-A11)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.tenancy import TenantModel
from schools.models import School


class ResetReason(models.TextChoices):
    """Why a second step has to be renewed."""

    LOST = "lost", _("phone or key lost")
    NEW = "new", _("new phone, the old one is gone")
    BROKEN = "broken", _("phone or key broken")


class FactorReset(TenantModel):
    """A request to take away somebody's second step, so that a new one can be set up; a second person confirms it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets", verbose_name=_("user"))
    reason = models.CharField(_("reason"), max_length=8, choices=ResetReason)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("renewal of a second step")
        verbose_name_plural = _("renewals of second steps")
        constraints = (
            models.UniqueConstraint(
                fields=["school", "user"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_reset_a_user",
                violation_error_message=_("Somebody asked for this already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="reset_takes_two",
                violation_error_message=_("Somebody else has to confirm this."),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
