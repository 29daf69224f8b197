"""Pupils and the subgroups they belong to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.tenancy import TenantModel
from schools.models.group import Group
from schools.models.person import Person, PersonManager, PersonQuerySet, key_index
from schools.models.school import School


class Pupil(Person):
    """A pupil (*leerling*) at one school; its number is its Basispoort ID."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="pupils", verbose_name=_("school"))
    las_key_index = key_index("schools.pupil.las_key")
    eck_id_index = key_index("schools.pupil.eck_id")
    birth_date = EncryptedTextField(_("birth date"), null=True)
    gender = models.CharField(_("gender"), max_length=1, blank=True)
    year_group = models.CharField(_("year group"), max_length=2, blank=True)
    home_group = models.ForeignKey(
        Group,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="home_pupils",
        verbose_name=_("home group"),
    )
    subgroups = models.ManyToManyField(
        Group, through="PupilSubgroup", related_name="subgroup_pupils", verbose_name=_("subgroups")
    )

    objects: ClassVar[PersonManager[Pupil]] = PersonManager()

    class Meta:
        verbose_name = _("pupil")
        verbose_name_plural = _("pupils")
        constraints = (
            models.UniqueConstraint(
                fields=["school", "las_key_index"], condition=Q(left_at__isnull=True), name="pupil_key_once_a_school"
            ),
            models.UniqueConstraint(
                fields=["school", "eck_id_index"], condition=Q(left_at__isnull=True), name="pupil_eck_id_once_a_school"
            ),
        )
        indexes = (models.Index(fields=["school", "home_group"], name="pupil_of_group"),)


class PupilSubgroup(TenantModel):
    """A pupil's place in a subgroup (*samengestelde groep*)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="subgroup_places", verbose_name=_("pupil"))
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="places", verbose_name=_("group"))

    class Meta:
        verbose_name = _("place in a subgroup")
        verbose_name_plural = _("places in subgroups")
        constraints = (models.UniqueConstraint(fields=["pupil", "group"], name="pupil_once_in_subgroup"),)

    def __str__(self) -> str:
        return str(self.pk)


def pupils_in(group: Group) -> PersonQuerySet[Pupil]:
    """Give the present pupils of a group by name: who is at home there, or has a place in the subgroup."""
    rows = Pupil.objects.for_school(group.school_id).present().by_name()
    if not group.is_subgroup:
        return rows.filter(home_group=group)
    places = PupilSubgroup.objects.for_school(group.school_id).filter(group=group)
    return rows.filter(pk__in=places.values("pupil"))
