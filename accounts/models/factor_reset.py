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


class IdentityCheck(models.TextChoices):
    """How the helpdesk made sure who asks."""

    CALLED_BACK = "called_back", _("called back at the number in the register")
    LETTER = "letter", _("a letter signed by the board")
    SEEN = "seen", _("seen in person, with proof of identity")


class AskedByTwo(models.Model):
    """What one person asked and another has to confirm: a second step to be taken away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.CharField(_("reason"), max_length=8, choices=ResetReason)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class FactorReset(AskedByTwo, TenantModel):
    """A school's request to take away somebody's second step, so that a new one can be set up."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets", verbose_name=_("user"))

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


class OfficeReset(AskedByTwo):
    """The helpdesk's request, for whom no school alone can help: boards, the portal's own people, a lone coordinator.

    Who asked is known by the number of a call; how the identity was checked is kept.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("user"))
    ticket = models.CharField(_("number of the call"), max_length=20)
    checked = models.CharField(_("how the identity was checked"), max_length=12, choices=IdentityCheck)

    class Meta:
        verbose_name = _("renewal by the helpdesk")
        verbose_name_plural = _("renewals by the helpdesk")
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_office_reset",
                violation_error_message=_("Somebody asked for this already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="office_reset_takes_two",
                violation_error_message=_("Somebody else has to confirm this."),
            ),
        )
