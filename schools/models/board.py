"""Boards: who answers for schools in law."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Board(models.Model):
    """A board (*bestuur, bevoegd gezag*) as registered at DUO; public facts only (product S1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(
        _("board number"),
        max_length=5,
        unique=True,
        validators=[RegexValidator(r"^\d{5}$", _("A board number has five digits."))],
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    kvk_number = models.CharField(
        _("KvK number"),
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^\d{8}$", _("A KvK number has eight digits."))],
    )
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    in_register = models.BooleanField(_("stands in DUO's register"), default=False)

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        ordering = ("name", "number")

    def __str__(self) -> str:
        return self.name or str(_("Board %(number)s") % {"number": self.number})
