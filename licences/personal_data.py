"""What licences keeps about persons (product R1; contract agreements-retention §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.idp.oidc.models import Client, Token
from django.utils.translation import gettext_lazy as _

from basispoort.lib.personal_data import PersonalData, Retention, Subject, register, register_simple
from licences.models import (
    Assignment,
    AuthorizationCode,
    BackChannelLogout,
    Disclosure,
    Launch,
    Participant,
    Pseudonym,
    Refusal,
)

if TYPE_CHECKING:
    from django.db import models
    from django.utils.functional import _StrPromise

PROOF = Retention(550, "left the house", "product L5, R4: names who is hit by a breach, as long as the audit trail")
SHORT = Retention(1, "ended", "SR-F03, F04: lives minutes")


def register_proof(model: type[models.Model], label: str | _StrPromise, names: tuple[str, ...]) -> None:
    """Register a table that nobody may empty by person: it holds numbers, and goes as a whole when its term ends."""
    columns: dict[Subject, str] = {"pupil": "pupil_number", "user": "account"}

    def rows(subject: Subject, pk: int | str) -> models.QuerySet[models.Model]:
        manager = model._default_manager
        return manager.filter(**{columns[subject]: pk}) if subject in columns else manager.none()

    def export(row: models.Model) -> dict[str, object]:
        return {name: getattr(row, name) for name in names}

    def erase(_subject: Subject, _pk: int | str) -> int:
        return 0

    register(PersonalData(model, label, ("pupil", "user"), PROOF, rows, export, erase))


register_simple(
    Participant,
    _("publisher's contact"),
    paths={},  # a party's contact, not a person of a school
    retention=Retention(365, "participant ended", "AVG 6.1 f: to reach the party while its data is with it"),
    fields=("name", "contact_name", "contact_email"),
)
register_simple(
    Assignment,
    _("assignment of a licence"),
    paths={"pupil": "pupil"},
    retention=Retention(30, "left the roster", "OV 12.1: an assignment goes with the person"),
    fields=("licence_id", "assigned_at"),
)
register_simple(
    Pseudonym,
    _("pseudonym"),
    paths={"pupil": "pupil", "user": "user"},
    retention=Retention(30, "left the roster", "OV 12.1: a pseudonym goes with the person"),
    fields=("participant_id", "sub", "since"),
)
register_simple(
    Launch,
    _("opening of material"),
    paths={"user": "user"},
    retention=Retention(30, "opened", "product L7: last used, on the group overview"),
    fields=("material_id", "at"),
)
register_simple(
    AuthorizationCode,
    _("authorisation code"),
    paths={"user": "launch__user"},
    retention=SHORT,
    fields=("participant_id", "used_at"),
)
register_simple(
    BackChannelLogout,
    _("sign-out at a publisher"),
    paths={"user": "user"},
    retention=Retention(30, "publisher told", "SR-A08: shows that a sign-out arrived, or why not"),
    fields=("participant_id", "state", "signed_in_at", "asked_at", "finished_at"),
)
register_simple(Token, _("access token"), paths={"user": "user"}, retention=SHORT, fields=("created_at", "expires_at"))
register_simple(
    Client,
    _("sign-in interface of a publisher"),
    paths={"user": "owner"},
    retention=Retention(365, "participant ended", "AVG 6.1 f: holds no person, the owner stays empty"),
    fields=("name",),
)
register_proof(Disclosure, _("disclosure"), ("participant_id", "fields", "at", "why"))
register_proof(Refusal, _("refusal"), ("material_id", "cause", "at"))
