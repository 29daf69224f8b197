"""The history of the register: what changed about a location, when, and which file said so."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models.school import School


class RegisterChange(models.Model):
    """A change of a location in DUO's register, such as to another board (contract identifiers §1); public facts only.

    The first load is where history begins and writes none. `kind` is a `schools.duo.difference.ChangeKind`. Rows are
    only ever added.
    """

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="register_changes", verbose_name=_("school")
    )
    kind = models.CharField(_("kind of change"), max_length=20)
    old = models.JSONField(_("before"), default=dict)
    new = models.JSONField(_("after"), default=dict)
    noticed_on = models.DateField(_("noticed on"))
    source_sha256 = models.CharField(_("digest of the file that said so"), max_length=64)

    class Meta:
        verbose_name = _("change in the register")
        verbose_name_plural = _("changes in the register")
        ordering = ("-noticed_on", "school")
        indexes = (models.Index(fields=["school", "noticed_on"], name="register_change_of_school"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.noticed_on}"
