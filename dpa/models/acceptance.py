"""Acceptance: the evidence that a school agreed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel
from dpa.models.document import DocumentVersion
from schools.models import School


class Acceptance(TenantModel):
    """That a school's delegate (*afgevaardigde*) clicked *Akkoord*: who, in what role, when, to which versions.

    Evidence, so nobody changes or removes it: the portal may only add and read (OV 2, 3; product D2). The person is
    kept as the id of an account, so that it stands when the account is gone.
    """

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="acceptances", verbose_name=_("school"))
    accepted_by = models.UUIDField(_("account"))
    role = models.CharField(_("role"), max_length=20)
    at = models.DateTimeField(_("moment"), default=timezone.now)
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("service agreement")
    )
    leaflet = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("privacy leaflet")
    )
    documents = models.JSONField(_("versions that were accepted, each with its SHA-256"))
    sha256 = models.CharField(_("SHA-256 of the whole"), max_length=64)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(
                fields=["school", "sha256"],
                name="school_accepts_the_same_once",
                violation_error_message=_("The school accepted this already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
