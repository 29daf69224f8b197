"""Staff members of a roster and the groups they teach."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.tenancy import TenantModel
from schools.models.group import Group
from schools.models.person import Person, PersonManager, key_index
from schools.models.school import School


class StaffMember(Person):
    """A staff member (*medewerker, leerkracht*) at one school.

    `roster_roles` are the codes of the pupil administration; they never grant anything by themselves (SR-D09).
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="staff", verbose_name=_("school"))
    las_key_index = key_index("schools.staff.las_key")
    eck_id_index = key_index("schools.staff.eck_id")
    email = EncryptedTextField(_("e-mail address"), null=True)
    email_index = key_index("schools.staff.email")
    roster_roles = ArrayField(models.CharField(max_length=3), verbose_name=_("roles in the roster"), default=list)
    groups = models.ManyToManyField(Group, through="StaffGroup", related_name="staff", verbose_name=_("groups"))

    objects: ClassVar[PersonManager[StaffMember]] = PersonManager()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        constraints = (
            models.UniqueConstraint(
                fields=["school", "las_key_index"], condition=Q(left_at__isnull=True), name="staff_key_once_a_school"
            ),
            models.UniqueConstraint(
                fields=["school", "eck_id_index"], condition=Q(left_at__isnull=True), name="staff_eck_id_once_a_school"
            ),
        )


class StaffGroup(TenantModel):
    """A staff member's work for a group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    staff_member = models.ForeignKey(
        StaffMember, on_delete=models.CASCADE, related_name="group_places", verbose_name=_("staff member")
    )
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="staff_places", verbose_name=_("group"))
    roster_roles = ArrayField(models.CharField(max_length=3), verbose_name=_("roles in the roster"), default=list)

    class Meta:
        verbose_name = _("work for a group")
        verbose_name_plural = _("work for groups")
        constraints = (models.UniqueConstraint(fields=["staff_member", "group"], name="staff_once_for_group"),)

    def __str__(self) -> str:
        return str(self.pk)
