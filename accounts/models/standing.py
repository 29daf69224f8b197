"""Which roster persons a user stands for."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.tenancy import TenantModel
from schools.models import Pupil, School, StaffMember


class UserStaff(TenantModel):
    """The user of a staff member; one user may stand for a staff member at each of several schools."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_links", verbose_name=_("user"))
    staff_member = models.OneToOneField(
        StaffMember, on_delete=models.CASCADE, related_name="user_link", verbose_name=_("staff member")
    )

    class Meta:
        verbose_name = _("user of a staff member")
        verbose_name_plural = _("users of staff members")
        constraints = (models.UniqueConstraint(fields=["user", "school"], name="user_is_one_staff_member_a_school"),)

    def __str__(self) -> str:
        return str(self.pk)


class UserPupil(TenantModel):
    """The user of a pupil, made when the pupil first signs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="pupil_link", verbose_name=_("user"))
    pupil = models.OneToOneField(Pupil, on_delete=models.CASCADE, related_name="user_link", verbose_name=_("pupil"))

    class Meta:
        verbose_name = _("user of a pupil")
        verbose_name_plural = _("users of pupils")

    def __str__(self) -> str:
        return str(self.pk)
