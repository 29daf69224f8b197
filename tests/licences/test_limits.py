"""Wrong secrets at the token endpoint: answered plainly, limited, and never another client's trouble (SR-F08, K06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import unscoped
from licences import events
from licences.oidc.validator import TRIES
from tests.licences.factories import make_participant
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from django.test import Client

    from licences.models import LearningMaterial, Participant


def guess(machine: Client, participant: Participant, times: int, **changes: str) -> list[int]:
    """Send a wrong secret so often and give the answers' statuses."""
    party = RelyingParty(participant)
    return [party.exchange(machine, "none", client_secret="wrong", **changes).status_code for _ in range(times)]


@pytest.mark.requirement("SR-F08")
@pytest.mark.requirement("SR-K06")
def test_wrong_secrets_of_one_client_are_limited(machine: Client, material: LearningMaterial) -> None:
    assert guess(machine, material.participant, TRIES + 2) == [401] * TRIES + [429] * 2


def test_limited_client_is_told_when_to_come_back(machine: Client, material: LearningMaterial) -> None:
    guess(machine, material.participant, TRIES)

    answer = RelyingParty(material.participant).exchange(machine, "none", client_secret="wrong")

    assert answer["Retry-After"] == "60"
    assert answer.json()["error"] == "temporarily_unavailable"


@pytest.mark.requirement("SR-F08")
def test_limit_of_one_client_is_no_limit_of_another(machine: Client, material: LearningMaterial) -> None:
    guess(machine, make_participant(), TRIES + 1)

    assert guess(machine, material.participant, 1) == [401]


@pytest.mark.requirement("SR-F08")
def test_nobody_locks_a_publisher_out_by_using_its_name(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    guess(machine, material.participant, TRIES + 1)

    assert party.exchange(machine, code).status_code == 200


def test_made_up_clients_are_limited_by_their_address(machine: Client, material: LearningMaterial) -> None:
    made_up = [guess(machine, material.participant, 1, client_id=f"made-up-{one}")[0] for one in range(TRIES + 1)]

    assert made_up == [401] * TRIES + [429]


def test_wrong_secrets_beyond_the_limit_do_not_fill_the_trail(machine: Client, material: LearningMaterial) -> None:
    guess(machine, material.participant, TRIES + 3)

    with unscoped("a test counts entries"):
        assert AuditEntry.objects.get_queryset().filter(event=events.CLIENT_FAILED).count() == TRIES
