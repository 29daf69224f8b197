"""Pseudonyms: the name under which one participant knows one person."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel
from licences.models.participant import Participant
from schools.models import Pupil, School


def new_sub() -> str:
    """Give 128 random bits: nothing leads from one participant's pseudonym to another's (SR-F05)."""
    return secrets.token_hex(16)


class Pseudonym(TenantModel):
    """What one participant calls one pupil, or one staff member at one school (*pseudoniem*, product L6)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", verbose_name=_("participant")
    )
    pupil = models.ForeignKey(
        Pupil, on_delete=models.CASCADE, null=True, related_name="pseudonyms", verbose_name=_("pupil")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("user")
    )
    sub = models.CharField(_("pseudonym"), max_length=32, unique=True, default=new_sub, editable=False)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("pseudonym")
        verbose_name_plural = _("pseudonyms")
        constraints = (
            models.CheckConstraint(
                condition=Q(pupil__isnull=False, user__isnull=True) | Q(pupil__isnull=True, user__isnull=False),
                name="pseudonym_is_of_one",
            ),
            models.UniqueConstraint(fields=["participant", "pupil"], name="pseudonym_of_pupil_once"),
            models.UniqueConstraint(fields=["participant", "school", "user"], name="pseudonym_of_user_once"),
        )

    def __str__(self) -> str:
        return str(self.pk)
