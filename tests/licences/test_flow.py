"""A pupil's whole way: tile, launch, authorisation, token, userinfo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from basispoort.lib.tenancy import school_transaction
from licences.models import Disclosure
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from django.test import Client

    from licences.models import LearningMaterial
    from schools.models import Group, Pupil


def test_pupil_sees_the_tile_of_what_is_meant_for_the_group(browser: Client, material: LearningMaterial) -> None:
    page = browser.get(reverse("licences:tiles"))

    assert material.name in page.content.decode()


@pytest.mark.requirement("SR-G01")
def test_tiles_let_forms_end_at_the_publisher_and_nowhere_else(browser: Client, material: LearningMaterial) -> None:
    page = browser.get(reverse("licences:tiles"))

    origin = material.participant.origins()[0]
    assert f"form-action 'self' {origin};" in page["Content-Security-Policy"] + ";"


@pytest.mark.requirement("SR-F05")
def test_publisher_gets_a_pseudonym_and_the_agreed_fields_and_nothing_else(
    browser: Client, machine: Client, material: LearningMaterial, pupil: Pupil, group: Group
) -> None:
    party = RelyingParty(material.participant)

    answer = party.authorise(browser, click(browser, material))
    assert answer.status_code == 302
    words = query_of(answer)
    tokens = party.exchange(machine, words["code"]).json()
    claims = party.userinfo(machine, tokens["access_token"]).json()

    assert words["state"] == party.state
    assert set(tokens) == {"access_token", "expires_in", "token_type", "scope", "id_token"}
    assert claims == {
        "sub": claims["sub"],
        "given_name": pupil.first_name,
        "group_name": group.name,
        "role": "pupil",
    }
    with school_transaction(pupil.school_id):
        rows = list(Disclosure.objects.for_school(pupil.school_id).order_by("at"))
    assert [(row.why, row.fields, row.pupil_number) for row in rows] == [
        ("token", ["pseudonym"], pupil.pk),
        ("userinfo", ["pseudonym", "given_name", "group_name", "role"], pupil.pk),
    ]
