"""Documents: what a school agrees to, in versions that never change."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class DocumentKind(models.TextChoices):
    """The documents there are, in the order in which they are read (product D1)."""

    SERVICE_AGREEMENT = "service-agreement", _("Service agreement")
    PROCESSOR_AGREEMENT = "processor-agreement", _("Processor agreement")
    PRIVACY_LEAFLET = "privacy-leaflet", _("Privacy leaflet")
    SECURITY_ANNEX = "security-annex", _("Security annex")


def digest_of(texts: Mapping[str, str], fields: list[str]) -> str:
    """Give the SHA-256 over what a version says, in every language, and over the fields it names."""
    whole = json.dumps({"texts": dict(texts), "fields": fields}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


class Document(models.Model):
    """A document (*document*) of one kind; what it says stands in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=DocumentKind, unique=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.kind


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    """Ways to choose versions; they are public and no school's own."""

    def in_force_on(self, day: date) -> Self:
        """Keep, of each document, the newest version that is in effect on a day, in reading order."""
        effective = self.filter(effective_on__lte=day)
        newest = effective.order_by("document", "-effective_on", "-published_on").distinct("document")
        order = models.Case(*(models.When(document__kind=kind, then=at) for at, kind in enumerate(DocumentKind.values)))
        return self.filter(pk__in=newest.values("pk")).select_related("document").order_by(order)


class DocumentVersion(models.Model):
    """One version of a document (*versie*): added once, readable for ever, never changed (product D1).

    `fields` are the keys of `dpa.release.FIELDS` that this version, a privacy leaflet, names as going to participants.
    """

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="versions", verbose_name=_("document")
    )
    version = models.CharField(_("version"), max_length=12)
    published_on = models.DateField(_("published on"))
    effective_on = models.DateField(_("in effect from"))
    texts = models.JSONField(_("text in each language"))
    fields = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("fields it names"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a document")
        verbose_name_plural = _("versions of documents")
        ordering = ("-effective_on",)
        constraints = (
            models.UniqueConstraint(fields=["document", "version"], name="document_version_once"),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("published_on")),
                name="document_published_before_effect",
                violation_error_message=_("A version is published before it takes effect."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.version}"

    @property
    def title(self) -> str:
        """The name of the document, in the language of the screen."""
        return str(DocumentKind(self.document.kind).label)

    @property
    def text(self) -> str:
        """What it says, in the language of the screen; Dutch is what binds."""
        texts: dict[str, str] = self.texts
        return texts.get(get_language() or "nl") or texts["nl"]
