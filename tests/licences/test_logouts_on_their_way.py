"""The word that somebody signed out reaches the publisher, once, or is given up in sight (SR-A08, L01, L02)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from licences.actions.logouts import forget_logouts, send_logout, sweep_logouts
from licences.models import BackChannelLogout, Pseudonym
from tests.at_once import many_at_once
from tests.licences.receiver import Receiver, change, listen_at, open_material, rows, send_all, states

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import School

EVENT = "http://schemas.openid.net/event/backchannel-logout"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("SR-A08")
def test_publisher_that_is_away_is_told_when_it_is_back(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    away = Receiver()
    away.close()
    listen_at(material, away.url)
    browser.post(reverse("accounts:pupil-sign-out"))

    first = send_all()
    too_soon = send_all()
    listen_at(material, receiver.url)
    change(next_at=Now())

    assert (first, too_soon, rows()[0].attempts) == (["waiting"], ["waiting"], 1)
    assert sweep_logouts()["woken"] == 1
    assert send_all() == ["sent"]
    assert len(receiver.tokens) == 1


@pytest.mark.requirement("SR-A08")
def test_waits_grow_up_to_an_hour(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    receiver.status = 503
    browser.post(reverse("accounts:pupil-sign-out"))

    waits = []
    for _ in range(8):
        change(next_at=Now(), asked_at=Now())
        send_all()
        (row,) = rows()
        waits.append(round((row.next_at - row.asked_at).total_seconds(), -1))  # type: ignore[operator]  # both are set

    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]


@pytest.mark.parametrize("status", [302, 400, 404, 500, 501])
def test_every_other_answer_is_tried_again(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver, status: int
) -> None:
    open_material(browser, machine, material)
    receiver.status = status
    browser.post(reverse("accounts:pupil-sign-out"))

    assert send_all() == ["waiting"]
    assert (rows()[0].answer, len(receiver.tokens)) == (status, 1)


@pytest.mark.requirement("SR-A08")
def test_after_a_day_it_is_given_up_and_the_school_can_see_that(
    browser: Client,
    machine: Client,
    client: Client,
    material: LearningMaterial,
    agreed: School,
    coordinator: User,
    receiver: Receiver,
) -> None:
    open_material(browser, machine, material)
    receiver.status = 500
    browser.post(reverse("accounts:pupil-sign-out"))
    send_all()
    change(asked_at=Now() - timedelta(hours=24), next_at=Now())

    counts = [sweep_logouts()["given up"] for _ in range(2)]

    assert (counts, send_all(), len(receiver.tokens)) == ([1, 0], ["expired"], 1)
    with school_transaction(agreed):
        entry = AuditEntry.objects.for_school(agreed).get(event="licences.logout.given_up")
    client.force_login(coordinator)
    page = client.get(reverse("licences:participant", args=[agreed.code, material.participant.pk]))
    assert "1 uitlog" in page.content.decode()
    assert entry.target_id == str(material.participant.pk)
    assert entry.details == {"attempts": 1, "answer": 500}


@pytest.mark.requirement("SR-L02")
def test_sending_twice_tells_once(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))

    assert [send_all(), send_all()] == [["sent"], ["sent"]]
    assert len(receiver.tokens) == 1


@pytest.mark.requirement("SR-L02")
def test_many_workers_at_once_tell_once(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))

    many_at_once(4, lambda _number: send_all())

    assert (len(receiver.tokens), states()) == (1, ["sent"])


@pytest.mark.requirement("SR-L01")
def test_worker_that_is_killed_before_it_wrote_down_the_answer_is_followed_by_another(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))
    with school_transaction(agreed):  # as far as a worker came that took the row and died
        taken = BackChannelLogout.claim(BackChannelLogout.objects.for_school(agreed), rows()[0].pk)

    meanwhile = (sweep_logouts()["woken"], send_all())
    change(lease_until=Now() - timedelta(seconds=1))

    assert (taken, meanwhile) == (1, (0, ["waiting"]))
    assert sweep_logouts()["woken"] == 1
    assert (send_all(), len(receiver.tokens)) == (["sent"], 1)


@pytest.mark.requirement("SR-L02")
def test_worker_that_was_overtaken_changes_nothing(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))
    receiver.status = 500

    def overtake() -> None:
        change(fence=9, next_at=Now())
        connection.close()

    receiver.meanwhile = overtake
    send_logout(school_id=agreed.pk, pk=rows()[0].pk)

    (row,) = rows()
    assert (row.fence, row.answer) == (9, None)


@pytest.mark.parametrize(
    "address",
    [
        "http://uitgever.example/uit",
        "https://10.0.0.1/uit",
        "https://127.0.0.1/uit",
        "https://[::1]/uit",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/uit",
        "https://0x7f000001/uit",
        "https://intranet/uit",
        "https://user@uitgever.example/uit",
        "https://uitgever.example/uit#deel",
        "javascript:alert(1)",
        "//uitgever.example/uit",
    ],
)
def test_address_that_the_portal_may_not_call_is_not_registered(
    settings: Any, material: LearningMaterial, address: str
) -> None:
    settings.EXTRA_OUTGOING_NETWORKS = []

    with pytest.raises(ValidationError):
        listen_at(material, address)

    material.participant.refresh_from_db()
    assert not material.participant.backchannel_logout_uri


def test_log_and_task_name_nobody(
    browser: Client,
    machine: Client,
    material: LearningMaterial,
    receiver: Receiver,
    pupil_user: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    opened = open_material(browser, machine, material)
    receiver.status = 500

    with caplog.at_level(logging.DEBUG):
        browser.post(reverse("accounts:pupil-sign-out"))
        send_all()

    said = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "celery")
    assert "sign-out at a participant waits" in said
    for personal in (opened["sub"], opened["sid"], str(pupil_user.pk), receiver.url, receiver.tokens[0]):
        assert personal not in said


def test_what_is_long_over_is_forgotten(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))
    send_all()

    counts = [forget_logouts()]
    change(finished_at=Now() - timedelta(days=31))
    counts.append(forget_logouts())

    assert (counts, rows(), len(receiver.tokens)) == ([0, 1], [], 1)
    with unscoped("a test looks at pseudonyms"):
        assert Pseudonym.objects.get_queryset().exists()
