"""What pupils and staff members have in common: the persons of a roster."""

from __future__ import annotations

import uuid
from typing import ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import BlindIndexField, EncryptedTextField
from basispoort.lib.ids import BasispoortIdField
from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models.school import School

P_co = TypeVar("P_co", bound="Person", covariant=True)


class PersonQuerySet(TenantQuerySet[P_co]):
    """Ways to choose roster persons."""

    def present(self) -> PersonQuerySet[P_co]:
        """Keep those who stand in the roster now; who left is kept unseen until purged (product S11)."""
        return self.filter(left_at__isnull=True)

    def by_name(self) -> PersonQuerySet[P_co]:
        """Order by first name, then last name, as a class list reads."""
        return self.order_by("first_name", "last_name", "id")


class PersonManager(TenantManager[P_co]):
    """Hands out `PersonQuerySet`s."""

    def get_queryset(self) -> PersonQuerySet[P_co]:
        """Give a queryset that has not heard its school yet."""
        return PersonQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> PersonQuerySet[P_co]:
        """Keep the persons of one school."""
        return self.get_queryset().for_school(school)


class Person(TenantModel):
    """A person of a roster at one school, with no more than the agreed set (product S3, agreement OV annex 1 D).

    No BSN, no address, no results. `fingerprint` is a keyed hash of what was delivered, to see a change at once.
    """

    id = BasispoortIdField()
    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    first_name = models.CharField(_("first name"), max_length=200, blank=True)
    infix = models.CharField(_("infix"), max_length=20, blank=True)
    last_name = models.CharField(_("last name"), max_length=200, blank=True)
    las_key = EncryptedTextField(_("key in the pupil administration"), null=True)
    las_key_stable = models.BooleanField(_("key stays the same for years"), default=True)
    eck_id = EncryptedTextField(_("ECK iD"), null=True)
    fingerprint = models.BinaryField(_("fingerprint of what was delivered"), max_length=32, null=True, editable=False)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    search_fields: ClassVar[tuple[str, ...]] = ("first_name", "last_name")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def full_name(self) -> str:
        """First name, infix and last name, as people say it."""
        return " ".join(part for part in (self.first_name, self.infix, self.last_name) if part)


def key_index(purpose: str) -> BlindIndexField:
    """Give the column by which an encrypted key is found."""
    return BlindIndexField(purpose=purpose, null=True)
