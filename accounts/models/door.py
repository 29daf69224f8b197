"""The school's own sign-in link for pupils."""

from __future__ import annotations

import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.tenancy import TenantModel
from schools.models import School


def token_hash(token: str) -> bytes:
    """Give the form in which a link's token is looked up; 128 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


class SchoolDoor(TenantModel):
    """The school's own link for pupils (*schoollink*), one a school (SR-A14).

    Found by the hash of its token; the encrypted copy is there to show and print it. A new token takes the place of
    the old one in the same row, so that the old one is dead at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="door", verbose_name=_("school"))
    token = EncryptedTextField(_("token"))
    token_hash = models.BinaryField(_("hash of the token"), max_length=32, unique=True, editable=False)
    renewed_at = models.DateTimeField(_("renewed at"))

    class Meta:
        verbose_name = _("school link")
        verbose_name_plural = _("school links")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def path(self) -> str:
        """The link's path on the portal."""
        return f"/s/{self.token}/"

    @property
    def address(self) -> str:
        """The whole link, as it stands on paper and in the QR code."""
        return f"{settings.BASE_URL}{self.path}"


class DoorMiss(models.Model):
    """How often one network address opened links that do not exist, lately; the address itself is not kept."""

    address_index = models.BinaryField(_("keyed hash of the address"), max_length=32, primary_key=True)
    count = models.PositiveIntegerField(_("number of misses"), default=1)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("missed school link")
        verbose_name_plural = _("missed school links")
        constraints = (models.CheckConstraint(condition=Q(count__gte=1), name="door_miss_counts"),)
        indexes = (models.Index(fields=["since"], name="door_miss_since"),)

    def __str__(self) -> str:
        return str(self.count)
