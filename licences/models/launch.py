"""Launches: one click on one tile, and the code that it led to."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from licences.models.material import LearningMaterial
from licences.models.participant import Participant
from schools.models import School

LAUNCH_LIVES = timedelta(minutes=2)
CODE_LIVES = timedelta(seconds=60)


def token_hash(token: str) -> str:
    """Give the form in which a code or token is looked up; random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class Launch(TenantModel):
    """One opening of one material by one person (product L6): lives two minutes, for the session that clicked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    material = models.ForeignKey(
        LearningMaterial, on_delete=models.CASCADE, related_name="+", verbose_name=_("material")
    )
    session_hash = models.CharField(_("hash of the session"), max_length=64)
    trace = models.CharField(_("trace code"), max_length=9)
    at = models.DateTimeField(_("clicked at"), db_default=Now())
    expires_at = models.DateTimeField(_("ends at"))
    used_at = models.DateTimeField(_("signed in at"), null=True)

    class Meta:
        verbose_name = _("opening of material")
        verbose_name_plural = _("openings of material")
        indexes = (models.Index(fields=["school", "material", "at"], name="launch_of_material"),)

    def __str__(self) -> str:
        return str(self.pk)


class CodeQuerySet(TenantQuerySet["AuthorizationCode"]):
    """Ways to choose codes."""

    def claim(self, pk: uuid.UUID, *, token_hash: str) -> bool:
        """Use a code up, once, by the database's clock: of many at once exactly one is told True (SR-F03).

        The hash is that of the token it will be exchanged for, so that whoever sends the code again ends that token.
        """
        waiting = self.filter(pk=pk, used_at__isnull=True, expires_at__gt=Now())
        return waiting.update(used_at=Now(), token_hash=token_hash) == 1


class CodeManager(TenantManager["AuthorizationCode"]):
    """Hands out `CodeQuerySet`s."""

    def get_queryset(self) -> CodeQuerySet:
        """Give a queryset that has not heard its school yet."""
        return CodeQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> CodeQuerySet:
        """Keep the codes of one school."""
        return self.get_queryset().for_school(school)


class AuthorizationCode(TenantModel):
    """A code on its way from the browser to the participant, and the token it was exchanged for (SR-F03).

    Kept as hashes only. Bound to the participant, the address, the PKCE challenge, the nonce and, through the launch,
    to the person and the session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    launch = models.ForeignKey(Launch, on_delete=models.CASCADE, related_name="codes", verbose_name=_("opening"))
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="+", verbose_name=_("participant")
    )
    code_hash = models.CharField(_("hash of the code"), max_length=64, unique=True)
    redirect_uri = models.CharField(_("address it goes to"), max_length=500)
    code_challenge = models.CharField(_("PKCE challenge"), max_length=128)
    nonce = models.CharField(_("nonce"), max_length=500, blank=True)
    auth_time = models.DateTimeField(_("signed in to the portal at"), null=True)
    expires_at = models.DateTimeField(_("ends at"))
    used_at = models.DateTimeField(_("used at"), null=True)
    token_hash = models.CharField(_("hash of the access token"), max_length=64, null=True, unique=True)

    objects: ClassVar[CodeManager] = CodeManager()

    class Meta:
        verbose_name = _("authorisation code")
        verbose_name_plural = _("authorisation codes")
        indexes = (models.Index(fields=["expires_at"], name="code_ends"),)

    def __str__(self) -> str:
        return str(self.pk)
