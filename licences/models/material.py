"""Learning material: methods and the products in them."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from licences.addresses import check_outside_address
from licences.models.participant import Participant


class Icon(models.TextChoices):
    """The pictures that tiles can carry: `static/img/materials`."""

    BOOK = "book", _("book")
    MUSIC = "music", _("music")
    SCIENCE = "science", _("science")
    SUMS = "sums", _("sums")
    WORDS = "words", _("words")
    WORLD = "world", _("world")


class MaterialQuerySet(models.QuerySet["LearningMaterial"]):
    """Ways to choose material; it is public and no school's own."""

    def to_open(self) -> Self:
        """Keep what can be opened, as opposed to methods that only hold products."""
        return self.exclude(url="")

    def with_participants(self) -> Self:
        """Fetch the participant of each, and its sign-in interface, along."""
        return self.select_related("participant__client")


class LearningMaterial(models.Model):
    """A method (*methode*) or a product of one (*product*): what a tile opens (*leermiddel*, product L2)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="materials", verbose_name=_("publisher")
    )
    method = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="products", verbose_name=_("method")
    )
    name = models.CharField(_("name"), max_length=120)
    icon = models.CharField(_("icon"), max_length=10, choices=Icon, default=Icon.BOOK)
    url = models.CharField(_("address"), max_length=500, blank=True, validators=[check_outside_address])
    teacher_only = models.BooleanField(_("for teachers only"), default=False)
    is_test = models.BooleanField(_("test"), default=False)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning material")
        verbose_name_plural = _("learning materials")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["participant", "name"], name="material_name_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def icon_path(self) -> str:
        """Where the picture of the tile lies among the static files."""
        return f"img/materials/{self.icon}.svg"
