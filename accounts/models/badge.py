"""Badges: a QR code with which a pupil signs in."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel
from schools.models import Pupil, School


class PupilBadge(TenantModel):
    """The one live badge of a pupil (*badge*); only the hash of its secret is kept (SR-A16).

    A badge cannot be printed again: a print puts a new secret in the same row, and the old badge is dead at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    pupil = models.OneToOneField(Pupil, on_delete=models.CASCADE, related_name="badge", verbose_name=_("pupil"))
    secret_hash = models.BinaryField(_("hash of the secret"), max_length=32, unique=True, editable=False)
    given_at = models.DateTimeField(_("given at"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_place = models.BinaryField(_("keyed hash of where it was last used"), max_length=32, null=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True)

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")

    def __str__(self) -> str:
        return str(self.pk)
