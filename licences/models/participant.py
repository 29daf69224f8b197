"""Participants: the parties that may receive something, and what they ask for."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import TYPE_CHECKING, Self

from allauth.idp.oidc.models import Client
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dpa.release import field_of
from licences.addresses import origin_of

if TYPE_CHECKING:
    from dpa.release import ReleaseField


class ParticipantKind(models.TextChoices):
    """What a participant does for schools."""

    PUBLISHER = "publisher", _("publisher")
    NETWORK = "network", _("network supplier")
    OTHER = "other", _("other")


class ParticipantState(models.TextChoices):
    """Whether the portal works with a participant now."""

    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    ENDED = "ended", _("ended")


class Subject(models.TextChoices):
    """Whose data a field is about."""

    PUPIL = "pupil", _("pupil")
    STAFF = "staff", _("staff")


def secret_hash(secret: str) -> str:
    """Give the form in which a client's secret is kept: 256 random bits need no slow hash (SR-F08)."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Ways to choose participants; they are public facts and no school's own."""

    def active(self) -> Self:
        """Keep those the portal works with now."""
        return self.filter(state=ParticipantState.ACTIVE)


class Participant(models.Model):
    """A participant (*koppelpartner, uitgever*) and its sign-in interface (product L1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ParticipantKind, default=ParticipantKind.PUBLISHER)
    name = models.CharField(_("name"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=ParticipantState, default=ParticipantState.ACTIVE)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail address of the contact"), blank=True)
    website = models.URLField(_("website"), blank=True)
    client = models.OneToOneField(
        Client,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="participant",
        verbose_name=_("sign-in interface"),
    )
    secret_hashes = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, size=2, verbose_name=_("hashes of its secrets")
    )
    backchannel_logout_uri = models.CharField(_("address that hears of sign-outs"), max_length=500, blank=True)
    initiate_login_uri = models.CharField(_("address at which a sign-in starts"), max_length=500, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_connected(self) -> bool:
        """Whether the portal works with it and it can take sign-ins."""
        return self.state == ParticipantState.ACTIVE and self.client_id is not None and bool(self.initiate_login_uri)

    def knows(self, secret: str) -> bool:
        """Tell whether this is one of its secrets, two during a change; in constant time (SR-F08)."""
        given = secret_hash(secret)
        matches = [hmac.compare_digest(given, kept) for kept in self.secret_hashes]
        return any(matches)

    def origins(self) -> list[str]:
        """Give the origins that a sign-in at it passes, for `form-action` (SR-G01)."""
        redirects = self.client.get_redirect_uris() if self.client else []
        return sorted({origin_of(uri) for uri in (self.initiate_login_uri, *redirects) if uri})

    def requested(self, subject: str) -> list[str]:
        """Give the keys of the fields it asks for about pupils or staff, from the rows already fetched."""
        return [field.key for field in self.fields.all() if field.subject == subject]


class ParticipantField(models.Model):
    """One field that a participant asks for, and what for (product L1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="fields", verbose_name=_("participant")
    )
    subject = models.CharField(_("about"), max_length=5, choices=Subject)
    key = models.CharField(_("field"), max_length=40)
    purpose_nl = models.CharField(_("purpose in Dutch"), max_length=300)
    purpose_en = models.CharField(_("purpose in English"), max_length=300)
    required = models.BooleanField(_("the material does not work without"), default=True)

    class Meta:
        verbose_name = _("field of a participant")
        verbose_name_plural = _("fields of participants")
        ordering = ("subject", "key")
        constraints = (
            models.UniqueConstraint(fields=["participant", "subject", "key"], name="participant_field_once"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.key}"

    @property
    def purpose(self) -> str:
        """What it is for, in the language of the screen."""
        return self.purpose_en if get_language() == "en" else self.purpose_nl

    @property
    def release(self) -> ReleaseField:
        """The field as the agreement knows it; raises UnknownField."""
        return field_of(self.key)
