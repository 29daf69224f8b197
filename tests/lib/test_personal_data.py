"""The register of personal data is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.apps import apps

from accounts.models import User
from basispoort.lib import personal_data
from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.personal_data import AlreadyRegistered
from schools.models import Pupil, StaffMember

if TYPE_CHECKING:
    from django.db import models

PERSONS: tuple[type[models.Model], ...] = (Pupil, StaffMember, User)
# Tables of libraries that point at users and stay empty here, each with the reason.
EMPTY_HERE = {
    "account.EmailAddress": "our users' addresses are encrypted and stay out of it",
    "account.EmailConfirmation": "belongs to the table above",
    "socialaccount.SocialAccount": "school accounts stand in a table of our own, without a word of what was answered",
    "socialaccount.SocialToken": "belongs to the table above",
    "django_otp_webauthn.WebAuthnCredential": "passkeys stand in a table of our own",
    "django_otp_webauthn.WebAuthnAttestation": "belongs to the table above",
}


def leads_to_a_person(model: type[models.Model]) -> bool:
    if model in PERSONS or any(isinstance(field, EncryptedTextField) for field in model._meta.local_fields):
        return True
    return any(field.is_relation and field.related_model in PERSONS for field in model._meta.local_fields)


def test_every_model_that_leads_to_a_person_is_in_the_register() -> None:
    missing = [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if leads_to_a_person(model) and not personal_data.is_registered(model) and model._meta.label not in EMPTY_HERE
    ]

    assert missing == []


def test_every_retention_rule_names_term_start_and_ground() -> None:
    for entry in personal_data.entries():
        assert entry.retention.days > 0
        assert entry.retention.starts_at
        assert entry.retention.ground


def test_model_cannot_be_registered_twice() -> None:
    with pytest.raises(AlreadyRegistered):
        personal_data.register(personal_data.entries()[0])
