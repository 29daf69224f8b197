"""The yearly check: a board that looked at who can sign in at a school (product A4, A5)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.tenancy import TenantModel
from schools.models import Board, School


class StaffCheck(TenantModel):
    """That somebody of the board checked the list of staff of a school (*jaarlijkse controle*), as it was that day.

    `sha256` tells the list that was on the screen: people, roles and their days, and who has a second step.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="+", verbose_name=_("board"))
    checked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("checked by")
    )
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("moment"), db_default=Now())
    people = models.PositiveIntegerField(_("people on the list"))
    sha256 = models.CharField(_("SHA-256 of the list"), max_length=64)

    class Meta:
        verbose_name = _("check of the staff list")
        verbose_name_plural = _("checks of the staff list")
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(
                fields=["school", "checked_by", "day", "sha256"], name="same_list_is_checked_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
